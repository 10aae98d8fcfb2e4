import { accountIn, referredSecret, SECRET_REFERENCE_PATTERN, type SecretReference } from '@herald/contracts';
import type { Fault } from '@herald/http';
import type { WorkspaceSecrets } from '@herald/secrets';
import type { SettingsContent } from '../settings/settings.ts';
import { secretsNamedBy } from './area.ts';

/** Refuses accounts that name a secret that is not there. */
export interface UnknownSecrets {
  /** Call it before `faults`, with what a request holds: another replica may just have written a secret. */
  prepare(workspace: string, body: unknown): Promise<void>;
  /**
   * The faults of what `after` names and `before` did not: a mounted secret that is gone since then must not
   * keep a workspace from changing its settings.
   */
  faults(workspace: string, before: SettingsContent, after: SettingsContent): Fault[];
}

const REFERENCE = new RegExp(SECRET_REFERENCE_PATTERN);

export function createUnknownSecrets(secrets: Pick<WorkspaceSecrets, 'read' | 'refresh'>): UnknownSecrets {
  return {
    async prepare(workspace, body) {
      const names = new Set(referencesIn(body).map(referredSecret));
      for (const name of [...names].slice(0, MOST))
        if (secrets.read(workspace, name) === undefined) await secrets.refresh(workspace, name);
    },
    faults(workspace, before, { accounts = {} }) {
      return Object.entries(accounts).flatMap(([account, options]) => {
        const former = accountIn(before, account);
        const known = new Set(former && secretsNamedBy(former).map(({ reference }) => reference));
        return secretsNamedBy(options).flatMap(({ field, reference }): Fault[] => {
          const name = referredSecret(reference);
          if (known.has(reference) || secrets.read(workspace, name) !== undefined) return [];
          const message = `must name a secret that is there: PUT /v1/settings/secrets/${name} first`;
          return [{ path: `/accounts/${account}/${field}`, message }];
        });
      });
    },
  };
}

/** More than a workspace's accounts can have. */
const MOST = 40;

/** The references in the accounts of a request, which nobody has checked yet. */
function referencesIn(body: unknown): SecretReference[] {
  const accounts = Object.values(entriesOf(entriesOf(body).accounts)).slice(0, MOST);
  return accounts
    .flatMap((account) => Object.values(entriesOf(account)).slice(0, MOST))
    .filter((value): value is SecretReference => typeof value === 'string' && REFERENCE.test(value));
}

const entriesOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
