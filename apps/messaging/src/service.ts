import type { Consumer } from '@herald/broker';
import { queue } from '@herald/contracts';
import { span } from '@herald/domain';
import { createAllowedAddresses } from '@herald/outbound';
import { pauseDuringOutage, type Service, watchOutage } from '@herald/process';
import { createWorkspaceSecrets } from '@herald/secrets';
import { createAccountLanes } from './accounts/account-lanes.ts';
import { accountsFor } from './accounts/area.ts';
import { NO_ACCOUNT_OPTIONS } from './accounts/config.ts';
import { accountRoutes } from './accounts/routes.ts';
import { createUnknownSecrets } from './accounts/unknown-secrets.ts';
import { type AttachmentLimits, createAttachments } from './attachments/index.ts';
import { createDkimKeys } from './channels/email/dkim/dkim-keys.ts';
import { createDomainRecords } from './channels/email/domain-records.ts';
import { createReturnPath } from './channels/email/return-path.ts';
import { parseDefaultSender } from './channels/email/sender.ts';
import { warnAboutDomains } from './channels/email/warn-about-domains.ts';
import { createLanes } from './channels/lanes.ts';
import { channelRoutes } from './channels/routes.ts';
import { createStatusOf } from './channels/status.ts';
import { warnAtStart } from './channels/warn-at-start.ts';
import type { MessagingDeps } from './deps.ts';
import { createOnErased } from './erasure/on-erased.ts';
import { createLimits } from './limits/index.ts';
import { messagingMetrics } from './metrics.ts';
import { createOperator } from './operator/operator.ts';
import { messageRoutes } from './operator/routes.ts';
import { createFewAtOnce } from './providers/few-at-once.ts';
import { createConsequences } from './reports/consequences.ts';
import { createOnApplied } from './reports/on-applied.ts';
import { createOnInbound } from './reports/on-inbound.ts';
import { createOnReport } from './reports/on-report.ts';
import { createOnReturned } from './reports/on-returned.ts';
import { createTrack } from './reports/track.ts';
import { createKeepSecrets } from './secrets/keep-secrets.ts';
import { secretRoutes } from './secrets/routes.ts';
import { createSecretUsers } from './secrets/secret-users.ts';
import { createFindSuppression } from './send/find-suppression.ts';
import { createSending } from './send/index.ts';
import { settingsRoutes } from './settings/routes.ts';
import { createSettings } from './settings/settings.ts';
import { sendingOf } from './settings/streams.ts';
import { createWarnings } from './settings/warnings.ts';
import { createTemplates } from './templates/index.ts';

