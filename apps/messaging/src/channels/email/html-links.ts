import { decodeHTMLAttribute } from 'entities/decode';

/**
 * HTML with the links of `<a>` and `<area>` replaced by what `rewrite` makes of them; undefined leaves one as
 * it is. `off` is the attribute that leaves one as it is when its value is `off`: `seenOff` gets those.
 * Comments (Outlook's, too), `<style>` and the like stay unchanged. One pass over any HTML: after a place
 * where it is broken, nothing changes.
 */
export function rewriteLinks(
  html: string,
  off: string,
  rewrite: (link: string) => string | undefined,
  seenOff: (link: string) => void = () => {},
): string {
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
      const href = tag.attributes.find(({ name }) => name === 'href');
      const link = href === undefined ? '' : linkIn(href);
      const isOff = tag.attributes.some(({ name, value }) => name === off && value.toLowerCase() === 'off');
      if (isOff) seenOff(link);
      const rewritten = isOff || link === '' ? undefined : rewrite(link);
      if (href !== undefined && rewritten !== undefined) {
        out += `${html.slice(done, href.from)}"${escaped(rewritten)}"`;
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

/** As a browser reads it: every character reference, and no line breaks and tabs. */
const linkIn = ({ value }: Attribute): string =>
  decodeHTMLAttribute(value)
    .replace(/[\t\n\r]/g, '')
    .trim();

const escaped = (link: string): string => link.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** Elements whose content is no markup. */
const RAW = /^(style|script|title|textarea|xmp|iframe|noembed|noframes|plaintext)$/;
