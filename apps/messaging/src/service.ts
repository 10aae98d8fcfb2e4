import type { Consumer } from '@herald/broker';
import { collections, queue } from '@herald/contracts';
import { span } from '@herald/domain';
import { createSweep } from '@herald/outbox';
import { type Service, type ServiceDeps, type waitingConfig, waitingOf } from '@herald/service';
import type { Static, TObject } from 'typebox';
import { createProviders, leaseFor, messagingConfig, unknownPolicy } from './config.ts';
import { createAttempt } from './messages/attempt.ts';
import { createAttend } from './messages/attend.ts';
import { createReadCircumstances } from './messages/circumstances.ts';
import { createCompose, senderOf } from './messages/compose.ts';
import { createOnErased } from './messages/on-erased.ts';
import { createOnSend } from './messages/on-send.ts';
import { createOperator } from './messages/operator.ts';
import type { UnknownPolicy } from './messages/policy.ts';
import { messageRoutes } from './messages/routes.ts';
import { createTransitions } from './messages/transitions.ts';
import { watchMessages } from './messages/watch.ts';
import { createWithdraw } from './messages/withdraw.ts';
import type { Provider } from './providers/provider.ts';
import { settingsRoutes } from './settings/routes.ts';
import { createSettings } from './settings/settings.ts';
import { createCheckTemplate } from './templates/check.ts';
import { createTemplateLibrary } from './templates/library.ts';
import { createRehearse } from './templates/rehearse.ts';
import { rehearseRoutes } from './templates/rehearse-routes.ts';
import { createRenderer, type RendererOptions } from './templates/rendering/renderer.ts';
import { templateRoutes } from './templates/routes.ts';
import { createSaveTemplate } from './templates/save.ts';

export type { UnknownPolicy } from './messages/policy.ts';
export { createConsoleProvider } from './providers/email/console/console-provider.ts';
export { createSmtpProvider } from './providers/email/smtp/smtp-provider.ts';
export type { OutgoingEmail, Provider } from './providers/provider.ts';
export { messagingConfig };

export interface MessagingDeps extends ServiceDeps {
  /** Closed with the service. */
  readonly providers: { readonly email: Provider };
  /** Signs the links in messages. */
  readonly linkSecret: string;
  /** Where the world reaches ingest: it stands in links. */
  readonly publicUrl: string;
  /** ms on the clock: what is due sooner is given to the broker's delay at once. */
  readonly horizon: number;
  /** Sender of workspaces that have set none: `Name <address>` or an address. */
  readonly sender?: string;
  /** IANA zone for those who have none; UTC unless told. */
  readonly defaultZone?: string;
  /** ms of wall time between sweeps; 1,000 unless told. */
  readonly sweepEvery?: number;
  /** ms of wall time after which a call without an outcome is `unknown`; 60,000 unless told. Longer than the provider's time-out. */
  readonly lease?: number;
  /** `hold` unless told. */
  readonly unknown?: UnknownPolicy;
  /** Messages handled at once; 32 unless told. */
  readonly prefetch?: number;
  readonly rendering?: RendererOptions;
}

/** ms of wall time for which a swept batch is nobody else's. */
const SWEEP_LEASE = 30_000;
const SWEEP_BATCH = 500;

/** Keeps templates and settings, and sends messages: each leaves at most once by our doing, and each ends in a state that says why. */
export function createMessaging(deps: MessagingDeps): Service {
  const { lease = span.MINUTE, unknown = { then: 'hold' }, prefetch = 32, defaultZone = 'UTC' } = deps;
  const provider = deps.providers.email;
  if (lease <= provider.timeout)
    throw new Error(`a lease of ${lease} ms does not outlast the ${provider.timeout} ms of ${provider.name}`);
  const sender = senderOf(deps.sender);
  const { store, broker, clock, log, linkSecret, publicUrl } = deps;
  const settings = createSettings(deps);
  const library = createTemplateLibrary(deps);
  const renderer = createRenderer(deps.rendering);
  const compose = createCompose({ library, renderer, settings, linkSecret, publicUrl, sender, defaultZone });
  const transitions = createTransitions({ ...deps, lease, unknown });
  const readCircumstances = createReadCircumstances(store);
  const attempt = createAttempt({ ...deps, transitions, library, compose, readCircumstances, provider });
  const withdraw = createWithdraw(store, transitions);
  const sweep = createSweep({
    collection: store.collection(collections.messages),
    clock,
    attend: createAttend({ transitions, clock, unknown, lease }),
    onError: (error, doc) => log.error({ err: error, messageId: doc?.id }, 'sweep failed'),
    every: deps.sweepEvery ?? span.SECOND,
    lease: SWEEP_LEASE,
    batch: SWEEP_BATCH,
  });
  const consumers: Consumer[] = [];
  watchMessages(deps);

  return {
    name: 'messaging',
    queues: [queue.send, queue.told],
    checks: { templates: () => library.check(), settings: () => settings.check() },
    routes(app) {
      const check = createCheckTemplate({ library, renderer });
      templateRoutes(app, { store, check, save: createSaveTemplate({ ...deps, library }) });
      rehearseRoutes(app, createRehearse({ store, clock, library, compose, provider }));
      messageRoutes(app, store, createOperator({ transitions, clock }));
      settingsRoutes(app, settings);
    },
    async start() {
      // The renderer is asked for nothing: where it cannot run, the start must fail, not the first message.
      await Promise.all([library.start(), settings.start(), renderer.check('start', {})]);
      await sweep.run();
      sweep.start();
      const onSend = createOnSend({ transitions, clock, attempt, withdraw });
      const onErased = createOnErased({ store, clock, transitions });
      consumers.push(await broker.consume(queue.send, { prefetch }, onSend));
      consumers.push(await broker.consume(queue.told, { prefetch: 4 }, onErased));
    },
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await sweep.stop();
      await Promise.all([library.stop(), settings.stop(), renderer.close()]);
      await provider.close();
    },
  };
}

/** The service as the configuration of its process says. */
export const configuredMessaging = (
  deps: ServiceDeps & Pick<MessagingDeps, 'linkSecret' | 'publicUrl'>,
  config: Readonly<Static<TObject<typeof messagingConfig & typeof waitingConfig>>>,
): Service =>
  createMessaging({
    ...deps,
    ...waitingOf(deps.clock, config),
    providers: createProviders(config),
    lease: leaseFor(config),
    unknown: unknownPolicy(config),
    rendering: { timeLimit: config.TEMPLATE_TIMEOUT },
    ...(config.SENDER !== undefined && { sender: config.SENDER }),
  });
