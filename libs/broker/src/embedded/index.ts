/** A broker inside the process, durable in one SQLite file. */
export { type EmbeddedBrokerOptions, openEmbeddedBroker } from './open.ts';