const ATTACHMENTS: AttachmentLimits = {
  ...{ file: 5_000_000, message: 10_000_000, memory: 40_000_000, timeout: 10 * span.SECOND },
  allowed: createAllowedAddresses([]),
};

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
  const secrets = createWorkspaceSecrets({ ...given, files: given.secrets ?? {} });
  const dkim = createDkimKeys({ ...given, secrets, configured: given.dkimKeys, defaultSender });
  const returnPath = createReturnPath(given.bounceAddress, given.linkSecret);
  const records = createDomainRecords(given.dnsServers ?? []);
  const sweepEvery = given.sweepEvery ?? span.SECOND;
  const metrics = given.metrics.declare(messagingMetrics);
  const deps = { ...given, metrics, lease, unknown, prefetch, defaultZone, sweepEvery };
  const { store, broker, log, providers } = deps;
  const outage = watchOutage(deps);
  let stopping = false;

  const keepSecrets = createKeepSecrets({ ...deps, secrets });
  const secret = secrets.read;
  const settings = createSettings(deps);
  const { accounts = NO_ACCOUNT_OPTIONS } = deps;
  const accountLanes = createAccountLanes({ ...deps, settings, secret, accounts });
  const lanes = createLanes({
    ...deps,
    accountLanes,
    chosen(channel, { workspace, stream }) {
      const content = settings.of(workspace);
      const chosen = sendingOf(content, stream)?.providers[channel];
      const own = accountsFor(content, channel);
      return chosen ?? (own.length > 0 ? own : undefined);
    },
  });
  const sendersOf = (workspace: string, stream?: string) =>
    sendingOf(settings.of(workspace), stream)?.senders ?? {};
  const fewAtOnce = createFewAtOnce();
  const statusOf = createStatusOf({ lanes, sendersOf, defaultSender, secret });
  const attachments = createAttachments({ ...ATTACHMENTS, ...given.attachments });
  const findSuppression = createFindSuppression(store);
  const whySuppressed = async (workspace: string, address: string) => {
    const found = await findSuppression(workspace, 'email', address);
    return found && (found.reason ?? 'suppressed');
  };
  const templates = createTemplates({
    ...deps,
    settings,
    lanes,
    fewAtOnce,
    defaultSender,
    dkim,
    returnPath,
    secret,
    whySuppressed,
    attachments,
  });
  const limits = createLimits({
    ...deps,
    settings,
    send: (doc, waited) => sending.resume(doc, waited),
  });
  const sending = createSending({
    ...deps,
    settings,
    lanes,
    templates,
    limits,
    outage,
    findSuppression,
    attachments,
    consequences: createConsequences({ store, settings }),
    track: createTrack({ ...deps, settings }),
    onInbound: createOnInbound(deps),
    onReturned: createOnReturned({ ...deps, library: templates.library }),
    isStopping: () => stopping,
  });
  const { transitions } = sending;
  const onApplied = createOnApplied({
    onErased: createOnErased({ ...deps, transitions }),
    onReport: createOnReport({ transitions }),
  });
  const consumers: Consumer[] = [];

  return {
    name: 'messaging',
    queues: [queue.messagingSend, queue.messagingApplied],
    needs: ['store', 'broker'],
    checks: {
      templates: () => templates.library.check(),
      settings: () => settings.check(),
      secrets: () => secrets.check(),
    },
    routes(app) {
      templates.routes(app);
      messageRoutes(app, store, createOperator({ ...deps, transitions }));
      channelRoutes(app, statusOf, (workspace) => settings.of(workspace).streams ?? {});
      accountRoutes(app, {
        accountLanes,
        fewAtOnce,
        sendersOf,
        accountsOf: (workspace) => settings.of(workspace).accounts ?? {},
        streamsOf: (workspace) => settings.of(workspace).streams ?? {},
        countryOf: (workspace) => settings.of(workspace).country,
      });
      secretRoutes(app, { keep: keepSecrets, users: createSecretUsers(store, settings.of) });
      settingsRoutes(app, {
        settings,
        providersOf: (channel) => providers[channel]?.map(({ name }) => name) ?? [],
        accounts,
        unknownSecrets: createUnknownSecrets(secrets),
        warnings: createWarnings({ store, hasDefaultSender: defaultSender !== undefined }),
      });
    },
    async start() {
      await Promise.all([templates.start(), settings.start(), secrets.start()]);
      await keepSecrets.resealAll();
      const inUse = templates.library.inUse();
      warnAtStart({ log, providers, hasSender: defaultSender !== undefined, statusOf, inUse });
      if (providers.email?.some(({ name }) => name === 'smtp')) {
        const workspaces = new Set(inUse.map(({ workspace }) => workspace));
        const senders = [...workspaces].map((workspace) => ({
          workspace,
          from: sendersOf(workspace).email?.from ?? defaultSender,
        }));
        const { bounceAddress } = given;
        void warnAboutDomains({
          log,
          records,
          dkim,
          bounceAddress,
          senders: [{ workspace: '', from: defaultSender }, ...senders],
        });
      }
      sending.start();
      limits.start();
      const onSend = pauseDuringOutage(outage, sending.onSend);
      consumers.push(await broker.consume(queue.messagingSend, { prefetch: limits.intake }, onSend));
      const onOthers = pauseDuringOutage(outage, onApplied);
      consumers.push(await broker.consume(queue.messagingApplied, { prefetch }, onOthers));
    },
    async stop() {
      stopping = true;
      records.cancel();
      outage.abandon();
      await Promise.all([sending.stop(), limits.stop(), ...consumers.map((consumer) => consumer.stop())]);
      await Promise.all([templates.stop(), settings.stop(), secrets.stop()]);
      await Promise.all([lanes.close(), attachments.close()]);
    },
  };
}
