import type { Mailbox } from '@herald/addresses';
import { ConfigError, type Secrets } from '@herald/config';
import type { Log } from '@herald/log';
import { domainOf, upwards } from '../mail-domain.ts';
import { type DkimKey, readDkimKeys } from './read-keys.ts';

/**
 * Which key signs a mail. Those of the installation sign what comes from `SENDER`, those of a workspace what
 * comes from its own senders. So no workspace signs as another.
 */
export interface DkimKeys {
  /**
   * The key for a mail of the workspace from this address; undefined: it leaves unsigned. `isAccount`: it
   * goes to the workspace's own mail server, which must never hold what the installation has signed.
   */
  for(workspace: string, from: string, isAccount?: boolean): DkimKey | undefined;
}

export interface DkimKeysDeps {
  readonly secrets?: Partial<Secrets> | undefined;
  /** `DKIM_KEYS`, in place of the installation's secret. */
  readonly configured?: string | undefined;
  readonly defaultSender: Mailbox | undefined;
  readonly log: Log;
}

/** The name of the secret, of the installation and of workspaces. */
export const DKIM_SECRET = 'dkim';

/**
 * Throws a `ConfigError` with the place of every key that cannot be used. Keys of workspaces may change while
 * the process runs; if they are broken then, the former ones stay in use, and that is logged.
 */
export function createDkimKeys({ secrets, configured, defaultSender, log }: DkimKeysDeps): DkimKeys {
  const known = new Map<string, { readonly text: string; readonly keys: readonly DkimKey[] }>();
  const faults: string[] = [];
  const own = installationKeys({ secrets, configured, defaultSender }, faults);
  for (const workspace of secrets?.workspacesWith?.(DKIM_SECRET) ?? []) {
    const text = secrets?.read?.(workspace, DKIM_SECRET) ?? '';
    const read = readDkimKeys(text);
    faults.push(...read.faults.map((fault) => `the secret ${workspace}.${DKIM_SECRET}, ${fault}`));
    known.set(workspace, { text, keys: read.keys });
  }
  if (faults.length > 0) throw new ConfigError(faults);

  const keysOf = (workspace: string): readonly DkimKey[] => {
    const before = known.get(workspace);
    const text = secrets?.read?.(workspace, DKIM_SECRET) ?? '';
    if (text === (before?.text ?? '')) return before?.keys ?? [];
    const { keys: current, faults: found } = readDkimKeys(text);
    if (found.length > 0)
      log.error({ workspace, faults: found }, 'the secret dkim has a fault; the former keys stay in use');
    const keys = found.length > 0 ? (before?.keys ?? []) : current;
    known.set(workspace, { text, keys });
    return keys;
  };

  return {
    for: (workspace, from, isAccount = false) =>
      keyFor(domainOf(from), keysOf(workspace)) ??
      (from === defaultSender?.email && !isAccount ? keyFor(domainOf(from), own) : undefined),
  };
}

function installationKeys(
  { secrets, configured, defaultSender }: Omit<DkimKeysDeps, 'log'>,
  faults: string[],
): readonly DkimKey[] {
  const kept = secrets?.installation?.(DKIM_SECRET);
  if (configured !== undefined && kept !== undefined)
    faults.push(`DKIM_KEYS is set, and SECRETS_DIR has a file ${DKIM_SECRET}: keep one of them`);
  const place = configured === undefined ? `the secret ${DKIM_SECRET}` : 'DKIM_KEYS';
  const text = configured ?? kept ?? '';
  const read = readDkimKeys(text);
  faults.push(...read.faults.map((fault) => `${place}, ${fault}`));
  for (const key of read.keys) {
    if (defaultSender === undefined) faults.push(`${place}: it signs mail from SENDER, which is not set`);
    else if (keyFor(domainOf(defaultSender.email), [key]) === undefined)
      faults.push(
        `${place}: the key ${key.selector} is for ${key.domain}, but SENDER is ${defaultSender.email}`,
      );
  }
  return read.keys;
}

/**
 * The first key of the domain; else that of the nearest domain above it, which DMARC takes for aligned
 * (RFC 7489, section 3.1.1).
 */
function keyFor(domain: string, keys: readonly DkimKey[]): DkimKey | undefined {
  for (const name of upwards(domain)) {
    const found = keys.find((key) => key.domain === name);
    if (found !== undefined) return found;
  }
  return undefined;
}
