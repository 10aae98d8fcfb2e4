import { logLines } from '@herald/log/testing';
import { describe, expect, it } from 'vitest';
import { createShutdown, type Phase } from './shutdown.ts';

const LONG = 60_000;

function phases() {
  const ran: string[] = [];
  const phase = (name: string, more: Partial<Phase> = {}): Phase => ({
    name,
    limit: LONG,
    run: async () => {
      ran.push(name);
    },
    ...more,
  });
  return { ran, phase, ...logLines() };
}

describe('createShutdown', () => {
  it('runs the phases in their order, one at a time, and logs how long each took', async () => {
    const { ran, phase, log, lines } = phases();
    const slow = phase('slow', {
      run: async () => {
        ran.push('slow begun');
        await new Promise((resolve) => setTimeout(resolve, 30));
        ran.push('slow done');
      },
    });
    const result = await createShutdown([phase('one'), slow, phase('two')], log)('SIGTERM');
    expect(ran).toEqual(['one', 'slow begun', 'slow done', 'two']);
    expect(result).toMatchObject({
      clean: true,
      phases: [{ name: 'one' }, { name: 'slow', outcome: 'done' }, { name: 'two' }],
    });
    expect(result.phases[1]?.ms).toBeGreaterThanOrEqual(25);
    expect(lines().at(-1)).toMatchObject({ level: 'info', msg: 'stopped', reason: 'SIGTERM', ...result });
  });

  it('runs all phases whatever happens to those before, and is not clean then', async () => {
    const { ran, phase, log, lines } = phases();
    const fails = phase('fails', { run: () => Promise.reject(new Error('no')) });
    const throws = phase('throws', {
      run: () => {
        throw new Error('at once');
      },
    });
    const hangs = phase('hangs', { limit: 10, run: () => new Promise(() => {}), cut: () => ran.push('cut') });
    const result = await createShutdown([fails, throws, hangs, phase('last')], log)('SIGTERM');
    expect(ran).toEqual(['cut', 'last']);
    expect(result.clean).toBe(false);
    expect(result.phases.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'late', 'done']);
    expect(lines().filter(({ level }) => level === 'error')).toHaveLength(3);
  });

  it('is one stop, however often it is called', async () => {
    const { ran, phase, log } = phases();
    const stop = createShutdown([phase('one')], log);
    expect(await stop('SIGTERM')).toBe(await stop('SIGINT'));
    expect(ran).toEqual(['one']);
  });
});
