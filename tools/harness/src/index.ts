/** Herald as a process, with an inbox and a client: for the demo and for tests of the whole system. */
export * from './api.ts';
export {
  type Answer,
  type ApiFault,
  type Client,
  createClient,
  describeProblem,
  faultsOf,
} from './client.ts';
export { type Four, SERVICES, type ServiceName, serviceOf, startFour } from './four.ts';
export { type Fate, type Inbox, type InboxOptions, type Mail, openInbox } from './inbox.ts';
export { type Account, settle } from './ledger.ts';
export { createLoad, type Load } from './load.ts';
export { type Metrics, parseMetrics, readMetrics } from './metrics.ts';
export { freePort } from './port.ts';
export { type Credentials, type Herald, startHerald, WORKSPACE, writeCredentials } from './process.ts';
export { processEnvironment } from './process-environment.ts';
export { waitUntilQuiet } from './quiet.ts';
export { root } from './root.ts';
export { createRunning, type Running } from './running.ts';
export { migrateStore, runReplay } from './scripts.ts';
export { writeShellFile } from './shell.ts';
