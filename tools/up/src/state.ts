import { join } from 'node:path';
import { createRunning, root } from '@herald/harness';

/** Where keys, secrets and the log of `make up` are. */
export const folder = join(root, '.tmp/up');

/** The log of the four services, a line of JSON each. Mails go there too where no mail server is set. */
export const logFile = join(folder, 'log.jsonl');

/** What `make up` has started, and where everything is. */
export interface State {
  readonly apiKey: string;
  /** The whole API at one address, like behind an Ingress. */
  readonly url: string;
  readonly broker: string;
  readonly database: string;
  readonly services: readonly { readonly name: string; readonly api: string; readonly admin: string }[];
}

/** The supervisor that runs now, if any. */
export const supervisor = createRunning<State>(join(folder, 'state.json'), 'tools/up/src/supervise.ts');
