import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ack, type Broker } from '@herald/broker';
import {
  appliedMessage,
  collections,
  eventsContract,
  inboundMessage,
  type MessageDocument,
  queue,
  requestMessage,
  type SendInbound,
  type SendRequest,
  sendDueMessage,
  withdrawMessage,
} from '@herald/contracts';
import {
  type Clock,
  type EnrollmentState,
  type Event,
  evolveMessage,
  initialProspect,
  type JsonObject,
  type MessageState,
  type ProspectState,
  parseMessageType,
} from '@herald/domain';
import { createHttp } from '@herald/http';
import { createLog } from '@herald/log';
import { createMetrics } from '@herald/metrics';
import { onTestFinished, vi } from 'vitest';
import type { OutgoingEmail } from '../channels/email/message.ts';
import type { MessagingDeps } from '../deps.ts';
import { createMessaging } from '../service.ts';
import { anEnrollment, aRequest, CAUSE, erasure, T0, WORKSPACE } from './documents.ts';
import { type FakeProvider, fakeProvider } from './fake-provider.ts';
import { openBroker, openStore } from './open.ts';

export interface StageOptions extends Partial<MessagingDeps> {
  readonly provider?: FakeProvider;
  /** A directory that an earlier stage, or another process, has left. */
  readonly dir?: string;
  readonly startAt?: number;
  /** Leaves the directory when the test is over. */
  readonly keep?: boolean;
  /** Stands between the service and the broker. */
  readonly between?: (broker: Broker) => Broker;
}

export const newDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'herald-messaging-'));

/**
 * Messaging over a real store and broker, with a clock that the test sets and the test in the place of its
 * neighbours.
 */
