import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postHook, putSource } from '../testing/hooks.ts';
import { startIngest, type TestIngest } from '../testing/start-ingest.ts';

const map = { type: 'body.type', prospectId: 'body.user' };

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest();
  await ingest.writeSecret('acme', 'shared', `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  await put('open', { verify: { scheme: 'none' }, map });
  for (const scheme of ['hmac-sha256', 'github', 'standard-webhooks'])
    await put(scheme, { verify: { scheme, secret: 'shared' }, map });
});
afterAll(() => ingest.stop());

const put = (id: string, source: object) => putSource(ingest, id, source);

describe('a webhook of anything at all', () => {
  const settled = async (
    source: string,
    payload: string | Buffer,
    headers: Record<string, string>,
  ): Promise<void> => {
    const response = await postHook(ingest, source, payload, { headers });
    expect(response.statusCode).toBeLessThan(500);
    const events = await ingest.published();
    if (response.statusCode === 202) expect(events).toHaveLength(response.json().accepted);
    else expect(events).toEqual([]);
  };
  const source = fc.constantFrom(
    'open',
    'hmac-sha256',
    'github',
    'standard-webhooks',
    'nobody',
    '%ff',
    '..',
    'a%2fb',
  );
  const type = fc.constantFrom(
    'application/json',
    'application/x-www-form-urlencoded',
    'text/plain',
    'a/b',
    ';',
    'multipart/form-data',
  );

  it('sent as bytes with any headers never breaks it, and publishes nothing unless it answers 202', async () => {
    const names = [
      'x-signature',
      'x-hub-signature-256',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'traceparent',
    ];
    const headers = fc.dictionary(
      fc.constantFrom(...names),
      fc.stringMatching(/^[\x20-\x7e\x80-\xff]{0,40}$/),
    );
    await fc.assert(
      fc.asyncProperty(
        source,
        type,
        headers,
        fc.uint8Array({ maxLength: 100 }),
        (to, contentType, given, bytes) =>
          settled(to, Buffer.from(bytes), { ...given, 'content-type': contentType }),
      ),
      { numRuns: 300 },
    );
  });

  it('sent as JSON to an open source never breaks it, and publishes nothing unless it answers 202', async () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('a.b', 'prospect.updated', 'p-1', 12, 'email.sent'),
    );
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record({ type: value, user: value }),
      fc.dictionary(fc.constantFrom('type', 'user', '__proto__'), value),
    );
    await put('wild', { verify: { scheme: 'none' }, map: { ...map, data: 'body', id: 'body.type' } });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('open', 'wild'), body, (to, payload) =>
        settled(to, JSON.stringify(payload), { 'content-type': 'application/json' }),
      ),
      { numRuns: 400 },
    );
  });
});
