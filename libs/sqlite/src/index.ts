/** A durable SQLite file whose writes share commits. */
export { type Database, openDatabase } from './database.ts';
export { inSlices, nextSlice } from './slices.ts';
