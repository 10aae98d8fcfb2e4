/** The log: JSON lines without secrets or personal data. */
export { createLog, type Log } from './log.ts';
export { scrub } from './redact.ts';
export { counted, createSeldom } from './seldom.ts';
