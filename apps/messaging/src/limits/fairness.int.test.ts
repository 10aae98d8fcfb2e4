import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { Broker } from '@herald/broker';
import { openRabbitBroker } from '@herald/broker/rabbitmq';
import { systemClock } from '@herald/clock';
import { collections, topology } from '@herald/contracts';
import { startTestRabbit } from '@herald/rabbitmq-server';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { openBroker, openStore } from '../testing/open.ts';
import { newDir } from '../testing/stage.ts';
import { setTown, type Town } from '../testing/town.ts';

const FLOOD = 1_500;

function fairness(open: (dir: string) => Promise<Broker>): void {
  const set = async (
    workspaces: readonly string[],
  ): Promise<Town & { dir: string; waiting(): Promise<number> }> => {
    const dir = await newDir();
    const store = await openStore(dir);
    const broker = await open(dir);
    const town = await setTown({ store, broker }, workspaces, { latency: 4, connections: 8 });
    onTestFinished(async () => {
      await town.stop();
      await broker.close();
      await store.close();
      await rm(dir, { recursive: true, force: true });
    });
    const waiting = () =>
      store.collection(collections.messages).count({ index: 'byHold', equals: ['big', 'share'] });
    return { ...town, dir, waiting };
  };

  it('ten messages behind another workspace’s flood leave long before it has', async () => {
    const town = await set(['big', 'small']);
    await town.ask('big', FLOOD);
    await town.ask('small', 10);
    await vi.waitFor(() => expect(town.left('small')).toBe(10), 30_000);
    expect(town.left('big')).toBeLessThan(FLOOD / 2);
    // And again in the midst of it, when the flood is in the store.
    const before = town.left('big');
    await town.ask('small', 10, 10);
    await vi.waitFor(() => expect(town.left('small')).toBe(20), 30_000);
    expect(town.left('big')).toBeLessThan(before + FLOOD / 4);
    await vi.waitFor(() => expect(town.left('big')).toBe(FLOOD), 60_000);
    expect(new Set(town.departures.map(({ messageId }) => messageId)).size).toBe(FLOOD + 20);
    expect(await town.waiting()).toBe(0);
  }, 120_000);

  it('three floods share: none has left before the others are well under way', async () => {
    const names = ['big', 'two', 'three'];
    const town = await set(names);
    for (const name of names) await town.ask(name, FLOOD / 3);
    await vi.waitFor(() => expect(town.departures.length).toBeGreaterThan(FLOOD * 0.7), 60_000);
    for (const name of names) expect(town.left(name)).toBeGreaterThan(FLOOD / 6);
    await vi.waitFor(() => expect(town.departures).toHaveLength(FLOOD), 60_000);
  }, 120_000);
}

describe('on the embedded broker', () => fairness((dir) => openBroker(dir, systemClock)));

const rabbit = await startTestRabbit();
afterAll(() => ('unavailable' in rabbit ? undefined : rabbit.stop()));

describe('on RabbitMQ', () => {
  if ('unavailable' in rabbit)
    it('is not tested', (context) => {
      if (process.env.REQUIRE_SERVICES === '1') throw new Error(rabbit.unavailable);
      context.skip(rabbit.unavailable);
    });
  else
    fairness(() =>
      openRabbitBroker({
        ...{ url: rabbit.url, topology, clock: systemClock, delayStrategy: 'levels' as const },
        ...{ prefix: `fair-${randomBytes(4).toString('hex')}.`, levels: { unit: 50, base: 8, digits: 3 } },
      }),
    );
});
