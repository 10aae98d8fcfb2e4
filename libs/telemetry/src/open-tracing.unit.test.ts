import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { RPCType, setRPCMetadata } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openTracing } from './open-tracing.ts';
import { linkToOrigin } from './origin.ts';
import { withoutPersonalData } from './personal-data.ts';

const memory = new InMemorySpanExporter();
const provider = new TracerProvider({
  spanProcessors: [new SimpleSpanProcessor({ exporter: withoutPersonalData(memory) })],
});
const tracer = provider.getTracer('test');
const tracing = openTracing(tracer, async () => {});
const far = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());
beforeEach(() => memory.reset());

const only = () => {
  const [span, ...others] = memory.getFinishedSpans();
  expect(others).toEqual([]);
  return span ?? expect.unreachable();
};

describe("a span of Herald's own", () => {
  it('ends with the work, has the given attributes, and is linked to each cause once', async () => {
    const done = await tracing.span(
      'batch',
      { kind: 'consumer', attributes: { 'herald.a': 1 }, links: [far, far, undefined, 'bogus'] },
      async (span) => {
        expect(memory.getFinishedSpans()).toEqual([]);
        span.set({ 'herald.b': 'two' });
        tracing.annotate({ 'herald.c': true });
        return 'done';
      },
    );
    expect(done).toBe('done');
    const { name, kind, attributes, links } = only();
    expect({ name, kind, attributes }).toEqual({
      name: 'batch',
      kind: SpanKind.CONSUMER,
      attributes: { 'herald.a': 1, 'herald.b': 'two', 'herald.c': true },
    });
    expect(links.map((link) => link.context.spanId)).toEqual(['b'.repeat(16)]);
  });

  it('is a child of what is under way, unless it begins a trace of its own', async () => {
    const traces: (string | undefined)[] = [];
    const note = async () => void traces.push(tracing.traceparent()?.split('-')[1]);
    await tracing.span('outer', { kind: 'internal' }, async () => {
      await note();
      await tracing.span('inner', { kind: 'client' }, note);
      await tracing.span('other', { kind: 'internal', root: true }, note);
    });
    expect(traces[1]).toBe(traces[0]);
    expect(traces[2]).not.toBe(traces[0]);
    expect(tracing.traceparent()).toBeUndefined();
  });

  it('that fails names the kind of the error, never its message, and passes it on', async () => {
    const fails = tracing.span('call', { kind: 'client' }, async () => {
      throw new TypeError('ann@example.com is no address');
    });
    await expect(fails).rejects.toThrow('ann@example.com');
    const { attributes, status, events } = only();
    expect({ attributes, status, events }).toEqual({
      attributes: { 'error.type': 'TypeError' },
      status: { code: 2 },
      events: [],
    });
  });

  it('sets the route of the HTTP span', () => {
    const request = { type: RPCType.HTTP, span: trace.wrapSpanContext(tracer.startSpan('x').spanContext()) };
    context.with(setRPCMetadata(context.active(), request), () => tracing.route('/v1/prospects/:id'));
    expect(request).toMatchObject({ route: '/v1/prospects/:id' });
    tracing.route('nobody asks');
  });
});

describe('the stop', () => {
  const stopping = (stop: () => Promise<void>) => openTracing(tracer, stop).stop(20);

  it('reports whether everything was exported', async () => {
    expect(await stopping(async () => {})).toBe(true);
    expect(await stopping(() => Promise.reject(new Error('refused')))).toBe(false);
  });

  it('waits no longer than it may for a collector that does not answer', async () => {
    expect(await stopping(() => new Promise(() => {}))).toBe(false);
  });
});

describe('the link to the origin of an envelope', () => {
  const linksOf = (headers: Record<string, unknown>) => {
    const span = tracer.startSpan('process');
    linkToOrigin(span, headers);
    span.end();
    return only().links.map(({ context: { traceId } }) => traceId);
  };

  it('is there if another sent it last', () => {
    const traceparent = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
    expect(linksOf({ 'x-origin-traceparent': far, traceparent })).toEqual(['a'.repeat(32)]);
  });

  it.each([
    ['its sender is its origin', { 'x-origin-traceparent': far, traceparent: far }],
    ['it has none', {}],
    ['it is no trace context', { 'x-origin-traceparent': 'bogus' }],
  ])('is not there when %s', (_when, headers) => {
    expect(linksOf(headers)).toEqual([]);
  });
});

describe('what leaves', () => {
  it('is what is allowed: nothing of a path, a query, a caller, a statement or an error', () => {
    const span = tracer.startSpan('GET /v1/prospects/:id', {
      attributes: {
        'http.route': '/v1/prospects/:id',
        'url.path': '/v1/prospects/ann@example.com',
        'url.query': 'token=secret',
        'client.address': '203.0.113.7',
        'user_agent.original': 'Ann',
        'db.query.text': '{"email":"ann@example.com"}',
        'some.attribute.of.a.later.version': 'ann@example.com',
      },
      links: [{ context: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 } }],
    });
    span.recordException(new Error('ann@example.com bounced'));
    span.setStatus({ code: 2, message: 'ann@example.com bounced' });
    span.end();
    const left = only();
    expect(left.name).toBe('GET /v1/prospects/:id');
    expect(left.attributes).toEqual({ 'http.route': '/v1/prospects/:id' });
    expect(left.status).toEqual({ code: 2 });
    expect(left.links).toHaveLength(1);
    expect(left.events.map(({ name, attributes }) => [name, attributes])).toEqual([
      ['exception', { 'exception.type': 'Error' }],
    ]);
    expect(left.spanContext()).toEqual(span.spanContext());
    expect(left.ended).toBe(true);
    expect(left.duration[1]).toBeGreaterThan(0);
  });
});
