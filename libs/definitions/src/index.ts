/**
 * Definitions in memory: a service announces what it writes, and every replica that keeps it follows the
 * changes.
 */
export { type Announcer, createAnnouncer } from './announcer.ts';
export { createFollower, type Follower } from './follower.ts';
export { createDocumentMemory, type DocumentMemory } from './memory.ts';
