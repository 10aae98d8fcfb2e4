import { refusalOf } from '@herald/addresses';
import { reasonOf } from '@herald/domain';
import type { ReturnReport } from './meaning.ts';

/** Sentences of mail servers for an address that is not there. */
const NO_ADDRESS =
  /(unknown|no such|invalid|non-?existent|bad) (user|recipient|mailbox|address|account|destination mailbox)|(user|recipient|mailbox|address|account|alias)\b.{0,40}(unknown|not (be )?found|not exist|does(n't| not) (exist|have)|invalid|not known|disabled|deactivated|no longer|closed|suspended|inactive|unavailable|rejected)|no mailbox (here )?by that name|unroutable address|not our customer|no longer (with|works|valid|in use|active)|doesn't have a|all relevant MX records point to non-existent|couldn't find any host (named|by that name)/i;
const NOT_NOW =
  /quota|(mailbox|inbox|storage)\b.{0,30}(full|exceed)|full mailbox|over.?limit|insufficient (disk|storage|space)|timed? ?out|connection refused|temporar|try again|too many|retry (time|timeout)|could ?n.t (connect|be reached)|unreachable|host (is )?(down|unavailable)/i;

/**
 * What a final failure means for the address: by the server's code (RFC 3463), else by its words. What says
 * nothing counts as a soft bounce: one of them suppresses nobody, and a dead address goes on bouncing.
 */
export function reportOfFailure(replies: readonly string[], text: string): ReturnReport {
  const reason = reasonOf(replies.join(' ') || firstSentence(text));
  const words = replies.length > 0 ? replies.join(' ') : text;
  const about =
    refusalOf(...replies) ?? (NOT_NOW.test(words) ? 'soft' : NO_ADDRESS.test(words) ? 'hard' : 'soft');
  return about === 'other' ? { outcome: 'failed', reason } : { outcome: 'bounced', bounce: about, reason };
}

/** The first line that is no greeting. */
const firstSentence = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .find((line) => line.length > 30) ?? text.slice(0, 100);
