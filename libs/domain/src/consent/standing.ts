import { compareReceipts, type Place } from '../order.ts';

/** One decision, by one event, on whether a person may get messages. */
export interface Decision extends Place {
  readonly eventId: string;
  readonly reason?: string;
  /** The only address that it is about. */
  readonly address?: string;
}

/** The refusal that was received last. */
export interface Refusal extends Decision {
  /** When the latest of all refusals happened, where that is another one. */
  readonly latestAt?: number;
}

/**
 * What must be remembered of the permissions and refusals for one channel or topic. A refusal beats every
 * permission received before it, whatever their times say. A permission beats a refusal only if it was
 * received after it and did not happen before it. So the order of folding does not matter, and in doubt
 * messages do not leave.
 */
export interface Standing {
  /**
   * Permissions that no refusal beats, the last received first. Several only where one that arrived later
   * happened earlier.
   */
  readonly granted: readonly Decision[];
  readonly refused?: Refusal;
}

/** Beyond this many, the permissions received first are forgotten: that permits less, never more. */
const MAX_GRANTED = 16;

export const permit = ({ granted, refused }: Standing, decision: Decision): Standing => ({
  granted: surviving([...granted, decision], refused),
  ...(refused === undefined ? {} : { refused }),
});

export function refuse({ granted, refused }: Standing, decision: Decision): Standing {
  const both = laterRefusal(refused, decision);
  return { granted: surviving(granted, both), refused: both };
}

/** Several standings as one, such as those for a channel and for all channels. */
export function together(standings: readonly (Standing | undefined)[]): Standing {
  const known = standings.filter((standing) => standing !== undefined);
  const refused = known.map((standing) => standing.refused).reduce(laterRefusal, undefined);
  const granted = surviving(
    known.flatMap((standing) => standing.granted),
    refused,
  );
  return refused === undefined ? { granted } : { granted, refused };
}

/** Whether a permission beats a refusal. In doubt it does not. */
export const beats = (permission: Place, refusal: Refusal): boolean =>
  compareReceipts(permission, refusal) > 0 && permission.at >= latestOf(refusal);

const latestOf = ({ at, latestAt = at }: Refusal): number => latestAt;

function laterRefusal(a: Refusal | undefined, b: Refusal): Refusal;
function laterRefusal(a: Refusal | undefined, b: Refusal | undefined): Refusal | undefined;
function laterRefusal(a: Refusal | undefined, b: Refusal | undefined): Refusal | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const { latestAt: _own, ...later } = byReceipt(a, b) < 0 ? b : a;
  const latestAt = Math.max(latestOf(a), latestOf(b));
  return latestAt === later.at ? later : { ...later, latestAt };
}

/** The permissions that no refusal beats, without those that a later arrival equals or exceeds in time. */
function surviving(granted: readonly Decision[], refused: Refusal | undefined): Decision[] {
  const kept: Decision[] = [];
  for (const one of granted.toSorted(byReceipt).reverse()) {
    if (refused !== undefined && !beats(one, refused)) continue;
    if (kept.every(({ at }) => at < one.at)) kept.push(one);
  }
  return kept.slice(0, MAX_GRANTED);
}

/** The event id decides between two that tie in everything, so the fold does not depend on the order. */
const byReceipt = (a: Decision, b: Decision): number =>
  compareReceipts(a, b) || (a.eventId < b.eventId ? -1 : 1);
