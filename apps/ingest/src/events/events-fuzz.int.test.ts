import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIngest, type TestIngest } from '../testing/start-ingest.ts';

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest();
});
afterAll(() => ingest.stop());

type Headers = Record<string, string>;
const good = { type: 'trial.started', prospectId: 'p-1' };

describe('POST /v1/events of anything at all', () => {
  const types = fc.constantFrom(
    'application/json',
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
    'text/plain',
    'application/json\t',
  );
  const settled = async (payload: string | Buffer, headers: Headers): Promise<void> => {
    const response = await ingest.app.inject({
      method: 'POST',
      url: '/v1/events',
      headers: { authorization: 'Bearer acme-key', 'content-type': 'application/json', ...headers },
      payload,
    });
    expect(response.statusCode).toBeLessThan(500);
    const published = await ingest.published();
    if (response.statusCode === 202) expect(published).toHaveLength(response.json().accepted);
    else expect(published).toEqual([]);
  };

  it('sent as bytes never breaks it, and publishes nothing unless it answers 202', async () => {
    await fc.assert(
      fc.asyncProperty(types, fc.uint8Array({ maxLength: 200 }), (type, bytes) =>
        settled(Buffer.from(bytes), { 'content-type': type }),
      ),
      { numRuns: 200 },
    );
  });

  it('sent as JSON near to an event never breaks it, and publishes nothing unless it answers 202', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('a.b', 'prospect.updated', 'p', '', '2026-01-01T00:00:00Z'),
    );
    const value = fc.oneof(text, fc.jsonValue());
    const names = [
      'id',
      'type',
      'prospectId',
      'companyId',
      'occurredAt',
      'data',
      'specversion',
      'source',
      'subject',
      '__proto__',
    ];
    const item = fc.oneof(
      fc.dictionary(fc.constantFrom(...names), value),
      value.map((data) => ({
        type: 'prospect.updated',
        prospectId: 'p',
        data: { traits: { email: data, a: data } },
      })),
      value.map((data) => ({ ...good, data: { data } })),
    );
    await fc.assert(
      fc.asyncProperty(
        types,
        fc.oneof(item, fc.array(item, { maxLength: 4 }), fc.jsonValue()),
        (type, payload) => settled(JSON.stringify(payload), { 'content-type': type }),
      ),
      { numRuns: 500 },
    );
  });

  it('sent as headers of a CloudEvent never breaks it', async () => {
    const names = [
      'ce-id',
      'ce-source',
      'ce-type',
      'ce-specversion',
      'ce-subject',
      'ce-time',
      'ce-__proto__',
      'traceparent',
      'idempotency-key',
    ];
    const value = fc.oneof(
      fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,20}$/),
      fc.constantFrom('1.0', 'a.b', '%', '%ff', '"'),
    );
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), value), (headers) =>
        settled('{"a":1}', headers),
      ),
      { numRuns: 300 },
    );
  });
});
