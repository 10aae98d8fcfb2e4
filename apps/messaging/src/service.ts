import type { Consumer } from '@herald/broker';
import { type Secrets, waitingOf } from '@herald/config';
import { collections, queue } from '@herald/contracts';
import { span } from '@herald/domain';
import { createSweep } from '@herald/outbox';
import { pauseDuringOutage, type Service, type ServiceDeps, watchOutage } from '@herald/process';
import { createRenderer, type RendererOptions } from '@herald/templates';
import type { Static, TObject } from 'typebox';
import { createProviders } from './channels/configured.ts';
import { parseDefaultSender } from './channels/email/sender.ts';
import { createLanes } from './channels/lanes.ts';
import { channelRoutes } from './channels/routes.ts';
import { createStatusOf } from './channels/status.ts';
import { leaseFor, messagingConfig, unknownPolicy } from './config.ts';
import { createCampaignLimits } from './limits/campaign-limits.ts';
import { createCount } from './limits/counted.ts';
import { createLimits, createRateOf } from './limits/limits.ts';
import { createPark } from './limits/park.ts';
import { createRelease } from './limits/release.ts';
import { createRunOrder } from './limits/run-order.ts';
import { createShare } from './limits/share.ts';
import { createWaitlists } from './limits/waitlists.ts';
import { createMessageLog } from './logging/message-log.ts';
import { warnAtStart } from './logging/warn-at-start.ts';
import { createAttempt } from './messages/attempt.ts';
import { createReadCircumstances } from './messages/circumstances.ts';
import { createCompose } from './messages/compose.ts';
import { createConsequences } from './messages/consequences.ts';
import { createFindSuppression } from './messages/find-suppression.ts';
import { createOnApplied } from './messages/on-applied.ts';
import { createOnErased } from './messages/on-erased.ts';
import { createOnInbound } from './messages/on-inbound.ts';
import { createOnReport } from './messages/on-report.ts';
import { createOnSend } from './messages/on-send.ts';
import { createOperator } from './messages/operator.ts';
import type { UnknownPolicy } from './messages/policy.ts';
import { messageRoutes } from './messages/routes.ts';
import { createSweepMessage } from './messages/sweep-message.ts';
import { createTopicOf } from './messages/topic-of.ts';
import { createTransitions } from './messages/transitions.ts';
import { countFromZero, watchMessages } from './messages/watch.ts';
import { createWithdraw } from './messages/withdraw.ts';
import { messagingMetrics } from './metrics.ts';
import type { GatePolicy } from './providers/gate.ts';
import type { Providers } from './providers/provider.ts';
import { settingsRoutes } from './settings/routes.ts';
import { createSettings } from './settings/settings.ts';
import { createWarnings } from './settings/warnings.ts';
import { createCheckTemplate } from './templates/check.ts';
import { createTemplateLibrary } from './templates/library.ts';
import { createPreview } from './templates/preview.ts';
import { previewRoutes } from './templates/preview-routes.ts';
import { templateRoutes } from './templates/routes.ts';
import { createSaveTemplate } from './templates/save.ts';
import { createTrack } from './tracking/track.ts';

export { createConsoleProvider } from './channels/email/console-provider.ts';
export { createSmtpProvider } from './channels/email/smtp/smtp-provider.ts';
export type { UnknownPolicy } from './messages/policy.ts';
export type { Outgoing, Provider, Providers } from './providers/provider.ts';
export { messagingConfig };

export interface MessagingDeps extends ServiceDeps {
  /** Closed with the service. */
  readonly providers: Providers;
  /** When providers are given nothing, and for how long; as `providers/gate.ts` has it unless told. */
  readonly gates?: Partial<GatePolicy>;
  /** Where the secrets of workspaces are, which sign their webhooks. */
  readonly secrets?: Pick<Secrets, 'read'>;
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
  /**
   * ms of wall time after which a call without an outcome is `unknown`; 60,000 unless told. Longer than the
   * provider's time-out.
   */
  readonly lease?: number;
  /** `hold` unless told. */
  readonly unknown?: UnknownPolicy;
  /** Messages of one workspace handled at once; 128 unless told. */
  readonly prefetch?: number;
  readonly rendering?: RendererOptions;
}

/** ms of wall time for which a swept batch is nobody else's. */
const SWEEP_LEASE = 30_000;
const SWEEP_BATCH = 500;
/**
 * Messages of one workspace that may wait in the process before more of them wait in the store instead, and
 * of all.
 */
const WAITING = { each: 32, all: 128 };

/**
 * Keeps templates and settings, and sends messages: each leaves at most once by our doing, and each ends in a
 * state that says why.
 */
