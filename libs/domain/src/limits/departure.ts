import type { Instant } from '../clock.ts';
import type { Channel } from '../message/channel.ts';
import { addDuration, type DurationText } from '../time/duration.ts';
import { type Hours, isWithin, nextOpening } from '../time/hours.ts';
import { concerns } from './caps.ts';
import { spreadOf } from './spread.ts';

/** Hours of one channel, or of all. */
export interface ChannelHours extends Hours {
  readonly channel?: Channel;
}

/** When a workspace lets its messages leave. */
export interface WorkspaceHours {
  readonly quietHours?: readonly ChannelHours[] | undefined;
  readonly windows?: readonly ChannelHours[] | undefined;
  /** Over how much time messages that waited for an opening are spread. ISO 8601, PT10M by default. */
  readonly spread?: DurationText | undefined;
}

/** A message, and the hours that it has to keep. */
export interface Departing {
  readonly messageId: string;
  readonly channel: Channel;
  /** A receipt or the like: it keeps the campaign's window, and none of the workspace's hours. */
  readonly transactional: boolean;
  /** The campaign's. */
  readonly window: Hours | undefined;
  readonly workspace: WorkspaceHours;
  /** The reader's IANA zone. */
  readonly zone: string;
}

/**
 * Whether the hours let a message leave at an instant; if not, when they do, and which of them forbids it.
 */
export type Departure =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'later';
      readonly at: Instant;
      readonly limit: 'quiet_hours' | 'send_window';
      readonly reason: string;
    }
  /** The hours leave no time at all. */
  | { readonly kind: 'never'; readonly limit: 'send_window'; readonly reason: string };

const SPREAD: DurationText = 'PT10M';
const OPEN: Departure = { kind: 'open' };

/**
 * When a message that should leave at `wanted` may leave. Messages that wait for an opening are spread behind
 * it. The moment of each follows from its id, so the run and messaging compute the same instant.
 */
export function departureOf(wanted: Instant, message: Departing): Departure {
  const { messageId, channel, transactional, window, workspace, zone } = message;
  const windows = transactional ? [] : ofChannel(workspace.windows, channel);
  const quiet = transactional ? [] : ofChannel(workspace.quietHours, channel);
  if (window === undefined && windows.length === 0 && quiet.length === 0) return OPEN;
  const hours = { windows: [window === undefined ? [] : [window], windows], quiet };
  if (nextOpening(wanted, hours, zone, 0)?.at === wanted) return OPEN;
  const spread = addDuration(0, workspace.spread ?? SPREAD, 'UTC');
  const opening = nextOpening(wanted, hours, zone, spread);
  if (opening === undefined) {
    const reason = 'send_window: quiet hours and windows leave no time to send in';
    return { kind: 'never', limit: 'send_window', reason };
  }
  // Over half of a short window: messages that come late must still find it open.
  const within = opening.lasts < spread ? opening.lasts / 2 : spread;
  const silent = quiet.find((each) => isWithin(wanted, each, zone));
  const limit = silent === undefined ? 'send_window' : 'quiet_hours';
  const why = silent ?? firstClosed(wanted, window, windows, zone);
  const reason = `${limit}: ${why === undefined ? '' : sayHours(why, zone)}`;
  return { kind: 'later', at: opening.at + spreadOf(messageId, within), limit, reason };
}

/** The window to name as the reason: the campaign's if it is shut, else one of the workspace's. */
const firstClosed = (
  wanted: Instant,
  window: Hours | undefined,
  windows: readonly Hours[],
  zone: string,
): Hours | undefined =>
  window !== undefined && !isWithin(wanted, window, zone) ? window : (windows[0] ?? window);

const ofChannel = (hours: readonly ChannelHours[] = [], channel: Channel): readonly ChannelHours[] =>
  hours.filter((each) => concerns(each, channel));

/** `mon, tue 09:00–18:00 Europe/Berlin`. */
const sayHours = ({ days, from, to, zone }: Hours, readerZone: string): string => {
  const where = zone === undefined || zone === 'prospect' ? readerZone : zone;
  return `${days === undefined ? '' : `${days.join(', ')} `}${from}–${to} ${where}`;
};
