import { type Clock, type Instant, span, wall } from '@herald/domain';

/** What a request for a link or a picture in a mail looks like. */
export interface Followed {
  readonly userAgent: string | undefined;
  /** `Sec-Purpose`, `Purpose` or `X-Moz`: a browser that fetches ahead says so. */
  readonly purpose?: string | undefined;
}

/**
 * Programs that follow links by themselves: security gateways, link previews of chats, crawlers, command
 * lines. docs/tracking.md says what this finds and what it cannot.
 */
const AGENTS =
  /(?<!cu)bot\b|crawl|spider|preview|scanner|barracuda|mimecast|proofpoint|trendmicro|symantec|messagelabs|fireeye|trellix|safelinks|office-?link|urldefense|virustotal|facebookexternalhit|whatsapp|telegram|slack|discord|skypeuri|headlesschrome|phantomjs|python-|curl\/|wget\/|go-http-client|java\/|okhttp|libwww|axios|node-fetch|undici|apache-httpclient/i;

/** ms of wall time after it was made within which nobody has read a mail and followed a link in it. */
const TOO_SOON = 5 * span.SECOND;

/**
 * Why whoever followed a link or fetched a picture is a program and no person; undefined: nothing says so.
 */
export function scannerOf({ userAgent = '', purpose = '' }: Followed): string | undefined {
  if (/prefetch|prerender|preview/i.test(purpose)) return 'fetched ahead';
  if (userAgent.trim() === '') return 'names no program';
  return AGENTS.test(userAgent) ? 'is known to follow links by itself' : undefined;
}

/** The same of a link of ours, which says when the mail was made. */
export const scannerOfLink = (followed: Followed, madeAt: Instant, clock: Clock): string | undefined =>
  scannerOf(followed) ??
  (clock.now() - madeAt < wall(clock, TOO_SOON) ? 'came too soon after the mail was sent' : undefined);

/** Apple's mail privacy fetches every picture ahead, and names no more than this. */
export const isFetchedAhead = (userAgent: string | undefined): boolean => userAgent?.trim() === 'Mozilla/5.0';