export function createMessaging(given: MessagingDeps): Service {
  const metrics = given.metrics.declare(messagingMetrics);
  const deps = { ...given, metrics };
  const { lease = span.MINUTE, unknown = { then: 'hold' }, prefetch = 128, defaultZone = 'UTC' } = deps;
  for (const provider of Object.values(deps.providers).flat())
    if (lease <= provider.timeout)
      throw new Error(
        `a lease of ${lease} ms does not outlast the ${provider.timeout} ms of ${provider.name}`,
      );
  const sender = parseDefaultSender(deps.sender);
  const { store, broker, clock, log, linkSecret, publicUrl } = deps;
  const settings = createSettings(deps);
  const lanes = createLanes({
    ...deps,
    chosen: (workspace, channel) => settings.of(workspace).providers?.[channel],
  });
  const library = createTemplateLibrary(deps);
  const renderer = createRenderer(deps.rendering);
  const secret = (workspace: string, name: string) => deps.secrets?.read(workspace, name);
  const compose = createCompose({
    ...{ library, renderer, settings, linkSecret, publicUrl, sender, defaultZone, secret },
  });
  const statusOf = createStatusOf({
    lanes,
    sendersOf: (workspace) => settings.of(workspace).senders ?? {},
    defaultSender: sender,
    secret,
  });
  const consequences = createConsequences({ store, settings });
  const transitions = createTransitions({
    ...{ ...deps, lease, unknown, consequences },
    logMessage: createMessageLog(deps),
  });
  const runOrder = createRunOrder({ ...deps, transitions });
  const readCircumstances = createReadCircumstances(store);
  const share = createShare({ capacity: 2 * prefetch, waiting: WAITING });
  // More than can be at work or waiting here: the rest of a flood is only put into the store.
  const intake = 2 * (prefetch + WAITING.all);
  const waitlists = createWaitlists({ store, clock, woken: () => release.look() });
  const campaigns = createCampaignLimits(store);
  const askLimits = createLimits({
    ...{ ...deps, settings, campaigns, waitlists, defaultZone },
    count: createCount(deps),
  });
  const outage = watchOutage(deps);
  let stopping = false;
  const attempt = createAttempt({
    ...{ ...deps, outage, transitions, library, compose, readCircumstances, lanes, runOrder, askLimits },
    isStopping: () => stopping,
    topicOf: createTopicOf(settings),
    findSuppression: createFindSuppression(store),
    track: createTrack({ settings, linkSecret, publicUrl, clock }),
    wake: waitlists.wake,
  });
  const release = createRelease({
    ...{ ...deps, share },
    // Whoever told that it waits may have gone before that was published.
    send: async (doc, waited) => attempt(await transitions.outbox.flush(doc), waited),
    rateOf: createRateOf({ settings, campaigns }),
  });
  const withdraw = createWithdraw(store, transitions);
  const sweep = createSweep({
    collection: store.collection(collections.messages),
    clock,
    handle: createSweepMessage({ transitions, runOrder, wake: waitlists.wake, clock, unknown, lease }),
    onError: (error, doc) => log.error({ err: error, messageId: doc?.id }, 'sweep failed'),
    every: deps.sweepEvery ?? span.SECOND,
    lease: SWEEP_LEASE,
    batch: SWEEP_BATCH,
  });
  const consumers: Consumer[] = [];
  countFromZero(metrics);
  watchMessages(deps, metrics);

  const countryOf = (workspace: string): string | undefined => settings.of(workspace).country;
  return {
    name: 'messaging',
    queues: [queue.messagingSend, queue.messagingApplied],
    needs: ['store', 'broker'],
    checks: { templates: () => library.check(), settings: () => settings.check() },
    routes(app) {
      const check = createCheckTemplate({ library, renderer });
      templateRoutes(app, { store, check, save: createSaveTemplate({ ...deps, library }) });
      previewRoutes(app, createPreview({ store, clock, library, compose, lanes, countryOf }));
      messageRoutes(app, store, createOperator({ transitions, clock }));
      channelRoutes(app, statusOf);
      settingsRoutes(app, {
        settings,
        providersOf: (channel) => deps.providers[channel]?.map(({ name }) => name) ?? [],
        warnings: createWarnings({ store, hasDefaultSender: sender !== undefined }),
      });
    },
    async start() {
      // The renderer is asked for nothing: where it cannot run, the start must fail, not the first message.
      await Promise.all([library.start(), settings.start(), renderer.check('start', {})]);
      const { providers } = deps;
      warnAtStart({ log, providers, hasSender: sender !== undefined, statusOf, inUse: library.inUse() });
      sweep.start();
      release.start();
      const park = createPark({ ...deps, waitlists });
      const onSend = createOnSend({
        ...{ transitions, clock, attempt, withdraw, share, park, wake: waitlists.wake },
        isStopping: () => stopping,
        onInbound: createOnInbound(deps),
      });
      const onApplied = createOnApplied({
        onErased: createOnErased({ store, clock, transitions }),
        onReport: createOnReport({ transitions }),
      });
      consumers.push(
        await broker.consume(queue.messagingSend, { prefetch: intake }, pauseDuringOutage(outage, onSend)),
      );
      consumers.push(
        await broker.consume(queue.messagingApplied, { prefetch }, pauseDuringOutage(outage, onApplied)),
      );
    },
    async stop() {
      stopping = true;
      outage.abandon();
      await Promise.all([sweep.stop(), release.stop(), ...consumers.map((consumer) => consumer.stop())]);
      await Promise.all([library.stop(), settings.stop(), renderer.close()]);
      await lanes.close();
    },
  };
}

/** The service as the configuration of its process says. */
export const configuredMessaging = (
  deps: ServiceDeps & Pick<MessagingDeps, 'linkSecret' | 'publicUrl' | 'secrets'>,
  config: Readonly<Static<TObject<typeof messagingConfig>>>,
): Service =>
  createMessaging({
    ...deps,
    ...waitingOf(deps.clock, config),
    providers: createProviders(config, deps.publicUrl),
    lease: leaseFor(config),
    unknown: unknownPolicy(config),
    rendering: { timeLimit: config.TEMPLATE_TIMEOUT },
    ...(config.SENDER !== undefined && { sender: config.SENDER }),
  });
