import { describe, expect, it } from 'vitest';
import { createReadiness } from './readiness.ts';

const well = async (): Promise<void> => {};
const unwell = async (): Promise<void> => {
  throw new Error('down at amqp://me:hunter2@broker');
};

describe('createReadiness', () => {
  it.each([
    ['running', true],
    ['starting', false],
    ['draining', false],
  ] as const)('if all checks succeed, %s is ready: %s', async (stage, ready) => {
    expect(await createReadiness({ needed: { well }, stage: () => stage })()).toMatchObject({ ready, stage });
  });

  it('names the check that fails, throws or takes too long, and hides passwords', async () => {
    const thrower = () => {
      throw new Error('at once');
    };
    const needed = { well, unwell, thrower, hangs: () => new Promise<void>(() => {}) };
    const readiness = await createReadiness({ needed, stage: () => 'running', timeLimit: 20 })();
    expect(readiness).toMatchObject({
      ready: false,
      checks: {
        well: { ok: true },
        unwell: { ok: false, error: 'down at amqp://…@broker' },
        thrower: { ok: false, error: 'at once' },
        hangs: { ok: false, error: 'not done within 20 ms' },
      },
    });
  });

  it('runs each check once for concurrent callers, and again for later ones', async () => {
    let runs = 0;
    const counted = async (): Promise<void> => {
      runs += 1;
    };
    const ask = createReadiness({ needed: { counted }, stage: () => 'running' });
    await Promise.all([ask(), ask(), ask()]);
    expect(runs).toBe(1);
    await ask();
    expect(runs).toBe(2);
  });

  it('shows checks that are not needed, without waiting for them or letting them decide', async () => {
    const answer = Promise.withResolvers<void>();
    const shown = { unwell, hangs: () => answer.promise };
    const ask = createReadiness({
      needed: { well },
      shown,
      stage: () => 'running' as const,
      timeLimit: 60_000,
      shownLimit: 10,
    });
    const before = await ask();
    expect(before).toMatchObject({
      ready: true,
      checks: {
        well: { ok: true, needed: true },
        unwell: { ok: false, needed: false },
        hangs: { ok: false, needed: false, error: 'not answered yet' },
      },
    });
    answer.resolve();
    await expect.poll(async () => (await ask()).checks.hangs?.ok).toBe(true);
  });
});
