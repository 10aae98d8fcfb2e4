import type { MessageDocument } from '@herald/contracts';
import type { Instant } from '@herald/domain';

/** Where a message waits. */
export type Hold = NonNullable<MessageDocument['hold']>;

/** The waitlist of a workspace's messages beyond its fair share. */
export const SHARE = 'share';

/** Transactional messages (a receipt, a password) go first: no due time is this far away. */
const FIRST = 1e14;

/** A message's place in a waitlist: by its due time. One that has waited before keeps its place. */
export function holdIn(
  waitlist: string,
  { state }: Pick<MessageDocument, 'state'>,
  { before, owed = false }: { readonly before?: Hold | undefined; readonly owed?: boolean } = {},
): Hold {
  const passed = before === undefined ? [] : [...before.passed, before.waitlist];
  return {
    waitlist,
    passed,
    order: Math.min(before?.order ?? Number.POSITIVE_INFINITY, state.dueAt - (owed ? FIRST : 0)),
  };
}

/**
 * Where messages wait that follow another one of the same run. It has no waitlist document: the message in
 * front lets them go on.
 */
export const afterOf = (messageId: string): string => `after:${messageId}`;

/**
 * A message's place behind the one in front, from `since` on. It does not wait again in the waitlists that it
 * has passed.
 */
export const holdBehind = (
  messageId: string,
  doc: MessageDocument,
  { before, since }: { readonly before: Hold | undefined; readonly since: Instant },
): Hold => ({ ...holdIn(afterOf(messageId), doc, { before }), since });

/** Whether a message has waited its turn in a waitlist already. */
export const hasPassed = (waitlist: string, before: Hold | undefined): boolean =>
  before?.waitlist === waitlist || (before?.passed.includes(waitlist) ?? false);
