import { type Clock, type Instant, span, wall } from '@herald/domain';

/** A request for a link or picture in an e-mail. */
export interface Followed {
  readonly userAgent: string | undefined;
  /** `Sec-Purpose`, `Purpose` or `X-Moz`: set by a browser that prefetches. */
  readonly purpose?: string | undefined;
}

/**
 * Programs that follow links by themselves: security gateways, link previews of chats, crawlers, command
 * lines. docs/tracking.md says what this finds and what it cannot.
 */
const AGENTS =
  /(?<!cu)bot\b|crawl|spider|preview|scanner|barracuda|mimecast|proofpoint|trendmicro|symantec|messagelabs|fireeye|trellix|safelinks|office-?link|urldefense|virustotal|facebookexternalhit|whatsapp|telegram|slack|discord|skypeuri|headlesschrome|phantomjs|python-|curl\/|wget\/|go-http-client|java\/|okhttp|libwww|axios|node-fetch|undici|apache-httpclient/i;

/** ms of wall time after sending in which nobody has read an e-mail and followed a link in it. */
const TOO_SOON = 5 * span.SECOND;

/** Why a request comes from a program and not a person; undefined if nothing suggests so. */
export function scannerOf({ userAgent = '', purpose = '' }: Followed): string | undefined {
  if (/prefetch|prerender|preview/i.test(purpose)) return 'fetched ahead';
  if (userAgent.trim() === '') return 'names no program';
  return AGENTS.test(userAgent) ? 'is known to follow links by itself' : undefined;
}

/** The same for a tracked link, which says when the e-mail was made. */
export const scannerOfLink = (followed: Followed, madeAt: Instant, clock: Clock): string | undefined =>
  scannerOf(followed) ??
  (clock.now() - madeAt < wall(clock, TOO_SOON) ? 'came too soon after the mail was sent' : undefined);

/** Apple's mail privacy prefetches every picture, and sends only this name. */
export const isFetchedAhead = (userAgent: string | undefined): boolean => userAgent?.trim() === 'Mozilla/5.0';
