/** A durable SQLite file whose writes share commits. */
export { type Database, openDatabase } from './database.ts';
export { breath, inSlices } from './slices.ts';
