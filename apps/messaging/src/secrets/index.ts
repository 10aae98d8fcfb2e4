import type { Secrets } from '@herald/config';
import type { Http } from '@herald/http';
import type { ServiceDeps } from '@herald/process';
import { createWorkspaceSecrets, type WorkspaceSecrets } from '@herald/secrets';
import type { Settings } from '../settings/settings.ts';
import { createKeepSecrets } from './keep-secrets.ts';
import { secretRoutes } from './routes.ts';
import { createSecretUsers } from './secret-users.ts';

/** The secrets of workspaces: read by all, written by the API. */
export interface MessagingSecrets extends WorkspaceSecrets {
  routes(app: Http, settings: Pick<Settings, 'of'>): void;
}

export interface MessagingSecretsDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock' | 'log'> {
  /** The mounted ones. */
  readonly secrets?: Partial<Secrets> | undefined;
}

/** Its start also seals with the first encryption key what a former one has sealed. */
export function createMessagingSecrets(deps: MessagingSecretsDeps): MessagingSecrets {
  const secrets = createWorkspaceSecrets({ ...deps, files: deps.secrets ?? {} });
  const keep = createKeepSecrets({ ...deps, secrets });
  return {
    ...secrets,
    routes: (app, settings) => secretRoutes(app, { keep, users: createSecretUsers(deps.store, settings.of) }),
    async start() {
      await secrets.start();
      await keep.resealAll();
    },
  };
}
