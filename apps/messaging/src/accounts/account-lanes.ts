import { type Account, accountIn, referredSecret, type SecretReference } from '@herald/contracts';
import { type Channel, canonicalJson } from '@herald/domain';
import { channels } from '../channels/index.ts';
import { createLane, type Lane, type LaneDeps } from '../providers/lane.ts';
import { accountMeter } from '../providers/meter.ts';
import type { Provider } from '../providers/provider.ts';
import type { Settings } from '../settings/settings.ts';
import { secretsNamedBy } from './area.ts';
import type { AccountOptions } from './kind.ts';
import { accountKinds } from './kinds.ts';

/**
 * The accounts of workspaces at work. Each has a lane of its own for each channel, so that what one workspace
 * has set wrongly stops no other's messages.
 */
export interface AccountLanes {
  /**
   * The lane of an account; undefined: the workspace has no such account, or it does not send the channel. It
   * is another one, with an open gate, when options or secrets have changed.
   */
  find(workspace: string, channel: Channel, name: string): Lane | undefined;
  close(): Promise<void>;
}

export interface AccountLanesDeps extends LaneDeps {
  readonly settings: Pick<Settings, 'of'>;
  /** A secret of a workspace by its name. */
  readonly secret: (workspace: string, name: string) => string | undefined;
  readonly accounts: AccountOptions;
}

/** The values of an account's secrets; undefined: there is none. */
type Secrets = ReadonlyMap<SecretReference, string | undefined>;

/** An account as it was when its lanes were made. */
interface Opened {
  account: Account;
  readonly secrets: Secrets;
  readonly lanes: ReadonlyMap<Channel, Lane>;
  retire(): void;
}

/** More accounts than that are opened again when they are used again. */
const MAX_OPEN = 10_000;

export function createAccountLanes(deps: AccountLanesDeps): AccountLanes {
  const { settings, secret, log } = deps;
  /** The least recently used first. */
  const opened = new Map<string, Opened>();

  const read = (workspace: string, reference: SecretReference): string | undefined => {
    try {
      return secret(workspace, referredSecret(reference));
    } catch {
      return undefined; // a mounted file that cannot be read: the lane says that there is none
    }
  };

  const secretsOf = (workspace: string, account: Account): Secrets =>
    new Map(secretsNamedBy(account).map(({ reference }) => [reference, read(workspace, reference)]));

  const open = (workspace: string, name: string, account: Account, secrets: Secrets): Opened => {
    const hide = hiding([...secrets.values()]);
    const made = providersOf(workspace, name, account, secrets).map((provider) => {
      const { address } = channels[provider.channel];
      const meter = accountMeter(deps.metrics, provider.channel, account.provider);
      const lane = createLane(
        { ...provider, name },
        {
          isPerReceiver: false,
          account: { workspace, kind: account.provider, hide },
          hideRecipient: address.hideIn,
          meter,
        },
        deps,
      );
      return { meter, lane };
    });
    return {
      account,
      secrets,
      lanes: new Map(made.map(({ lane }) => [lane.channel, lane])),
      retire() {
        for (const { meter, lane } of made) {
          meter.retire();
          lane
            .close()
            .catch((err: unknown) => log.warn({ err, workspace, name }, 'an account did not close'));
        }
      },
    };
  };

  const providersOf = (
    workspace: string,
    name: string,
    account: Account,
    secrets: Secrets,
  ): readonly Provider[] => {
    const kind = accountKinds[account.provider];
    const [lost] = [...secrets].find(([, value]) => value === undefined) ?? [];
    if (lost !== undefined) {
      const of = referredSecret(lost);
      const why = `there is no secret ${of}; PUT /v1/settings/secrets/${of}`;
      return kind.channels.map((channel) => unusable(channel, why));
    }
    try {
      return kind.create(account, {
        ...deps.accounts,
        workspace,
        name,
        secret: (reference) => secrets.get(reference) ?? '',
      });
    } catch (error) {
      // Its text may hold a secret.
      log.error(
        { workspace, name, error: error instanceof Error ? error.name : 'unknown' },
        'an account fails',
      );
      return kind.channels.map((channel) => unusable(channel, 'the account cannot be used as it is'));
    }
  };

  const current = (workspace: string, name: string): Opened | undefined => {
    const account = accountIn(settings.of(workspace), name);
    const key = `${workspace} ${name}`;
    const before = opened.get(key);
    opened.delete(key);
    if (account === undefined) {
      before?.retire();
      return undefined;
    }
    const secrets = secretsOf(workspace, account);
    const same = before !== undefined && isSame(before, account, secrets);
    if (!same) before?.retire();
    const now = same ? before : open(workspace, name, account, secrets);
    now.account = account;
    opened.set(key, now);
    const [oldest] = opened;
    if (opened.size > MAX_OPEN && oldest !== undefined) {
      opened.delete(oldest[0]);
      oldest[1].retire();
    }
    return now;
  };

  return {
    find: (workspace, channel, name) => current(workspace, name)?.lanes.get(channel),
    async close() {
      for (const each of opened.values()) each.retire();
      opened.clear();
    },
  };
}

const isSame = (before: Opened, account: Account, secrets: Secrets): boolean =>
  [...secrets].every(([reference, value]) => value === before.secrets.get(reference)) &&
  (before.account === account || canonicalJson(before.account) === canonicalJson(account));

/** Stands for an account that cannot be used: its messages go to the next provider, or wait. */
const unusable = (channel: Channel, reason: string): Provider => ({
  channel,
  name: '',
  timeout: 1_000,
  connections: 1,
  send: async () => ({ kind: 'credentials', reason }),
  async close() {},
});

/** Shorter ones are too likely to be words of the answer itself. */
const MIN_SECRET = 4;

/** A text without the secrets, which a server may repeat: as they are, or in base64 as SMTP sends them. */
function hiding(secrets: readonly (string | undefined)[]): (text: string) => string {
  const words = secrets
    .flatMap((secret) => (secret === undefined ? [] : [secret, ...secret.split(/\s+/)]))
    .filter((word) => word.length >= MIN_SECRET)
    .flatMap((word) => [word, Buffer.from(word).toString('base64').replace(/=+$/, '')]);
  return (text) => words.reduce((shown, word) => shown.replaceAll(word, '(secret)'), text);
}
