import { StoreUnavailableError } from '@herald/store';
import { describe, expect, it } from 'vitest';
import { type GuardOptions, guardOutages } from './guard-outages.ts';
import { as, testHttp } from './testing/test-http.ts';

type Ping = () => Promise<void>;
const well: Ping = async () => {};
const silent: Ping = () => new Promise(() => {});
const gone: Ping = async () => {
  throw new Error('gone');
};

/** Routes over a store and a broker of which only the pings are used. */
async function withPings({ store = well, broker = well }: { store?: Ping; broker?: Ping }) {
  const { app, lines } = await testHttp();
  const options = { store: { ping: store }, broker: { ping: broker }, slow: 20, patience: 20 };
  guardOutages(app, options as unknown as GuardOptions);
  const release = Promise.withResolvers<void>();
  const config = { scope: 'events:read' } as const;
  app.get('/slow', { config }, async () => {
    await release.promise;
    return { done: true };
  });
  app.put('/slow', { config }, async (_request, reply) => {
    await release.promise;
    return reply.code(201).send({ done: true });
  });
  app.get('/storeless', { config: { ...config, usesStore: false } }, async () => {
    await release.promise;
    return { done: true };
  });
  app.get('/bug', { config }, async () => {
    throw new TypeError('undefined is not a function');
  });
  app.get('/refused', { config }, async () => {
    throw new StoreUnavailableError('InternalError', { doubtful: true });
  });
  app.get('/public/refused', async () => {
    throw new StoreUnavailableError('ShutdownInProgress');
  });
  const ask = (url: string, method: 'GET' | 'PUT' = 'GET') =>
    app.inject({ url, method, headers: as('acme') });
  return { ask, lines, release: release.resolve };
}

describe('a request', () => {
  it.each([
    ['GET', silent],
    ['GET', gone],
    ['PUT', silent],
  ] as const)('is answered 503 with Retry-After while the store is away: %s', async (method, store) => {
    const { ask, lines, release } = await withPings({ store });
    const answer = await ask('/slow', method);
    release();
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'store_unavailable']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(lines().some(({ msg }) => String(msg).includes('the store does not answer'))).toBe(true);
  });

  it('that is only slow gets its answer', async () => {
    let pings = 0;
    const { ask, release } = await withPings({
      store: async () => {
        pings += 1;
        if (pings === 3) release();
      },
    });
    expect((await ask('/slow')).json()).toEqual({ done: true });
  });

  it('that never uses the store is not cut short', async () => {
    const { ask, release } = await withPings({ store: gone });
    const answer = ask('/storeless');
    // By now the request beside it has been given up.
    expect((await ask('/slow')).statusCode).toBe(503);
    release();
    expect((await answer).statusCode).toBe(200);
  });

  it.each([
    ['/refused', {}, 503, 'store_unavailable'],
    ['/public/refused', {}, 503, 'store_unavailable'],
    ['/bug', { store: gone }, 503, 'store_unavailable'],
    ['/bug', { broker: silent }, 503, 'broker_unavailable'],
    ['/bug', {}, 500, 'internal'],
  ])('to %s that fails with %j is answered %i %s', async (url, pings, status, code) => {
    const { ask } = await withPings(pings);
    const answer = await ask(url);
    expect([answer.statusCode, answer.json().code]).toEqual([status, code]);
    expect(answer.headers['retry-after'] !== undefined).toBe(status === 503);
  });
});
