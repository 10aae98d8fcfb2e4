import type { ProviderOutcome } from '@herald/domain';
import { expect, test } from 'vitest';
import { createGate, type Gate, type GatePolicy, type Pass, type Shut } from './gate.ts';

const sent: ProviderOutcome = { kind: 'sent' };
const down: ProviderOutcome = { kind: 'temporary', about: 'provider', reason: '503' };
const unknown: ProviderOutcome = { kind: 'unknown', reason: 'no answer' };
const greylisted: ProviderOutcome = { kind: 'temporary', reason: '450' };
const throttled: ProviderOutcome = { kind: 'throttled', reason: '429', retryAfter: 30_000 };
const refused: ProviderOutcome = { kind: 'credentials', reason: '401' };

function setUp(rate = 1, more: Partial<GatePolicy> = {}) {
  let now = 0;
  const changes: (Shut['because'] | 'open')[] = [];
  const gate = createGate({
    clock: { now: () => now, rate },
    policy: { failures: 3, rest: 1_000, longest: 4_000, stopped: 10_000, trial: 500, spacing: 20, ...more },
    onChange: (shut) => changes.push(shut?.because ?? 'open'),
  });
  return {
    gate,
    changes,
    at: (instant: number) => {
      now = instant;
    },
  };
}

const isPass = (entered: Pass | Shut): entered is Pass => 'done' in entered;
const pass = (gate: Gate): Pass => {
  const entered = gate.enter();
  if (!isPass(entered)) throw new Error(`it is shut: ${entered.reason}`);
  return entered;
};
const call = (gate: Gate, ...outcomes: readonly ProviderOutcome[]): void => {
  for (const outcome of outcomes) pass(gate).done(outcome);
};

test('it shuts after failures in a row, and a call without an answer is one', () => {
  const { gate, changes } = setUp();
  call(gate, down, unknown, sent, down, unknown);
  expect(gate.shut()).toBeUndefined();
  call(gate, down);
  expect(gate.shut()).toEqual(expect.objectContaining({ because: 'failing', reason: '503', until: 1_000 }));
  expect(isPass(gate.enter())).toBe(false);
  expect(changes).toEqual(['failing']);
});

test('an outcome about a message or its receiver says nothing about the provider', () => {
  const { gate } = setUp();
  call(gate, down, down, greylisted, down, down, { kind: 'permanent', reason: '550' }, down, down);
  expect(gate.shut()).toBeUndefined();
});

test('after its rest one trial call passes, all others wait for its outcome, and success opens it for all', () => {
  const { gate, at, changes } = setUp();
  call(gate, down, down, down);
  at(1_000);
  const trial = pass(gate);
  expect(gate.shut()).toMatchObject({ until: 1_500 });
  expect(isPass(gate.enter())).toBe(false);
  trial.done(sent);
  call(gate, sent, sent);
  expect(changes).toEqual(['failing', 'open']);
});

test('each failed trial doubles the rest, up to the longest', () => {
  const { gate, at } = setUp();
  call(gate, down, down, down);
  const rests: number[] = [];
  for (let tries = 0; tries < 4; tries += 1) {
    const until = gate.shut()?.until ?? Number.NaN;
    at(until);
    call(gate, down);
    rests.push((gate.shut()?.until ?? Number.NaN) - until);
  }
  expect(rests).toEqual([2_000, 4_000, 4_000, 4_000]);
});

test('after a trial that was never made, or never ended, another may try', () => {
  const { gate, at } = setUp();
  call(gate, down, down, down);
  at(1_000);
  pass(gate).unused();
  const lost = pass(gate);
  at(1_500);
  const second = pass(gate);
  expect(isPass(gate.enter())).toBe(false);
  second.done(sent);
  expect(gate.shut()).toBeUndefined();
  lost.done(down);
  expect(gate.shut()).toBeUndefined();
});

test('an outcome of a call from before it was shut neither opens nor prolongs it', () => {
  const { gate } = setUp();
  const [early, other] = [pass(gate), pass(gate)];
  call(gate, refused);
  early.done(sent);
  other.done(down);
  expect(gate.shut()).toMatchObject({ because: 'credentials', until: 10_000 });
});

test('a provider that asks to slow down is left alone so long, and then open to all at once', () => {
  const { gate, at, changes } = setUp();
  call(gate, throttled);
  expect(gate.shut()).toMatchObject({ because: 'throttled', until: 30_000 });
  at(30_000);
  const [first, second] = [pass(gate), pass(gate)];
  first.done(sent);
  second.done(sent);
  expect(changes).toEqual(['throttled', 'open']);
});

test('one failure that names its own rest shuts it for so long', () => {
  const { gate } = setUp();
  call(gate, { ...down, retryAfter: 7_000 } as ProviderOutcome);
  expect(gate.shut()).toMatchObject({ because: 'failing', until: 7_000 });
});

test('refused credentials stop it, with a rare trial', () => {
  const { gate, at } = setUp();
  call(gate, refused);
  at(9_999);
  expect(isPass(gate.enter())).toBe(false);
  at(10_000);
  call(gate, refused);
  expect(gate.shut()).toMatchObject({ because: 'credentials', until: 20_000 });
  at(20_000);
  call(gate, sent);
  expect(gate.shut()).toBeUndefined();
});

test('messages that come back keep their order, one after the other', () => {
  const { gate, at } = setUp();
  call(gate, throttled);
  expect([gate.comeBack(), gate.comeBack(), gate.comeBack()]).toEqual([30_000, 30_020, 30_040]);
  at(40_000);
  expect(gate.comeBack()).toBe(40_000);
});

test('a busy one gets no more, and waiting messages come as often as it has room', () => {
  const { gate, at } = setUp(1, { atOnce: 2 });
  const passes = [pass(gate), pass(gate)];
  at(1_000);
  passes[0]?.done(sent);
  const third = pass(gate);
  expect(gate.enter()).toMatchObject({ because: 'busy', reason: '2 calls are under way' });
  // A fifth of the first call's second is what is known of how long one takes; two are at it.
  expect([gate.comeBack(), gate.comeBack()]).toEqual([1_200, 1_300]);
  third.unused();
  expect(gate.shut()).toBeUndefined();
});

test('rests are wall time, whatever the speed of the clock', () => {
  const { gate } = setUp(100);
  call(gate, down, down, down);
  expect(gate.shut()?.until).toBe(100_000);
});
