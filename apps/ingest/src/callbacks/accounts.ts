import type { KeyObject } from 'node:crypto';
import { rotated, type Secrets } from '@herald/config';
import { type Account, accountIn, referredSecret, SETTINGS_ID, sendgridKey } from '@herald/contracts';
import type { SettingsMemory } from '../settings/settings-memory.ts';
import { notConfigured } from './refusals.ts';

/**
 * What proves a callback of a workspace's own account. Undefined: there is no such account, which gets the
 * same answer as a wrong signature. Throws a 503 `Problem` where the account has nothing to prove it by.
 */
export interface CallbackAccounts {
  sendgridKeys(workspace: string, account: string): readonly KeyObject[] | undefined;
  twilioTokens(workspace: string, account: string): readonly string[] | undefined;
}

export function createCallbackAccounts(
  memory: Pick<SettingsMemory, 'find'>,
  secrets: Pick<Secrets, 'read'>,
): CallbackAccounts {
  const find = <P extends Account['provider']>(
    workspace: string,
    name: string,
    provider: P,
  ): Extract<Account, { readonly provider: P }> | undefined => {
    const account = accountIn(memory.find(workspace, SETTINGS_ID) ?? {}, name);
    return account?.provider === provider
      ? (account as Extract<Account, { readonly provider: P }>)
      : undefined;
  };
  return {
    sendgridKeys(workspace, name) {
      const account = find(workspace, name, 'sendgrid');
      if (account === undefined) return undefined;
      const keys = rotated(account.webhookKey ?? '').flatMap((text) => sendgridKey(text) ?? []);
      if (keys.length === 0) throw notConfigured(`webhookKey of the account ${workspace}/${name}`);
      return keys;
    },
    twilioTokens(workspace, name) {
      const account = find(workspace, name, 'twilio');
      if (account === undefined) return undefined;
      const secret = referredSecret(account.authToken);
      const tokens = rotated(secrets.read(workspace, secret) ?? '');
      if (tokens.length === 0)
        throw notConfigured(`the secret ${secret} of the account ${workspace}/${name}`);
      return tokens;
    },
  };
}
