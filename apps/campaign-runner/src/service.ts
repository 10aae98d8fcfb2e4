import { waitingOf } from '@herald/config';
import { collections, queue } from '@herald/contracts';
import { createSweep } from '@herald/outbox';
import { pauseDuringOutage, type Service, type ServiceDeps, watchOutage } from '@herald/process';
import type { Static, TObject } from 'typebox';
import { createCampaignCommands } from './campaigns/commands.ts';
import { createCampaignLibrary } from './campaigns/library.ts';
import { campaignRoutes } from './campaigns/routes.ts';
import { campaignRunnerConfig } from './config.ts';
import { createEnterInOrder } from './enrollments/enter-in-order.ts';
import { createOnApplied } from './enrollments/on-applied.ts';
import { createOnDue } from './enrollments/on-due.ts';
import { createReportUnanswered } from './enrollments/report-unanswered.ts';
import { enrollmentRoutes } from './enrollments/routes.ts';
import { createSweepEnrollment } from './enrollments/sweep-enrollment.ts';
import { createTransitions } from './enrollments/transitions.ts';
import { countFromZero, watchDue } from './enrollments/watch-waits.ts';
import { createWindDown } from './enrollments/wind-down.ts';
import { createReadWorld } from './enrollments/world.ts';
import { campaignRunnerMetrics } from './metrics.ts';

export { campaignRunnerConfig };

export interface CampaignRunnerDeps extends ServiceDeps {
  /** ms on the clock: a wait that is due sooner gets a delayed delivery of the broker at once. */
  readonly horizon: number;
  /** IANA zone of prospects that have none. */
  readonly defaultZone: string;
  /** ms of wall time between sweeps. */
  readonly sweepEvery: number;
}

/** Deliveries handled at once, by queue: each waits for the store several times, so many may be under way. */
const PREFETCH = 128;
const SWEEP_BATCH = 500;
/** ms of wall time. */
const SWEEP_LEASE = 30_000;

/** Decides what happens to whom and when: campaigns, enrollments, waits. */
export function createCampaignRunner(given: CampaignRunnerDeps): Service {
  const metrics = given.metrics.declare(campaignRunnerMetrics);
  const deps = { ...given, metrics };
  const { store, broker, clock, log } = deps;
  const library = createCampaignLibrary(deps);
  const readWorld = createReadWorld(deps);
  const reportUnanswered = createReportUnanswered(deps);
  const transitions = createTransitions({ ...deps, library, readWorld, reportUnanswered });
  const windDown = createWindDown({ store, clock, log, transitions });
  const commands = createCampaignCommands({ ...deps, library, windDown });
  const enterInOrder = createEnterInOrder({ ...deps, transitions, readWorld, reportUnanswered });
  const sweep = createSweep({
    collection: store.collection(collections.enrollments),
    clock,
    handle: createSweepEnrollment(library, transitions),
    onError: (error, doc) => log.error({ err: error, enrollmentId: doc?.id }, 'sweep failed'),
    every: deps.sweepEvery,
    lease: SWEEP_LEASE,
    batch: SWEEP_BATCH,
  });
  const outage = watchOutage(deps);
  const consumers: { stop(): Promise<void> }[] = [];
  countFromZero(metrics);
  watchDue(deps, metrics);

  const handlers = [
    [queue.campaignRunnerApplied, createOnApplied({ store, library, transitions, enterInOrder })],
    [queue.campaignRunnerDue, createOnDue({ ...deps, library, transitions })],
  ] as const;

  return {
    name: 'campaign-runner',
    queues: [queue.campaignRunnerApplied, queue.campaignRunnerDue],
    needs: ['store', 'broker'],
    checks: { campaigns: () => library.check() },
    async routes(app) {
      await campaignRoutes(app, store, commands);
      enrollmentRoutes(app, store);
    },
    async start() {
      await library.start();
      for await (const batch of store.collection(collections.campaigns).scan()) {
        await Promise.all(batch.map(commands.finish));
        for (const doc of batch) if (doc.status === 'archived') windDown(doc.workspace, doc.id);
      }
      sweep.start();
      for (const [name, handler] of handlers) {
        const pausing = pauseDuringOutage(outage, handler);
        consumers.push(await broker.consume(name, { prefetch: PREFETCH }, pausing));
      }
    },
    async stop() {
      outage.abandon();
      await Promise.all([sweep.stop(), ...consumers.map((consumer) => consumer.stop())]);
      await library.stop();
    },
  };
}

/** The service as the configuration of its process says. */
export const configuredCampaignRunner = (
  deps: ServiceDeps,
  config: Readonly<Static<TObject<typeof campaignRunnerConfig>>>,
): Service => createCampaignRunner({ ...deps, ...waitingOf(deps.clock, config) });
