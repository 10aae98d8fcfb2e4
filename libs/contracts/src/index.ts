/**
 * What the services send to each other and store for each other: bodies of envelopes, documents, tokens in
 * links.
 */
export * from './accounts.ts';
export * from './applied.ts';
export * from './changes.ts';
export * from './documents.ts';
export * from './due.ts';
export * from './events.ts';
export { handlerOf } from './handler.ts';
export * from './message-reference.ts';
export { publicLink } from './public-link.ts';
export * from './return-address.ts';
export * from './secrets.ts';
export * from './send.ts';
export * from './settings.ts';
export * from './sources.ts';
export { exchange, queue, topology } from './topology.ts';
export * from './tracking-token.ts';
export * from './unsubscribe-token.ts';
export { ContractError } from './wire.ts';
