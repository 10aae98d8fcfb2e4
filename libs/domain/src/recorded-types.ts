import { distance } from 'fastest-levenshtein';
import { ENROLLMENT_EVENTS, ENROLLMENT_UNANSWERED } from './enrollment/events.ts';
import { isOwnType } from './event.ts';
import { CHANNELS, type Channel } from './message/channel.ts';
import { type MessageOutcome, parseMessageType } from './message/message.ts';

/** Outcomes that messages of every channel can have. */
const EVERY_CHANNEL: readonly MessageOutcome[] = [
  'scheduled',
  'sent',
  'suppressed',
  'failed',
  'expired',
  'withdrawn',
  'unknown',
];

/** Outcomes that providers, tracked links and receivers report, by channel. */
const BY_CHANNEL: Readonly<Record<Channel, readonly string[]>> = {
  email: ['deferred', 'delivered', 'opened', 'clicked', 'bounced', 'complained'],
  sms: ['delivered', 'opened', 'clicked', 'bounced', 'received'],
  call: ['answered', 'completed', 'busy', 'no_answer', 'key_pressed'],
  webhook: ['delivered'],
};

/** The outcomes that messages of a channel can have. */
export const outcomesOf = (channel: Channel): readonly MessageOutcome[] =>
  [...EVERY_CHANNEL, ...BY_CHANNEL[channel]].flatMap(
    (outcome) => parseMessageType(`${channel}.${outcome}`)?.outcome ?? [],
  );

/** Every type in Herald's own namespaces that is recorded about a prospect. */
const RECORDED: ReadonlySet<string> = new Set([
  ...CHANNELS.flatMap((channel) =>
    [...EVERY_CHANNEL, ...BY_CHANNEL[channel]].map((outcome) => `${channel}.${outcome}`),
  ),
  ...ENROLLMENT_EVENTS,
  'enrollment.refused',
  ENROLLMENT_UNANSWERED,
  'prospect.erased',
  'message.reported',
]);

/** Why an event of this type never comes to a campaign, with the nearest right name; undefined if it may. */
export function neverRecorded(type: string): string | undefined {
  if (!isOwnType(type) || RECORDED.has(type)) return undefined;
  const near = nearest(type);
  const space = `${type.split('.', 1)[0]}.`;
  const known = [...RECORDED].filter((name) => name.startsWith(space));
  const instead =
    near !== undefined ? `; did you mean ${near}?` : known.length > 0 ? `; one of ${known.join(', ')}` : '';
  return `Herald records no "${type}" about a prospect${instead}`;
}

/** The recorded type that differs by at most two letters. */
function nearest(type: string): string | undefined {
  return [...RECORDED]
    .map((name) => ({ name, distance: distance(type, name) }))
    .filter((each) => each.distance <= 2)
    .sort((a, b) => a.distance - b.distance)[0]?.name;
}
