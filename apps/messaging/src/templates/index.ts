import type { Mailbox } from '@herald/addresses';
import type { Http } from '@herald/http';
import type { ServiceDeps } from '@herald/process';
import { createRenderer, type RendererOptions } from '@herald/templates';
import type { Attachments } from '../attachments/index.ts';
import type { DkimKeys } from '../channels/email/dkim/dkim-keys.ts';
import type { ReturnPath } from '../channels/email/return-path.ts';
import type { Lanes } from '../channels/lanes.ts';
import type { FewAtOnce } from '../providers/few-at-once.ts';
import type { ReadCampaign } from '../read-campaign.ts';
import type { Settings } from '../settings/settings.ts';
import { createCheckTemplate } from './check.ts';
import { type Compose, type ComposeDeps, createCompose } from './compose.ts';
import { createTemplateLibrary, type TemplateLibrary } from './library.ts';
import { createPreview } from './preview.ts';
import { previewRoutes } from './preview-routes.ts';
import { templateRoutes } from './routes.ts';
import { createSaveTemplate } from './save.ts';

/** The templates of all workspaces, and what is made of them. */
export interface Templates {
  readonly library: TemplateLibrary;
  readonly compose: Compose;
  routes(app: Http): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface TemplatesDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock' | 'log'> {
  readonly settings: Settings;
  readonly lanes: Lanes;
  readonly fewAtOnce: FewAtOnce;
  readonly readCampaign: ReadCampaign;
  readonly rendering?: RendererOptions;
  readonly linkSecret: string;
  readonly publicUrl: string;
  readonly defaultSender: Mailbox | undefined;
  readonly dkim: DkimKeys;
  readonly returnPath: ReturnPath | undefined;
  readonly defaultZone: string;
  readonly attachments: Attachments;
  readonly whySuppressed: ComposeDeps['whySuppressed'];
  readonly secret: (workspace: string, name: string) => string | undefined;
}

export function createTemplates(deps: TemplatesDeps): Templates {
  const { store, settings } = deps;
  const library = createTemplateLibrary(deps);
  const renderer = createRenderer(deps.rendering);
  const compose = createCompose({ ...deps, library, renderer });
  return {
    library,
    compose,
    routes(app) {
      const check = createCheckTemplate({ library, renderer, settings });
      templateRoutes(app, { store, check, save: createSaveTemplate({ ...deps, library }) });
      const countryOf = (workspace: string) => settings.of(workspace).country;
      previewRoutes(app, createPreview({ ...deps, library, compose, countryOf }));
    },
    async start() {
      // An empty check: where the renderer cannot run, the start must fail, not the first message.
      await Promise.all([library.start(), renderer.check('start', {})]);
    },
    async stop() {
      await Promise.all([library.stop(), renderer.close()]);
    },
  };
}
