import { deriveId } from '@herald/domain';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type HookOptions, postHook, putSource } from '../testing/hooks.ts';
import { startIngest, type TestIngest } from '../testing/start-ingest.ts';

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest();
});
afterEach(async () => {
  await ingest.published();
});
afterAll(() => ingest.stop());

const put = (id: string, map: object) => putSource(ingest, id, { verify: { scheme: 'none' }, map });
const post = (source: string, body: unknown, options?: HookOptions) =>
  postHook(ingest, source, typeof body === 'string' ? body : JSON.stringify(body), options);
const faultsOf = async (source: string, body: unknown) => {
  const response = await post(source, body);
  expect(response.statusCode).toBe(422);
  expect(await ingest.published()).toEqual([]);
  return response.json().errors as { path: string; message: string }[];
};

const perItem = { each: 'body', type: 'item.type', prospectId: 'item.user' };
const two = [
  { type: 'plan.chosen', user: 'p-1', plan: 'free' },
  { type: 'plan.chosen', user: 'p-1', plan: 'pro' },
];

describe('a webhook that is a list', () => {
  it('becomes an event for each item, in order, with the item beside it', async () => {
    await put('hubspot', {
      each: 'body',
      id: 'string(item.subscriptionId) + "-" + string(item.eventId)',
      type: '"hubspot." + item.subscriptionType.lowerAscii()',
      prospectId: 'item.objectId',
      occurredAt: 'timestamp(int(item.occurredAt) / 1000)',
      data: '{"value": item.propertyValue, "place": index, "of": size(body), "agent": headers["user-agent"]}',
    });
    const items = [1, 2, 3].map((n) => ({
      eventId: n,
      subscriptionId: 25,
      objectId: 100 + n,
      subscriptionType: 'contact.propertyChange',
      propertyValue: `v${n}`,
      occurredAt: 1_769_840_000_000 + n * 1_000,
    }));
    const response = await post('hubspot', items, { headers: { 'user-agent': 'HubSpot' } });
    const ids = [1, 2, 3].map((n) => deriveId('hook', 'hubspot', `25-${n}`));
    expect([response.statusCode, response.json()]).toEqual([202, { accepted: 3, ids }]);
    const events = await ingest.published();
    expect(events.map(({ id, stream, type, data, raw }) => ({ id, stream, type, data, raw }))).toEqual(
      items.map((item, place) => ({
        id: ids[place],
        stream: `prospect/${item.objectId}`,
        type: 'hubspot.contact.propertychange',
        data: { value: item.propertyValue, place, of: 3, agent: 'HubSpot' },
        raw: JSON.stringify(item),
      })),
    );
    expect(events.map(({ occurredAt }) => occurredAt)).toEqual(items.map(({ occurredAt }) => occurredAt));
  });

  it('may stand inside an object, as a batch does, or in the field of a form', async () => {
    await put('segment', { ...perItem, each: 'body.batch' });
    await put('mandrill', { ...perItem, each: 'body.mandrill_events' });
    await put('nested', { ...perItem, each: 'json(body.Message).events' });
    const answers = [
      await post('segment', { batch: two, sentAt: '2026-01-31' }),
      await post('mandrill', new URLSearchParams({ mandrill_events: JSON.stringify(two) }).toString(), {
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
      await post('nested', { Message: JSON.stringify({ events: two }) }),
    ];
    for (const answer of answers) expect([answer.statusCode, answer.json().accepted]).toEqual([202, 2]);
  });

  it('without ids of its own gets the same ones whenever it comes again, different for each item', async () => {
    await put('plain', perItem);
    const same = JSON.stringify([two[0], two[0]]);
    const ids: string[] = (await post('plain', same)).json().ids;
    expect(new Set(ids).size).toBe(2);
    expect((await post('plain', same)).json().ids).toEqual(ids);
    expect((await post('plain', `${same} `)).json().ids).not.toEqual(ids);
  });

  it('skips item by item, and the others keep their ids', async () => {
    await put('all', perItem);
    await put('some', { ...perItem, id: '"i" + string(index)', skip: 'item.plan == "free"' });
    const response = await post('some', two);
    expect(response.json()).toEqual({ accepted: 1, ids: [deriveId('hook', 'some', 'i1')] });
    expect((await post('some', [two[0], two[0]])).json()).toEqual({ accepted: 0, skipped: true });
    expect(await ingest.published()).toHaveLength(1);
  });

  it('that is empty is accepted, and makes no event', async () => {
    await put('empty', perItem);
    const response = await post('empty', []);
    expect([response.statusCode, response.json()]).toEqual([202, { accepted: 0, ids: [] }]);
    expect(await ingest.published()).toEqual([]);
  });

  it('is refused as a whole when one item is wrong, saying which and where', async () => {
    await put('strict', { ...perItem, data: '{"plan": item.plan, "n": 10 / item.n}' });
    const faults = await faultsOf('strict', [
      { type: 'a.b', user: 'p', n: 5 },
      { type: 'PING', user: 'p', n: 5 },
      { type: 'a.b', user: 'p', n: 'x' },
    ]);
    expect(faults.map(({ path }) => path)).toEqual(['/map/each/1/type', '/map/each/2/data']);
  });

  it('with a thousand wrong items gets fifty faults and the number of the others', async () => {
    await put('wrong', perItem);
    const faults = await faultsOf(
      'wrong',
      Array.from({ length: 1_000 }, () => ({ type: 'ping', user: 'p' })),
    );
    expect([faults.length, faults.at(-1)]).toEqual([51, { path: '', message: '… and 950 more' }]);
  });

  it('counts the same item twice as one event, and refuses two that differ under one id', async () => {
    await put('twice', { ...perItem, id: 'item.user', data: '{"plan": item.plan}' });
    expect((await post('twice', [two[0], two[0]])).json().accepted).toBe(1);
    await ingest.published();
    expect((await faultsOf('twice', two)).map(({ path }) => path)).toEqual(['/map/each/1/id']);
  });

  it('holds up to a thousand items', async () => {
    await put('many', perItem);
    const items = Array.from({ length: 1_000 }, () => two[0]);
    const response = await post('many', items);
    expect([response.statusCode, new Set(response.json().ids).size]).toEqual([202, 1_000]);
    expect((await ingest.published()).map(({ id }) => id)).toEqual(response.json().ids);
    const [fault] = await faultsOf('many', [...items, two[0]]);
    expect(fault).toEqual({
      path: '/map/each',
      message: 'gives 1001 items; one webhook holds up to 1000',
    });
  });

  it.each([[{}], [{ batch: 'text' }], [{ batch: '[1' }], [{ batch: { a: 1 } }], [{ batch: 7 }], [[]]])(
    'is not %j',
    async (body) => {
      await put('batch', { ...perItem, each: 'body.batch' });
      expect((await faultsOf('batch', body)).map(({ path }) => path)).toEqual(['/map/each']);
    },
  );

  it('counts each item against the workspace’s allowance', async () => {
    const limited = await startIngest({ rate: 1 });
    try {
      await putSource(limited, 'many', { verify: { scheme: 'none' }, map: perItem });
      const body = JSON.stringify(Array.from({ length: 600 }, () => two[0]));
      expect((await postHook(limited, 'many', body)).statusCode).toBe(202);
      expect((await postHook(limited, 'many', body)).statusCode).toBe(429);
    } finally {
      await limited.stop();
    }
  });
});

describe('a list for a source that maps a single event', () => {
  it('is refused, saying what to write, instead of losing all but one', async () => {
    await put('first', { type: 'body[0].type', prospectId: 'body[0].user' });
    expect(await faultsOf('first', two)).toEqual([
      { path: '/map/each', message: expect.stringContaining('"each": "body"') },
    ]);
    expect((await post('first', [two[0]])).statusCode).toBe(202);
  });

  it('is one event where the source says so', async () => {
    await put('whole', {
      each: '[body]',
      type: '"batch.came"',
      prospectId: '"p"',
      data: '{"n": size(item)}',
    });
    expect((await post('whole', two)).statusCode).toBe(202);
    expect((await ingest.published()).map(({ data }) => data)).toEqual([{ n: 2 }]);
  });
});

describe('the variables of an item', () => {
  it('are unknown to a map without each', async () => {
    const response = await ingest.app.inject({
      method: 'PUT',
      url: '/v1/sources/x',
      headers: { authorization: 'Bearer acme-key' },
      payload: { verify: { scheme: 'none' }, map: { type: 'item.type', prospectId: 'string(index)' } },
    });
    expect(response.statusCode).toBe(422);
    expect(response.json().errors.map(({ path }: { path: string }) => path)).toEqual([
      '/map/type',
      '/map/prospectId',
    ]);
  });
});
