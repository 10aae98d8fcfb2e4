import { takesUtm, type Utm } from '@herald/domain';
import type { Rendered } from '@herald/templates';
import { LinkifyIt } from 'linkify-it';
import { rewriteLinks } from '../channels/email/html-links.ts';

/** Puts a campaign's parameters onto the links of one message. */
export interface UtmLinks {
  /** Links with `data-utm="off"` in the HTML stay as they are in its text too. */
  mail<M extends Pick<Rendered, 'html' | 'text'>>(mail: M): M;
  text(text: string): string;
}

export interface UtmLinksOptions {
  readonly utm: Utm;
  readonly parameters: readonly (readonly [string, string])[];
  /** Links that begin so are Herald's own, such as those to unsubscribe. */
  readonly publicUrl: string;
}

const OFF = 'data-utm';
/** Characters. Servers on the way truncate longer links. */
const MAX_LINK = 2_000;
/** Characters. Looking for links in a longer text takes too long. */
const MAX_TEXT = 65_536;

/** Links that are written out: with their scheme. */
const written = new LinkifyIt({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
  .add('mailto:', null)
  .add('ftp:', null)
  .add('//', null);

export function createUtmLinks({ utm, parameters, publicUrl }: UtmLinksOptions): UtmLinks {
  const own = publicUrl.replace(/\/+$/, '');
  const takes = takesUtm(utm);

  /** The link with the parameters that it has none of; undefined: it stays as it is. */
  const tagged = (link: string): string | undefined => {
    const url = /^https?:\/\//i.test(link) ? URL.parse(link) : null;
    if (url === null || isOwn(link) || !takes(url.hostname)) return undefined;
    const missing = parameters.filter(([name]) => !url.searchParams.has(name));
    if (missing.length === 0) return undefined;
    // Into the text, not by way of the URL: what the author wrote stays as it is, to the last escape.
    const [, before = '', fragment = ''] = /^([^#]*)(.*)$/s.exec(link) ?? [];
    const query = before.indexOf('?');
    const isOpen = before.endsWith('&') || query === before.length - 1;
    const separator = query < 0 ? '?' : isOpen ? '' : '&';
    const added = missing.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`);
    const result = `${before}${separator}${added.join('&')}${fragment}`;
    return result.length > MAX_LINK ? undefined : result;
  };
  const isOwn = (link: string): boolean => link === own || link.startsWith(`${own}/`);

  /** `off`: links that stay as they are. */
  const inText = (text: string, off: ReadonlySet<string>): string => {
    if (text.length > MAX_TEXT) return text;
    let out = '';
    let done = 0;
    for (const { index, lastIndex, raw } of written.match(text) ?? []) {
      const link = off.has(raw) ? undefined : tagged(raw);
      if (link === undefined) continue;
      out += text.slice(done, index) + link;
      done = lastIndex;
    }
    return out + text.slice(done);
  };

  return {
    mail(mail) {
      const off = new Set<string>();
      const html = mail.html && rewriteLinks(mail.html, OFF, tagged, (link) => off.add(link));
      return { ...mail, ...(html !== undefined && { html }), text: inText(mail.text, off) };
    },
    text: (text) => inText(text, NONE),
  };
}

const NONE: ReadonlySet<string> = new Set();
