import { eventsMessages, queue } from '@herald/contracts';
import type { Event, JsonObject } from '@herald/domain';
import { SHAPES } from './shapes.ts';

/** bytes of the data of one event. */
const DATA = 60_000;
/** As many events as a request can hold. */
const MANY = 17;
/** bytes of a message that no service of Herald would send. */
const FOREIGN = 1024 * 1024;

/** Its conditions go through everything that an event carries. */
export const CAMPAIGN = `
id: worst
enter:
  on: trial.started
  when: event.data.list.exists(x, x == "nothing") || event.data.text.matches("(a?){60}[bc]") || true
  again: always
exit: [{ on: trial.started, when: 'event.data.list.exists(x, event.data.names == x)' }]
steps:
  - id: pick
    choose:
${Array.from({ length: 50 }, (_, n) => `      - { when: 'event.data.list.exists(x, x > "${n}" || x < "${n}")', steps: [] }`).join('\n')}
  - { id: learn, update: { traits: { all: event.data } } }
  - { id: wait, waitFor: { on: trial.started, when: 'event.data.names.exists(k, k.lowerAscii() == "z")' } }
`;

type Body = readonly [name: string, make: (index: number) => unknown];

const count = (bytes: number, each: number): number => Math.floor(bytes / each);
const list = <T>(length: number, make: (index: number) => T): T[] =>
  Array.from({ length }, (_, n) => make(n));

/** The largest data of an event. */
const DATA_SHAPES: readonly (readonly [string, JsonObject])[] = [
  ['a long list', { list: list(count(DATA, 2), () => 1) }],
  ['a list of lists', { list: list(count(DATA, 6), () => [1, 2]) }],
  ['many names', { names: Object.fromEntries(list(count(DATA, 12), (n) => [`k${n}`, n])), list: [1] }],
  ['a long text', { text: 'a'.repeat(DATA), list: ['a'] }],
  ['a text of quotes', { text: '"'.repeat(DATA / 2) }],
  ['a long name', { ['k'.repeat(DATA)]: 1 }],
  ['deep', { list: [list(14, () => 0).reduce<JsonObject>((inner) => ({ a: inner }), { a: 1 })] }],
];

/**
 * Bodies that no service of Herald would send. Left out: so many names in one object, which none accepts, and
 * nesting too deep to be written as JSON.
 */
const FOREIGN_BODIES: readonly Body[] = SHAPES.filter(
  ({ type, name }) => type === 'application/json' && name !== 'many names' && !name.startsWith('nested'),
).flatMap(({ name: shape, make }): Body[] => {
  const value = parsed(make(FOREIGN));
  return value === undefined ? [] : [[shape, () => value]];
});

/** The largest bodies for a queue: bodies of any shape and, on a queue of events, the largest request. */
export function bodiesFor(name: string): readonly Body[] {
  if (name !== queue.eventHandlerEvents) return FOREIGN_BODIES;
  const events = DATA_SHAPES.flatMap(([shape, data]): Body[] => {
    const one: Body = [
      `an event, ${shape}`,
      (index) => eventsMessages([event(`one-${index}`, data)])[0]?.body,
    ];
    const many: Body = [
      `many events, ${shape}`,
      (index) => eventsMessages(list(MANY, (n) => event(`many-${index}-${n}`, data)))[0]?.body,
    ];
    return [one, many];
  });
  return [...FOREIGN_BODIES, ...events];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function event(id: string, data: JsonObject): Event {
  const now = Date.now();
  return {
    workspace: 'demo',
    id,
    stream: `prospect/${id}`,
    type: 'trial.started',
    occurredAt: now,
    receivedAt: now,
    source: 'api',
    data,
    schema: 1,
    correlationId: id,
    depth: 0,
  };
}
