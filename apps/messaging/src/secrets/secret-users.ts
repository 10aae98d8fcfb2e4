import { collections, referredSecret, type SourceDocument } from '@herald/contracts';
import type { Fault } from '@herald/http';
import { findAll, type Store } from '@herald/store';
import { secretsNamedBy } from '../accounts/area.ts';
import type { SettingsContent } from '../settings/settings.ts';

/** Where a workspace's settings and sources name a secret: a reason not to remove it. */
export type SecretUsers = (workspace: string, name: string) => Promise<Fault[]>;

const PAGE = 200;

export function createSecretUsers(
  store: Store,
  settingsOf: (workspace: string) => SettingsContent,
): SecretUsers {
  const sources = store.collection(collections.sources);
  return async (workspace, name) => {
    const { senders, accounts = {}, streams = {} } = settingsOf(workspace);
    const users: Fault[] = [];
    const use = (path: string, where: string): void =>
      void users.push({ path, message: `${where} names this secret` });
    if (senders?.webhook?.secret === name) use('/senders/webhook/secret', 'the settings');
    for (const [stream, own] of Object.entries(streams))
      if (own.senders?.webhook?.secret === name)
        use(`/streams/${stream}/senders/webhook/secret`, `the stream ${stream}`);
    for (const [account, options] of Object.entries(accounts))
      for (const { field, reference } of secretsNamedBy(options))
        if (referredSecret(reference) === name)
          use(`/accounts/${account}/${field}`, `the account ${account}`);
    const query = { index: 'byWorkspace', equals: [workspace], limit: PAGE };
    for await (const source of findAll<SourceDocument>(sources, query))
      if (source.verify.secret === name || source.handshake?.secret === name)
        use(`/sources/${source.id}`, `the source ${source.id}`);
    return users;
  };
}
