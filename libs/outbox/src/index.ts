/**
 * Documents that publish what they lead to: nothing is lost between a write and a publish, and a sweep
 * handles what is due.
 */
export { alarmAgainAt } from './alarm-again.ts';
export { createOutbox, type Outbox } from './outbox.ts';
export { createSweep, type Sweep } from './sweep.ts';
