import { describe, expect, it } from 'vitest';
import { type Acceptance, type AcceptedItem, acceptItems } from './accept.ts';

const NOW = 1_769_850_000_000;
const acceptance = (more: Partial<Acceptance> = {}): Acceptance => {
  let n = 0;
  return { workspace: 'acme', source: 'api', now: NOW, newId: () => `new-${++n}`, ...more };
};
const item = (index: number, checked: Partial<AcceptedItem['checked']> = {}): AcceptedItem => ({
  path: `/${index}`,
  checked: { type: 'trial.started', stream: 'prospect/p', data: {}, ...checked },
});

describe('accepting items', () => {
  it('become events from outside, received now', () => {
    const { events } = acceptItems(
      [{ ...item(0, { id: 'e1', occurredAt: 5 }), traceparent: 't' }],
      acceptance(),
    );
    expect(events).toEqual([
      {
        workspace: 'acme',
        id: 'e1',
        stream: 'prospect/p',
        type: 'trial.started',
        occurredAt: 5,
        receivedAt: NOW,
        source: 'api',
        data: {},
        schema: 1,
        correlationId: 'e1',
        depth: 0,
        traceparent: 't',
      },
    ]);
  });

  it('gives an item without id or time a fresh id and the time of receipt', () => {
    const { events } = acceptItems([item(0), item(1)], acceptance());
    expect(events.map(({ id, occurredAt }) => [id, occurredAt])).toEqual([
      ['new-1', NOW],
      ['new-2', NOW],
    ]);
  });

  it('derives missing ids from the idempotency key and the place, the same each time', () => {
    const ids = (key: string) =>
      acceptItems([item(0), item(1, { id: 'own' }), item(2)], acceptance({ idempotencyKey: key })).events.map(
        ({ id }) => id,
      );
    expect(ids('k')).toEqual(ids('k'));
    expect(new Set([...ids('k'), ...ids('other')]).size).toBe(5);
  });

  it('takes the same event twice as one', () => {
    const twice = [item(0, { id: 'e', data: { a: 1, b: 2 } }), item(1, { id: 'e', data: { b: 2, a: 1 } })];
    const { events, faults } = acceptItems(twice, acceptance());
    expect([events.length, faults]).toEqual([1, []]);
  });

  it.each([{ type: 'trial.ended' }, { stream: 'prospect/q' }, { occurredAt: 1 }, { data: { a: 1 } }])(
    'refuses two events of one id that differ in %j',
    (difference) => {
      const { faults } = acceptItems(
        [item(0, { id: 'e' }), item(1, { id: 'e', ...difference })],
        acceptance(),
      );
      expect(faults.map(({ path }) => path)).toEqual(['/1/id']);
    },
  );
});
