import type { Consumer } from '@herald/broker';
import { queue } from '@herald/contracts';
import { span } from '@herald/domain';
import { pauseDuringOutage, type Service, watchOutage } from '@herald/process';
import { createAccounts } from './accounts/index.ts';
import { createUnknownSecrets } from './accounts/unknown-secrets.ts';
import { createAttachments } from './attachments/index.ts';
import { createMailIdentity } from './channels/email/identity.ts';
import { parseDefaultSender } from './channels/email/sender.ts';
import { createLanes } from './channels/lanes.ts';
import { channelRoutes } from './channels/routes.ts';
import { createStatusOf } from './channels/status.ts';
import { warnAtStart } from './channels/warn-at-start.ts';
import type { MessagingDeps } from './deps.ts';
import { createLimits } from './limits/index.ts';
import { messagingMetrics } from './metrics.ts';
import { createOperator } from './operator/operator.ts';
import { messageRoutes } from './operator/routes.ts';
import { createFewAtOnce } from './providers/few-at-once.ts';
import { createReadCampaign } from './read-campaign.ts';
import { createReports } from './reports/index.ts';
import { createMessagingSecrets } from './secrets/index.ts';
import { createFindSuppression, createWhySuppressed } from './send/find-suppression.ts';
import { createSending } from './send/index.ts';
import { settingsRoutes } from './settings/routes.ts';
import { createSettings } from './settings/settings.ts';
import { createWarnings } from './settings/warnings.ts';
import { createTemplates } from './templates/index.ts';

/**
 * Keeps templates and settings, and sends messages. Herald sends each at most once, and each ends in a status
 * that says why.
 */
export function createMessaging(given: MessagingDeps): Service {
  const { lease = span.MINUTE, unknown = { then: 'hold' }, prefetch = 128, defaultZone = 'UTC' } = given;
  for (const { name, timeout } of Object.values(given.providers).flat())
    if (lease <= timeout)
      throw new Error(`a lease of ${lease} ms does not outlast the ${timeout} ms of ${name}`);
  const defaultSender = parseDefaultSender(given.sender);
  const sweepEvery = given.sweepEvery ?? span.SECOND;
  const metrics = given.metrics.declare(messagingMetrics);
  const deps = { ...given, metrics, lease, unknown, prefetch, defaultZone, sweepEvery };
  const { store, broker, log, providers } = deps;
  const outage = watchOutage(deps);
  let stopping = false;

  const secrets = createMessagingSecrets(given);
  const secret = secrets.read;
  const identity = createMailIdentity({ ...given, secrets, defaultSender });
  const settings = createSettings(deps);
  const fewAtOnce = createFewAtOnce();
  const accounts = createAccounts({ ...deps, settings, fewAtOnce, secret });
  const { sendersOf } = accounts;
  const lanes = createLanes({ ...deps, ...accounts });
  const statusOf = createStatusOf({ lanes, sendersOf, defaultSender, secret });
  const attachments = createAttachments(given.attachments);
  const findSuppression = createFindSuppression(store);
  const whySuppressed = createWhySuppressed(findSuppression);
  const readCampaign = createReadCampaign(store);
  const common = { ...deps, settings, lanes, attachments, findSuppression, readCampaign };
  const composing = { ...identity, fewAtOnce, defaultSender, secret, whySuppressed };
  const templates = createTemplates({ ...common, ...composing });
  const { library } = templates;
  const limits = createLimits({ ...common, send: (doc, waited) => sending.resume(doc, waited) });
  const reports = createReports({ ...deps, settings, library });
  const isStopping = () => stopping;
  const sending = createSending({ ...common, ...reports, templates, limits, outage, isStopping });
  const { transitions } = sending;
  const consumers: Consumer[] = [];

  return {
    name: 'messaging',
    queues: [queue.messagingSend, queue.messagingApplied],
    needs: ['store', 'broker'],
    checks: {
      templates: () => library.check(),
      settings: () => settings.check(),
      secrets: () => secrets.check(),
    },
    routes(app) {
      templates.routes(app);
      messageRoutes(app, store, createOperator({ ...deps, transitions }));
      channelRoutes(app, {
        statusOf,
        streamsOf: (workspace) => settings.of(workspace).streams ?? {},
        missingRecords: (workspace, stream) =>
          identity.missingRecords(workspace, sendersOf(workspace, stream).email?.from.email),
      });
      accounts.routes(app);
      secrets.routes(app, settings);
      settingsRoutes(app, {
        settings,
        providersOf: (channel) => providers[channel]?.map(({ name }) => name) ?? [],
        accounts: accounts.options,
        unknownSecrets: createUnknownSecrets(secrets),
        warnings: createWarnings({ store, hasDefaultSender: defaultSender !== undefined }),
      });
    },
    async start() {
      await Promise.all([templates.start(), settings.start(), secrets.start()]);
      const inUse = library.inUse();
      warnAtStart({ log, providers, hasSender: defaultSender !== undefined, statusOf, inUse });
      if (providers.email?.some(({ name }) => name === 'smtp'))
        identity.warn(new Set(inUse.map(({ workspace }) => workspace)), sendersOf);
      sending.start();
      limits.start();
      const onSend = pauseDuringOutage(outage, sending.onSend);
      consumers.push(await broker.consume(queue.messagingSend, { prefetch: limits.intake }, onSend));
      const onOthers = pauseDuringOutage(outage, reports.onApplied(transitions));
      consumers.push(await broker.consume(queue.messagingApplied, { prefetch }, onOthers));
    },
    async stop() {
      stopping = true;
      identity.cancel();
      outage.abandon();
      await Promise.all([sending.stop(), limits.stop(), ...consumers.map((consumer) => consumer.stop())]);
      await Promise.all([templates.stop(), settings.stop(), secrets.stop()]);
      await Promise.all([lanes.close(), attachments.close()]);
    },
  };
}
