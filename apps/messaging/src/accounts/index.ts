import type { Senders } from '@herald/contracts';
import type { Channel } from '@herald/domain';
import type { Http } from '@herald/http';
import type { FewAtOnce } from '../providers/few-at-once.ts';
import type { LaneDeps, Target } from '../providers/lane.ts';
import type { Settings } from '../settings/settings.ts';
import { sendingOf } from '../settings/streams.ts';
import { type AccountLanes, createAccountLanes } from './account-lanes.ts';
import { accountsFor } from './area.ts';
import { NO_ACCOUNT_OPTIONS } from './config.ts';
import type { AccountOptions } from './kind.ts';
import { accountRoutes } from './routes.ts';

/** What workspaces have set of their own: accounts, and which of them and of all providers sends what. */
export interface Accounts {
  readonly options: AccountOptions;
  readonly accountLanes: AccountLanes;
  /** The names a workspace has chosen, in order; undefined: the order of the installation. */
  chosen(channel: Channel, target: Target): readonly string[] | undefined;
  sendersOf(workspace: string, stream?: string): Senders;
  routes(app: Http): void;
}

export interface AccountsDeps extends LaneDeps {
  readonly settings: Settings;
  readonly accounts?: AccountOptions | undefined;
  readonly fewAtOnce: FewAtOnce;
  readonly secret: (workspace: string, name: string) => string | undefined;
}

export function createAccounts(deps: AccountsDeps): Accounts {
  const { settings, accounts: options = NO_ACCOUNT_OPTIONS, fewAtOnce } = deps;
  const accountLanes = createAccountLanes({ ...deps, accounts: options });
  const sendersOf: Accounts['sendersOf'] = (workspace, stream) =>
    sendingOf(settings.of(workspace), stream)?.senders ?? {};
  return {
    options,
    accountLanes,
    sendersOf,
    chosen(channel, { workspace, stream }) {
      const content = settings.of(workspace);
      const chosen = sendingOf(content, stream)?.providers[channel];
      const own = accountsFor(content, channel);
      return chosen ?? (own.length > 0 ? own : undefined);
    },
    routes: (app) => accountRoutes(app, { accountLanes, fewAtOnce, sendersOf, settings }),
  };
}
