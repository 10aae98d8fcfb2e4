import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { collections, type EnrollmentDocument } from '@herald/contracts';
import { span } from '@herald/domain';
import type { Store } from '@herald/store';
import { atMost, type Benchmark, exactly, type Figure, type Ground } from '../benchmark.ts';
import { loggedEvents, openStore } from '../measuring/logged.ts';
import { greatest, percentile, range, timed } from '../measuring/numbers.ts';
import { ONE_PROCESS, startProgram } from '../measuring/program.ts';
import { until } from '../measuring/until.ts';

const AIM_P99 = 150;
const CAMPAIGN = { id: 'bench', enter: { on: 'trial.started' }, steps: [{ id: 'settle', wait: 'P1D' }] };
/** The service's default: waits that are due sooner get an alarm from the broker. */
const HORIZON = 15 * span.MINUTE;
const BATCH = 2_000;

interface Due {
  readonly where: string;
  readonly count: number;
  /** ms over which they are due, evenly spread. */
  readonly over: number;
  readonly env: Readonly<Record<string, string>>;
}

/** An enrollment that the runner itself wrote: the model of the others. */
async function modelOf(dir: string): Promise<EnrollmentDocument> {
  const program = await startProgram(dir, {}, ONE_PROCESS);
  await program.client.put('/v1/campaigns/bench', CAMPAIGN);
  await program.client.post('/v1/campaigns/bench/launch');
  const event = { type: 'trial.started', prospectId: 'model' };
  await program.client.post('/v1/events', event);
  const entered = async () =>
    (await program.metrics()).sum('herald_enrollments_total', { outcome: 'entered' });
  await until('enrollments', entered, 1, { every: 20 });
  await program.stop();
  const store = await openStore(dir);
  const { items } = await store
    .collection(collections.enrollments)
    .find({ index: 'byProspect', equals: ['demo', 'model'], limit: 1 });
  await store.close();
  const [model] = items;
  if (model === undefined) throw new Error('nobody entered');
  return model;
}

/** Inserts enrollments that wait, each until its own instant. The sweep looks at them a horizon earlier. */
async function insert(
  store: Store,
  model: EnrollmentDocument,
  { prefix, count, dueAt }: { prefix: string; count: number; dueAt: (n: number) => number },
): Promise<void> {
  const { wait } = model.state;
  if (wait === undefined) throw new Error('it does not wait');
  const enrollments = store.collection(collections.enrollments);
  for (let start = 0; start < count; start += BATCH) {
    const docs = range(Math.min(BATCH, count - start)).map((k): EnrollmentDocument => {
      const n = start + k;
      const [enrollmentId, prospectId] = [`${prefix}${n}`, `prospect-${prefix}${n}`];
      const state = { ...model.state, enrollmentId, prospectId, wait: { ...wait, dueAt: dueAt(n) } };
      return { ...model, id: enrollmentId, state, sweepAt: dueAt(n) - HORIZON };
    });
    const written = await enrollments.write(docs.map((doc) => ({ doc, ifVersion: null })));
    exactly('enrollments written', written.filter(Boolean).length, docs.length);
  }
}

/** ms between the end of each wait and the runner's decision, for waits that end while the process runs. */
async function latenessOf(
  dir: string,
  model: EnrollmentDocument,
  prefix: string,
  due: Due,
): Promise<number[]> {
  const store = await openStore(dir);
  // About how long the start takes: it sets all alarms first. No wait may end before that.
  const lead = 10_000 + due.count / 4;
  const from = Date.now() + lead;
  const dueAt = (n: number): number => Math.floor(from + (n * due.over) / due.count);
  await insert(store, model, { prefix, count: due.count, dueAt });
  await store.close();
  const program = await startProgram(dir, due.env, ONE_PROCESS);
  const spare = from - Date.now();
  const ended = async () => (await program.metrics()).sum('herald_lateness_seconds_count', { kind: 'wait' });
  await until('waits that ended', ended, due.count, { every: 500, seconds: (lead + due.over) / 1000 + 150 });
  await program.stop();
  if (spare < 0) throw new Error(`the process was ready ${-spare} ms after the first wait ended`);
  const resumed = await loggedEvents(
    dir,
    ({ type, stream }) => type === 'enrollment.resumed' && stream.startsWith(`prospect/prospect-${prefix}`),
  );
  exactly('waits ended in the log', resumed.length, due.count);
  exactly('different waits ended', new Set(resumed.map(({ stream }) => stream)).size, due.count);
  return resumed.map(({ occurredAt, receivedAt }) => receivedAt - occurredAt);
}

const figuresOf = ({ where, count, over }: Due, late: readonly number[], aim?: number): Figure[] => {
  const what = `${where}, ${Math.round((count * 1000) / over)} due/s`;
  const p99 = percentile(late, 0.99);
  return [
    { what: `${what}: p50`, value: percentile(late, 0.5), unit: 'ms' },
    aim === undefined
      ? { what: `${what}: p99`, value: p99, unit: 'ms' }
      : atMost(`${what}: p99`, p99, 'ms', aim),
    { what: `${what}: max`, value: greatest(late), unit: 'ms' },
  ];
};

/** How late a wait ends, with many due and very many more waiting in the store. */
export const lateness: Benchmark = {
  name: 'lateness',
  what: 'end of a wait → the decision what follows',
  limit: 900,
  async run(ground: Ground) {
    const waiting = ground.quick ? 5_000 : Number(process.env.WAITING ?? 1_000_000);
    const dir = join(ground.dir, 'data');
    await mkdir(dir);
    const model = await modelOf(dir);
    const store = await openStore(dir);
    const tomorrow = Date.now() + span.DAY;
    const { seconds } = await timed(() =>
      insert(store, model, { prefix: 'far', count: waiting, dueAt: (n) => tomorrow + n }),
    );
    await store.close();

    const only = process.env.DELAY_STRATEGY;
    const onRabbit = { AMQP_URL: ground.rabbit(), DELAY_STRATEGY: only ?? 'levels' };
    const strategy = `${onRabbit.DELAY_STRATEGY} on RabbitMQ`;
    const all: readonly Due[] = ground.quick
      ? [
          { where: 'embedded', count: 500, over: 1_000, env: {} },
          { where: strategy, count: 500, over: 1_000, env: onRabbit },
        ]
      : [
          { where: 'embedded', count: 100_000, over: 30_000, env: {} },
          { where: 'embedded', count: 10_000, over: 10_000, env: {} },
          { where: strategy, count: 30_000, over: 10_000, env: onRabbit },
          { where: strategy, count: 10_000, over: 10_000, env: onRabbit },
        ];
    const plans = all.filter(({ where }) => only === undefined || where === strategy);
    const figures: Figure[] = [];
    for (const [n, plan] of plans.entries())
      figures.push(...figuresOf(plan, await latenessOf(dir, model, `near${n}-`, plan), AIM_P99));
    return {
      figures,
      delivery: 'each wait that was due ended once in the log',
      notes: [
        `${waiting.toLocaleString('en')} more waits were in the store, written in ` +
          `${Math.round(seconds)} s (${Math.round(waiting / seconds).toLocaleString('en')}/s).`,
        'On RabbitMQ: the four services in one process, with the embedded store.',
      ],
    };
  },
};
