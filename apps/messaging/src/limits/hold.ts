import type { MessageDocument } from '@herald/contracts';
import type { Instant } from '@herald/domain';

/** Where a message waits. */
export type Hold = NonNullable<MessageDocument['hold']>;

/** The waitlist of a workspace's messages that were more than its share. */
export const SHARE = 'share';

/** What is owed (a receipt, a password) goes before what is not: no due time is so far off. */
const FIRST = 1e14;

/** A message's place in a waitlist: by its due time, and where it has waited before it keeps its place. */
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
 * Where those wait that follow a message of the same run. No waitlist document: the message itself lets them
 * go on.
 */
export const afterOf = (messageId: string): string => `after:${messageId}`;

/**
 * A message's place behind the one before it, from `since` on; what it has passed it need not wait for again.
 */
export const holdBehind = (
  messageId: string,
  doc: MessageDocument,
  { before, since }: { readonly before: Hold | undefined; readonly since: Instant },
): Hold => ({ ...holdIn(afterOf(messageId), doc, { before }), since });

/** Whether a message has waited its turn in a waitlist already. */
export const hasPassed = (waitlist: string, before: Hold | undefined): boolean =>
  before?.waitlist === waitlist || (before?.passed.includes(waitlist) ?? false);