export async function setStage(options: StageOptions = {}) {
  const {
    dir = await newDir(),
    startAt = T0,
    keep = false,
    provider = fakeProvider(),
    providers = {},
    between = (it) => it,
    ...more
  } = options;
  let now = startAt;
  const clock: Clock = { now: () => now, rate: 1 };
  const metrics = createMetrics({ version: 'test' });
  const log = createLog({ service: 'test', level: 'silent' });
  const store = await openStore(dir);
  const broker = await openBroker(dir, clock);
  const start = async () => {
    const service = createMessaging({
      ...{ store, broker: between(broker), clock, log, metrics, linkSecret: 'secret', horizon: 900_000 },
      ...{ publicUrl: 'https://herald.example', sender: 'Acme <news@acme.example>', sweepEvery: 20 },
      ...more,
      providers: { email: [provider], ...providers },
    });
    await service.start();
    return service;
  };
  const services = [await start()];

  const recorded: Event[] = [];
  await broker.consume(queue.eventHandlerEvents, { prefetch: 1 }, async ({ body }) => {
    // As the log does: the same id again is the same event.
    for (const event of eventsContract.parse(body).events)
      if (!recorded.some(({ id }) => id === event.id)) recorded.push(event);
    return ack;
  });

  const scopes = { current: ['*'] };
  const apiKeys = {
    find: (token: string) => ({
      keyId: 'k',
      workspace: token === 'key' ? WORKSPACE : token,
      scopes: scopes.current,
    }),
  };
  const http = await createHttp({ log, metrics, apiKeys, title: 't', description: 'd', version: '0' });
  await services[0]?.routes(http);
  const call = async (
    method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: object | string,
    token = 'key',
  ) => {
    const yaml = typeof body === 'string' ? { 'content-type': 'application/yaml' } : undefined;
    const headers = { authorization: `Bearer ${token}`, ...yaml };
    const response = await http.inject({ method, url, headers, ...(body && { payload: body }) });
    return { status: response.statusCode, body: response.body === '' ? undefined : response.json() };
  };

  let stopped = false;
  const stop = async (): Promise<void> => {
    if (!stopped) await Promise.all(services.map((service) => service.stop()));
    stopped = true;
  };
  let closed = false;
  const close = async (): Promise<void> => {
    await stop();
    if (closed) return;
    closed = true;
    await http.close();
    await broker.close();
    await store.close();
  };
  onTestFinished(async () => {
    await close();
    if (!keep) await rm(dir, { recursive: true, force: true });
  });

  const messages = store.collection(collections.messages);
  const message = (id: string): Promise<MessageDocument | undefined> => messages.get(WORKSPACE, id);

  return {
    ...{
      dir,
      store,
      broker,
      clock,
      metrics,
      provider,
      call,
      messages,
      message,
      recorded,
      scopes,
      stop,
      close,
    },
    /** Another replica on the same store and broker. */
    async addReplica() {
      services.push(await start());
    },
    /** Sets the clock. The broker sleeps by the wall, so it is woken to look at the time. */
    async at(instant: number) {
      now = instant;
      await broker.publish([sendDueMessage({ workspace: 'nobody', id: 'wake-up', version: 0 }, 0)]);
    },
    by(ms: number): Promise<void> {
      return this.at(now + ms);
    },
    ask: (given: Partial<SendRequest> = {}) => broker.publish([requestMessage(aRequest(given))]),
    requestOf: (given: Partial<SendRequest>) => requestMessage(aRequest(given)),
    withdraw: (enrollmentId: string, reason = 'exit') =>
      broker.publish([
        withdrawMessage({ kind: 'withdraw', workspace: WORKSPACE, enrollmentId, reason, cause: CAUSE }),
      ]),
    /** A provider's report, as it comes out of the log. The same id is the same report. */
    reported: (id: string, data: JsonObject, prospectId = 'ada') =>
      broker.publish([
        appliedMessage({
          ...erasure(prospectId, now),
          ...{ id, correlationId: id, type: 'message.reported', source: 'callbacks/test', data },
        }),
      ]),
    requestBody: (given: Partial<SendRequest>) => aRequest(given),
    inbound: (given: Partial<SendInbound> = {}) =>
      broker.publish([
        inboundMessage({
          workspace: WORKSPACE,
          channel: 'sms',
          id: 'SM1',
          from: '+14155550101',
          text: 'hello',
          provider: 'twilio',
          receivedAt: now,
          ...given,
        }),
      ]),
    erased: (prospectId: string, at = now) => broker.publish([appliedMessage(erasure(prospectId, at))]),
    async prospect(given: Partial<ProspectState> = {}) {
      const { prospectId = 'ada' } = given;
      const state = {
        ...initialProspect(prospectId),
        traits: { email: 'ada@home.example', firstName: 'Ada' },
        ...given,
      };
      await replace(store.collection(collections.prospects), prospectId, { state });
    },
    enrollment: (given: Partial<EnrollmentState> = {}) =>
      replace(store.collection(collections.enrollments), given.enrollmentId ?? 'e1', anEnrollment(given)),
    /** What `GET /v1/channels` shows of a channel. */
    async channel(channel: string, token = 'key') {
      const { items } = (await call('GET', '/v1/channels', undefined, token)).body;
      return items.find((item: { readonly channel: string }) => item.channel === channel);
    },
    async providersOf(channel: string) {
      return (await this.channel(channel)).providers;
    },
    async template(id: string, content: object) {
      const saved = await call('PUT', `/v1/templates/${id}`, { channel: 'email', ...content });
      if (saved.status > 201) throw new Error(JSON.stringify(saved.body));
    },
    /** Waits until the message has the status, nothing is left to publish, and its event is recorded. */
    until: (id: string, status: MessageState['status']) =>
      vi.waitFor(
        async () => {
          const doc = await message(id);
          if (doc?.state.status !== status || doc.lease !== undefined || doc.outbox.length > 0)
            throw new Error(
              `message ${id} is ${doc?.lease ? 'sending' : doc?.state.status}: ${doc?.state.reason}`,
            );
          const last = recorded.filter((event) => isOf(event, id)).at(-1);
          if (last?.data.version !== doc.state.version) throw new Error(`message ${id} is not recorded`);
          return doc;
        },
        { interval: 5 },
      ),
    /** The types of the events recorded of a message, in order. */
    story: (id: string) => recorded.filter((event) => isOf(event, id)).map(({ type }) => type),
    /** What a replay makes of a message. */
    replayed: (id: string) =>
      recorded
        .filter(({ data }) => data.messageId === id)
        .reduce<MessageState | undefined>(evolveMessage, undefined),
    sent: (): readonly OutgoingEmail[] => provider.sent,
  };
}

export type Stage = Awaited<ReturnType<typeof setStage>>;

interface Replaceable {
  get(workspace: string, id: string): Promise<{ version: number } | undefined>;
  write(writes: readonly { doc: never; ifVersion: number | null }[]): Promise<boolean[]>;
}

/** Writes a document of a neighbour's, whatever version there is. */
async function replace(collection: Replaceable, id: string, content: object): Promise<void> {
  const stored = await collection.get(WORKSPACE, id);
  const doc = { ...content, workspace: WORKSPACE, id, version: (stored?.version ?? 0) + 1 };
  await collection.write([{ doc: doc as never, ifVersion: stored?.version ?? null }]);
}

const isOf = ({ type, data }: Event, messageId: string): boolean =>
  data.messageId === messageId && parseMessageType(type) !== undefined;
