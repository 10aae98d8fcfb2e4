import type { Handler } from '@herald/broker';
import { collections, type MessageDocument } from '@herald/contracts';
import { createSweep } from '@herald/outbox';
import type { OutageWatch, ServiceDeps } from '@herald/process';
import type { Attachments } from '../attachments/index.ts';
import type { Lanes } from '../channels/lanes.ts';
import type { Hold } from '../limits/hold.ts';
import type { Limits } from '../limits/index.ts';
import type { MessagingMetrics } from '../metrics.ts';
import type { ReadCampaign } from '../read-campaign.ts';
import type { Consequences } from '../reports/consequences.ts';
import type { OnInbound } from '../reports/on-inbound.ts';
import type { OnReturned } from '../reports/on-returned.ts';
import type { Track } from '../reports/track.ts';
import type { Settings } from '../settings/settings.ts';
import { streamOf } from '../settings/streams.ts';
import type { Templates } from '../templates/index.ts';
import { createAttempt } from './attempt.ts';
import { createCheck } from './check.ts';
import { createReadCircumstances } from './circumstances.ts';
import { createDispatch } from './dispatch.ts';
import { createFetchFiles } from './fetch-files.ts';
import type { FindSuppression } from './find-suppression.ts';
import { countFromZero, watchMessages } from './measure.ts';
import { createMessageLog } from './message-log.ts';
import { createOnSend } from './on-send.ts';
import { createPrepare } from './prepare.ts';
import { createRecordOutcome } from './record-outcome.ts';
import type { UnknownPolicy } from './retry-policy.ts';
import { createRunOrder } from './run-order.ts';
import { createSweepMessage } from './sweep-message.ts';
import { createTransitions, type Transitions } from './transitions.ts';
import { createWithdraw } from './withdraw.ts';

/** Sends messages, from the queue to the provider. */
export interface Sending {
  readonly transitions: Transitions;
  /** Handles `messaging.send`. */
  readonly onSend: Handler;
  /** Sends a message that has waited. */
  resume(doc: MessageDocument, waited: Hold): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export interface SendingDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock' | 'log'> {
  readonly metrics: MessagingMetrics;
  readonly settings: Settings;
  readonly templates: Pick<Templates, 'library' | 'compose'>;
  readonly lanes: Lanes;
  readonly limits: Limits;
  readonly consequences: Consequences;
  readonly track: Track;
  readonly attachments: Attachments;
  readonly onInbound: OnInbound;
  readonly onReturned: OnReturned;
  readonly outage: OutageWatch;
  readonly findSuppression: FindSuppression;
  readonly readCampaign: ReadCampaign;
  /** Whether the service is stopping: nothing new begins. */
  readonly isStopping: () => boolean;
  readonly horizon: number;
  readonly lease: number;
  readonly unknown: UnknownPolicy;
  /** ms of wall time between sweeps. */
  readonly sweepEvery: number;
}

/** ms of wall time for which a swept batch belongs to one replica. */
const SWEEP_LEASE = 30_000;
const SWEEP_BATCH = 500;

export function createSending(deps: SendingDeps): Sending {
  const { store, clock, log, metrics, limits, templates } = deps;
  const { share, putInWaitlist, wake } = limits;
  const transitions = createTransitions({ ...deps, logMessage: createMessageLog(deps) });
  const runOrder = createRunOrder({ ...deps, transitions });
  const check = createCheck({
    library: templates.library,
    settings: deps.settings,
    readCircumstances: createReadCircumstances(store, deps.readCampaign),
    findSuppression: deps.findSuppression,
  });
  const attempt = createAttempt({
    ...deps,
    streamOf: async ({ workspace, state }) => {
      const version = await templates.library.latest(workspace, state.template);
      return version && streamOf(version, deps.settings.of(workspace));
    },
    runOrder,
    transitions,
    wake,
    fetchFiles: createFetchFiles({ ...deps, ...templates, check }),
    prepare: createPrepare({ ...deps, check, askLimits: limits.ask, compose: templates.compose }),
    dispatch: createDispatch({ clock, metrics, transitions }),
    recordOutcome: createRecordOutcome({ ...deps, transitions }),
  });
  const withdraw = createWithdraw(store, transitions);
  const sweep = createSweep({
    collection: store.collection(collections.messages),
    clock,
    handle: createSweepMessage({ ...deps, transitions, runOrder, wake }),
    onError: (error, doc) => log.error({ err: error, messageId: doc?.id }, 'sweep failed'),
    every: deps.sweepEvery,
    lease: SWEEP_LEASE,
    batch: SWEEP_BATCH,
  });
  countFromZero(metrics);
  watchMessages(deps, metrics);
  return {
    transitions,
    onSend: createOnSend({ ...deps, transitions, attempt, withdraw, share, putInWaitlist, wake }),
    // The process that let it wait may have ended before it published that.
    resume: async (doc, waited) => attempt(await transitions.outbox.flush(doc), waited),
    start: sweep.start,
    stop: sweep.stop,
  };
}
