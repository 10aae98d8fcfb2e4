import { MAX_TRACKED_LENGTH } from '@herald/contracts';
import type { TrackingLinks } from '../channel.ts';
import { rewriteLinks } from './html-links.ts';

/** The HTML with tracked links, except those with `data-track="off"`, and with a picture at its end. */
export function trackHtml(html: string, { linkTo, picture }: Partial<TrackingLinks>): string {
  const tracked = (link: string): string | undefined => {
    const target = /^https?:\/\//i.test(link) ? URL.parse(link)?.href : undefined;
    return target === undefined || target.length > MAX_TRACKED_LENGTH ? undefined : linkTo?.(target);
  };
  const linked = linkTo === undefined ? html : rewriteLinks(html, 'data-track', tracked);
  if (picture === undefined) return linked;
  const image = `<img src="${picture}" width="1" height="1" alt="" style="display:block;border:0">`;
  // Not in the text made lower case: that can be longer (İ), and then its places are others.
  const end = [...linked.matchAll(/<\/body/gi)].at(-1)?.index;
  return end === undefined ? linked + image : linked.slice(0, end) + image + linked.slice(end);
}
