import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ack, type OutMessage } from '@herald/broker';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import {
  appliedMessage,
  collections,
  eventsContract,
  queue,
  type SendRequest,
  sendContract,
  topology,
} from '@herald/contracts';
import {
  type Clock,
  type Event,
  type JsonObject,
  newEvent,
  type StoredEvent,
  streamOf,
} from '@herald/domain';
import { createHttp } from '@herald/http';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { openSqliteStore } from '@herald/store/sqlite';
import { onTestFinished, vi } from 'vitest';
import { createCampaignRunner } from '../service.ts';

export const T0 = Date.parse('2026-03-02T08:00:00Z');
export const DAY = 86_400_000;
export const WORKSPACE = 'acme';

/**
 * A campaign-runner over a real store and broker, with a clock that the test sets. The test takes the place
 * of the services around it.
 */
export async function setStage() {
  const dir = await mkdtemp(join(tmpdir(), 'herald-runner-'));
  let now = T0;
  const clock: Clock = { now: () => now, rate: 1 };
  const metrics = createMetrics({ version: 'test' });
  const log = createLog({ service: 'test', level: 'silent' });
  const store = openSqliteStore({ file: join(dir, 'store.db'), collections: Object.values(collections) });
  await store.migrate();
  const broker = await openEmbeddedBroker({ file: join(dir, 'broker.db'), topology, clock });
  const deps = { store, broker, clock, log, metrics, horizon: 900_000, defaultZone: 'UTC', sweepEvery: 20 };
  let runner = createCampaignRunner(deps);
  await runner.start();

  const recorded: Event[] = [];
  const asked: ReturnType<typeof sendContract.parse>[] = [];
  await broker.consume(queue.eventHandlerEvents, { prefetch: 1 }, async ({ body }) => {
    recorded.push(...eventsContract.parse(body).events);
    return ack;
  });
  await broker.consume(queue.messagingSend, { prefetch: 1 }, async ({ body }) => {
    asked.push(sendContract.parse(body));
    return ack;
  });

  const apiKeys = {
    find: (token: string) => ({
      keyId: 'test',
      workspace: token === 'key' ? WORKSPACE : token,
      scopes: ['*'],
    }),
  };
  const http = await createHttp({
    log,
    metrics,
    apiKeys,
    title: 'test',
    description: 'test',
    version: 'test',
  });
  await runner.routes(http);
  /** Calls the API; by default with the workspace's own key. */
  const call = async (method: 'GET' | 'PUT' | 'POST', url: string, body?: string | object, token = 'key') => {
    const type = typeof body === 'string' ? 'application/yaml' : 'application/json';
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': type }),
    };
    const response = await http.inject({
      method,
      url,
      headers,
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: response.statusCode, body: response.json() };
  };
  const seqs = new Map<string, number>();
  let ids = 0;

  onTestFinished(async () => {
    await runner.stop();
    await broker.close();
    await store.close();
    await rm(dir, { recursive: true, force: true });
  });

  const stage = {
    store,
    broker,
    clock,
    call,
    enrollments: store.collection(collections.enrollments),
    /** All events for the log, and all commands to messaging, so far. */
    recorded,
    asked,
    recordedTypes: () => recorded.map(({ type }) => type),
    requests: () => asked.filter((message): message is SendRequest => message.kind === 'request'),
    /** The steps whose messages were requested. A request may come twice; by its id it is one. */
    stepsThatSent: () => [
      ...new Map(stage.requests().map(({ messageId, stepId }) => [messageId, stepId])).values(),
    ],
    at(instant: number) {
      now = instant;
    },
    /** Saves and launches a campaign; templates it names are there. */
    async launch(id: string, yaml: string) {
      for (const template of new Set(
        [...yaml.matchAll(/template: ([\w-]+)/g)].map((match) => match[1] ?? ''),
      )) {
        await store.collection(collections.templates).write([
          {
            doc: { workspace: WORKSPACE, id: template, version: 1, latest: 1, changedAt: T0 },
            ifVersion: null,
          },
        ]);
      }
      const saved = await call('PUT', `/v1/campaigns/${id}`, yaml);
      if (saved.status > 201) throw new Error(JSON.stringify(saved.body));
      const launched = await call('POST', `/v1/campaigns/${id}/launch`);
      if (launched.status !== 200) throw new Error(JSON.stringify(launched.body));
    },
    /** Puts an event into the log without announcing it. */
    async logged(
      type: string,
      prospectId: string,
      data: JsonObject = {},
      more: Partial<StoredEvent> = {},
    ): Promise<StoredEvent> {
      const stream = streamOf('prospect', prospectId);
      const seq = (seqs.get(stream) ?? 0) + 1;
      seqs.set(stream, seq);
      ids += 1;
      const id = `event-${ids}`;
      const receivedAt = Math.max(now, more.occurredAt ?? now);
      const fields = { workspace: WORKSPACE, id, stream, type, occurredAt: now, receivedAt, data };
      const event: StoredEvent = { ...newEvent({ ...fields, source: 'api' }), seq, ...more };
      const { conflict } = await store.log.append([event]);
      if (conflict !== undefined) throw new Error(`${id}: ${conflict}`);
      return event;
    },
    announce: (...messages: (StoredEvent | OutMessage)[]) =>
      broker.publish(messages.map((message) => ('stream' in message ? appliedMessage(message) : message))),
    /** Puts an event into the log and announces it. */
    async happens(
      type: string,
      prospectId: string,
      data: JsonObject = {},
      more: Partial<StoredEvent> = {},
    ): Promise<StoredEvent> {
      const event = await stage.logged(type, prospectId, data, more);
      await stage.announce(event);
      return event;
    },
    /** Waits until the runner's queues are empty and no outbox is full. */
    async quiet() {
      await vi.waitFor(
        async () => {
          for (const name of [
            queue.campaignRunnerApplied,
            queue.campaignRunnerDue,
            queue.eventHandlerEvents,
            queue.messagingSend,
          ]) {
            const { ready, inFlight, delayed } = await broker.depth(name);
            const left = ready + inFlight + (name === queue.campaignRunnerDue ? 0 : delayed);
            if (left > 0) throw new Error(`${name} has ${left} left`);
          }
          for await (const batch of stage.enrollments.scan()) {
            if (batch.some(({ outbox }) => outbox.length > 0)) throw new Error('an outbox is full');
          }
        },
        { interval: 5 },
      );
    },
    async statusOf(prospectId: string) {
      const { items } = await stage.enrollments.find({
        index: 'byProspect',
        equals: [WORKSPACE, prospectId],
        limit: 10,
      });
      return items.map(
        ({ state }) => `${state.campaignId} ${state.status}${state.wait ? ` at ${state.wait.stepId}` : ''}`,
      );
    },
    /** Another replica, on the same store and broker. */
    async replica() {
      const another = createCampaignRunner(deps);
      await another.start();
      onTestFinished(() => another.stop());
    },
    stop: () => runner.stop(),
    async start() {
      runner = createCampaignRunner(deps);
      await runner.start();
    },
  };
  return stage;
}
