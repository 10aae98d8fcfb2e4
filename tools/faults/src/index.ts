/** The system put through faults, each with an account of every event and message. */
export type { Fault } from './fault.ts';
export { allFaults } from './faults/index.ts';
export { runFaults } from './run-faults.ts';
export { type Ground, openGround } from './servers/ground.ts';
export { isBad, printed, type Row } from './table.ts';
