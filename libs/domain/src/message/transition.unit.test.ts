import { expect, test } from 'vitest';
import { canonicalJson } from '../json.ts';
import { aMail } from '../testing/given.ts';
import { evolveMessage } from './evolve.ts';
import { initialMessage, type MessageState } from './message.ts';
import { type MessageTransition, recordTransition } from './transition.ts';

const asked = initialMessage(aMail(1_000), 5_000);
const cause = { correlationId: 'cor', causationId: 'cau', depth: 2 };

const recordAll = (transitions: readonly MessageTransition[]) => {
  let state: MessageState = asked;
  const events = transitions.map((transition, index) => {
    // A claim takes a version too, so the versions of events have gaps.
    const recorded = recordTransition({
      workspace: 'acme',
      state,
      version: 2 * index + 1,
      transition,
      cause,
      now: 6_000 + index,
    });
    state = recorded.state;
    return recorded.event;
  });
  return { state, events };
};

const STORY: MessageTransition[] = [
  { outcome: 'scheduled', facts: { reason: 'not due yet' } },
  {
    outcome: 'scheduled',
    facts: {
      reason: '421',
      dueAt: 9_000,
      attempts: 1,
      to: 'ada@example.com',
      templateVersion: 3,
      provider: 'smtp',
    },
  },
  { outcome: 'unknown', facts: { reason: 'cut off', attempts: 2 } },
  { outcome: 'sent', facts: { attempts: 2, providerId: 'x' } },
];

test('an event says who, what, why and because of what', () => {
  const { events } = recordAll(STORY.slice(0, 2));
  expect(events[1]).toMatchObject({
    workspace: 'acme',
    stream: 'prospect/ada',
    type: 'email.scheduled',
    occurredAt: 6_001,
    source: 'messaging',
    correlationId: 'cor',
    causationId: 'cau',
    depth: 2,
    data: {
      messageId: 'm1',
      enrollmentId: 'e',
      version: 3,
      reason: '421',
      dueAt: 9_000,
      to: 'ada@example.com',
    },
  });
  expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  expect(recordAll(STORY.slice(0, 2)).events[1]?.id).toBe(events[1]?.id);
});

test('folding the events alone gives the live state, byte for byte', () => {
  for (let length = 1; length <= STORY.length; length += 1) {
    const { state, events } = recordAll(STORY.slice(0, length));
    const folded = events.reduce<MessageState | undefined>(evolveMessage, undefined);
    expect(canonicalJson(folded)).toBe(canonicalJson(state));
  }
});

test('the last event alone folds to the same but for when it was sent before', () => {
  const { state, events } = recordAll(STORY);
  expect(evolveMessage(undefined, events.at(-1) ?? fail())).toEqual(state);
});

test('a reason is one outcome’s own; other facts stay', () => {
  const { state } = recordAll(STORY);
  expect(state).toMatchObject({
    status: 'sent',
    to: 'ada@example.com',
    templateVersion: 3,
    dueAt: 9_000,
    attempts: 2,
    sentAt: 6_003,
  });
  expect(state).not.toHaveProperty('reason');
});

function fail(): never {
  throw new Error('there is no event');
}
