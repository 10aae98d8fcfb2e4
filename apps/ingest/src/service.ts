import type { Secrets } from '@herald/config';
import { collections } from '@herald/contracts';
import type { Http } from '@herald/http';
import type { Service, ServiceDeps } from '@herald/process';
import { createWorkspaceSecrets } from '@herald/secrets';
import type { Static, TObject } from 'typebox';
import { createCallbackAccounts } from './callbacks/accounts.ts';
import { sendgridRoutes } from './callbacks/sendgrid/sendgrid.routes.ts';
import { twilioRoutes } from './callbacks/twilio/twilio.routes.ts';
import { ingestConfig } from './config.ts';
import { eventsRoutes } from './events/events.routes.ts';
import { hooksRoutes } from './hooks/hooks.routes.ts';
import { type MailOptions, mailOptions } from './mail/config.ts';
import { createReturnedMail } from './mail/index.ts';
import { ingestMetrics } from './metrics.ts';
import { createPublishEvents } from './publish-events.ts';
import { createRateLimit } from './rate-limit.ts';
import { createCountries } from './settings/countries.ts';
import { createSettingsMemory } from './settings/settings-memory.ts';
import { createFetchPinned, type FetchPinned } from './signatures/sns/fetch-pinned.ts';
import { createSns } from './signatures/sns/sns.ts';
import { createSourceMemory } from './sources/source-memory.ts';
import { sourcesRoutes } from './sources/sources.routes.ts';
import { trackingRoutes } from './tracking/tracking.routes.ts';
import { createReadChoices } from './unsubscribe/choices.ts';
import { unsubscribeRoutes } from './unsubscribe/unsubscribe.routes.ts';

export { ingestConfig };

export interface IngestDeps extends ServiceDeps {
  /** Those that are mounted, and the keys that seal those from the API. */
  readonly secrets: Secrets;
  /** Signs the links in messages. */
  readonly linkSecret: string;
  /** Public address of the API. */
  readonly publicUrl: string;
  /** Events/s that one workspace may send to this process. Default: 0, no limit. */
  readonly rate?: number;
  /** Unset: SendGrid's reports get a 503 until it is set. */
  readonly sendgridWebhookKey?: string | undefined;
  /** The same for Twilio. */
  readonly twilioAuthToken?: string | undefined;
  /** How mail comes back. Absent: it does not. */
  readonly mail?: MailOptions | undefined;
  /** Calls SNS. Default: over the internet. */
  readonly fetchPinned?: FetchPinned;
}

/**
 * HTTP in: events, webhooks of any source, reports of providers, links in messages. Answers 2xx only for what
 * the broker has made durable.
 */
export function createIngest(deps: IngestDeps): Service {
  const { broker, clock, log, linkSecret, publicUrl } = deps;
  const secrets = createWorkspaceSecrets({ ...deps, files: deps.secrets });
  const metrics = deps.metrics.declare(ingestMetrics);
  const collection = deps.store.collection(collections.sources);
  const memory = createSourceMemory({ collection, broker, log });
  const settings = createSettingsMemory({ store: deps.store, broker, log });
  const countries = createCountries({ memory: settings, log });
  const publishEvents = createPublishEvents({ broker, metrics });
  const newRateLimit = () => createRateLimit(deps.rate ?? 0, () => performance.now());
  const rateLimit = newRateLimit();

  const returnedMail = createReturnedMail({ ...deps, metrics, publishEvents, mail: deps.mail });
  const outbound = createFetchPinned();
  const sns = createSns({ fetchPinned: deps.fetchPinned ?? outbound.fetchPinned, clock, log });

  return {
    name: 'ingest',
    queues: [],
    async routes(app) {
      const common = { clock, log, metrics, publishEvents, publicUrl };
      const callbacks = { ...common, linkSecret, accounts: createCallbackAccounts(settings, secrets) };
      const unsubscribe = { clock, linkSecret, publishEvents, readChoices: createReadChoices(deps) };
      const add = async (routes: (scope: Http) => void | Promise<void>): Promise<void> => {
        // Each in a scope of its own, because they read bodies differently.
        await app.register(async (scope: Http) => routes(scope));
      };
      await add((scope) => eventsRoutes(scope, { clock, metrics, publishEvents, rateLimit, countries }));
      await add((scope) => hooksRoutes(scope, { ...common, memory, countries, secrets, sns, rateLimit }));
      await add((scope) => unsubscribeRoutes(scope, { ...unsubscribe, rateLimit: newRateLimit() }));
      await add((scope) => sendgridRoutes(scope, { ...callbacks, webhookKey: deps.sendgridWebhookKey }));
      await add((scope) => twilioRoutes(scope, { ...callbacks, broker, authToken: deps.twilioAuthToken }));
      await add((scope) => trackingRoutes(scope, { ...callbacks, rateLimit: newRateLimit() }));
      await add((scope) =>
        sourcesRoutes(scope, { collection, memory, broker, log, secrets, clock, publicUrl }),
      );
    },
    async start() {
      await Promise.all([memory.start(), settings.start(), secrets.start(), returnedMail.start()]);
    },
    async stop() {
      await returnedMail.stop();
      await Promise.all([memory.stop(), settings.stop(), secrets.stop(), outbound.close()]);
    },
    // API keys and sources are in memory: it accepts events while the database is away.
    needs: ['broker'],
    checks: { sources: () => memory.check(), secrets: () => secrets.check() },
  };
}

/** The service as the configuration of its process says. */
export const configuredIngest = (
  deps: ServiceDeps & Pick<IngestDeps, 'secrets' | 'linkSecret' | 'publicUrl'>,
  config: Readonly<Static<TObject<typeof ingestConfig>>> & { readonly HOST?: string },
): Service =>
  createIngest({
    ...deps,
    rate: config.INGEST_RATE,
    sendgridWebhookKey: config.SENDGRID_WEBHOOK_KEY,
    twilioAuthToken: config.TWILIO_AUTH_TOKEN,
    mail: mailOptions(config),
  });
