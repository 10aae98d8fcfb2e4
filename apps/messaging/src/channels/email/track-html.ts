import { MAX_TRACKED_LENGTH } from '@herald/contracts';
import { decodeHTMLAttribute } from 'entities/decode';
import type { TrackingLinks } from '../channel.ts';

/**
 * The HTML with the web links of `<a>` and `<area>` replaced by tracked ones, and a picture at its end.
 * Comments (Outlook's, too), `<style>` and the like stay unchanged, and so do links with `data-track="off"`.
 * One pass over any HTML: after a place where it is broken, nothing changes.
 */
export function trackHtml(html: string, { linkTo, picture }: Partial<TrackingLinks>): string {
  const linked = linkTo === undefined ? html : rewriteLinks(html, linkTo);
  if (picture === undefined) return linked;
  const image = `<img src="${picture}" width="1" height="1" alt="" style="display:block;border:0">`;
  // Not in the text made lower case: that can be longer (İ), and then its places are others.
  const end = [...linked.matchAll(/<\/body/gi)].at(-1)?.index;
  return end === undefined ? linked + image : linked.slice(0, end) + image + linked.slice(end);
}

/** Elements whose content is no markup. */
const RAW = /^(style|script|title|textarea|xmp|iframe|noembed|noframes|plaintext)$/;

function rewriteLinks(html: string, linkTo: (target: string) => string): string {
  let out = '';
  let done = 0;
  let at = html.indexOf('<');
  while (at >= 0) {
    if (html.startsWith('<!--', at)) {
      const end = html.indexOf('-->', at + 4);
      if (end < 0) break;
      at = html.indexOf('<', end + 3);
      continue;
    }
    const tag = readTag(html, at);
    if (tag === 'none') {
      at = html.indexOf('<', at + 1);
      continue;
    }
    if (tag === 'open') break;
    if (tag.name === 'a' || tag.name === 'area') {
      const href = hrefToTrack(tag);
      if (href !== undefined) {
        out += `${html.slice(done, href.from)}"${linkTo(href.target)}"`;
        done = href.to;
      }
    }
    const from = RAW.test(tag.name) ? endOfRaw(html, tag) : tag.end;
    if (from === undefined) break;
    at = html.indexOf('<', from);
  }
  return out + html.slice(done);
}

interface Attribute {
  readonly name: string;
  readonly value: string;
  /** Where the value stands, with its quotes. */
  readonly from: number;
  readonly to: number;
}

interface Tag {
  /** Lower case. */
  readonly name: string;
  readonly attributes: readonly Attribute[];
  /** After its `>`. */
  readonly end: number;
}

const SPACE = /\s/;

/** The start tag at a `<`; `none`: there is none; `open`: it never ends. */
function readTag(html: string, start: number): Tag | 'none' | 'open' {
  let at = start + 1;
  if (!/[a-z]/i.test(html[at] ?? '')) return 'none';
  const skip = (until: (char: string) => boolean): void => {
    while (at < html.length && !until(html[at] ?? '')) at += 1;
  };
  const word = (until: (char: string) => boolean): string => {
    const from = at;
    skip(until);
    return html.slice(from, at);
  };
  const name = word((char) => SPACE.test(char) || char === '>' || char === '/').toLowerCase();
  const attributes: Attribute[] = [];
  for (;;) {
    skip((char) => !SPACE.test(char) && char !== '/');
    if (at >= html.length) return 'open';
    if (html[at] === '>') return { name, attributes, end: at + 1 };
    const from = at;
    const attribute = word((char) => SPACE.test(char) || '=>/'.includes(char)).toLowerCase();
    skip((char) => !SPACE.test(char));
    if (html[at] !== '=') {
      if (at === from) at += 1;
      continue;
    }
    at += 1;
    skip((char) => !SPACE.test(char));
    const quote = html[at];
    const valueFrom = at;
    if (quote === '"' || quote === "'") {
      const close = html.indexOf(quote, at + 1);
      if (close < 0) return 'open';
      at = close + 1;
      attributes.push({ name: attribute, value: html.slice(valueFrom + 1, close), from: valueFrom, to: at });
    } else {
      const value = word((char) => SPACE.test(char) || char === '>');
      attributes.push({ name: attribute, value, from: valueFrom, to: at });
    }
  }
}

/** Where the content of such an element ends; undefined: never. */
function endOfRaw(html: string, { name, end }: Tag): number | undefined {
  const closing = new RegExp(`</${name}\\b`, 'gi');
  closing.lastIndex = end;
  const found = closing.exec(html);
  return found === null ? undefined : found.index;
}

function hrefToTrack({ attributes }: Tag): (Attribute & { readonly target: string }) | undefined {
  const href = attributes.find(({ name }) => name === 'href');
  if (href === undefined) return undefined;
  if (attributes.some(({ name, value }) => name === 'data-track' && value.toLowerCase() === 'off'))
    return undefined;
  // As a browser reads it: every character reference, and no line breaks and tabs.
  const text = decodeHTMLAttribute(href.value)
    .replace(/[\t\n\r]/g, '')
    .trim();
  if (!/^https?:\/\//i.test(text)) return undefined;
  const target = URL.parse(text)?.href;
  return target === undefined || target.length > MAX_TRACKED_LENGTH ? undefined : { ...href, target };
}
