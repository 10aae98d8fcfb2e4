import type { TemplateTexts, TemplateVersionDocument } from '@herald/contracts';
import type { Fault } from '@herald/http';
import { lookup } from 'bcp-47-match';
import type { TemplateContent } from '../channels/channel.ts';

/** A template as it is in one language. */
export interface Variant<T> {
  readonly content: T;
  /** Its language, or `default`; undefined: the template has no variants. */
  readonly locale: string | undefined;
}

type Localised = Pick<TemplateVersionDocument, 'channel' | 'locales' | 'language'>;

/** What a message says that has no variant for its reader. */
export const DEFAULT = 'default';

const TEXTS = [
  'subject',
  'preheader',
  'html',
  'text',
  'voice',
  'language',
  'menu',
] as const satisfies readonly (keyof TemplateTexts)[];

/** The names of the fields that say something, and differ between languages. */
export const TEXT_NAMES: readonly string[] = TEXTS;

/**
 * The template in the language of its reader: the variant that lookup finds (RFC 4647, section 3.4), else the
 * template itself. `locale` is a canonical BCP 47 tag.
 */
export function variantFor<T extends Localised>(content: T, locale: string | undefined): Variant<T> {
  const { locales } = content;
  if (locales === undefined) return { content, locale: undefined };
  const found = locale === undefined ? undefined : lookUp(Object.keys(locales), locale);
  const texts = found === undefined ? undefined : locales[found];
  if (found === undefined || texts === undefined) return { content, locale: DEFAULT };
  const said = withTexts(content, texts);
  const language = content.channel === 'call' ? (said.language ?? spokenIn(found)) : said.language;
  return { content: { ...said, ...(language && { language }) }, locale: found };
}

/** A language as providers of calls name it: with a region, which is the likely one where the tag has none. */
function spokenIn(tag: string): string {
  const { language, region } = new Intl.Locale(tag).maximize();
  return region === undefined ? language : `${language}-${region}`;
}

/** A variant takes none of the texts of the default: they are in another language. */
const withTexts = <T extends Localised>(content: T, texts: TemplateTexts): T => ({
  ...(Object.fromEntries(
    Object.entries(content).filter(([name]) => name !== 'locales' && !TEXT_NAMES.includes(name)),
  ) as T),
  ...texts,
});

/**
 * First among the tags with a script or region, also by those that the language alone implies: of `zh` and
 * `zh-Hant` a reader of `zh-TW` gets the latter.
 */
function lookUp(tags: readonly string[], locale: string): string | undefined {
  const narrower = tags.filter((tag) => tag.includes('-'));
  const likely = new Intl.Locale(locale).maximize().baseName;
  return lookup(narrower, [locale, likely]) ?? lookup([...tags], locale);
}

const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

/** What is wrong with a variant's tag; undefined: nothing. */
function tagFault(tag: string): string | undefined {
  const canonical = canonicalTag(tag);
  if (canonical === undefined) return 'is no language tag by BCP 47, such as de or pt-BR';
  if (canonical !== tag) return `must be written as ${canonical}`;
  if (new Intl.Locale(tag).baseName !== tag) return 'must have no extensions: language, script and region';
  return names.of(tag) === undefined ? 'is no language that is known' : undefined;
}

const MAX_TAG = 64;

/** A BCP 47 tag in its canonical form, also where it is written with `_`; undefined: it is none. */
export function canonicalTag(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_TAG) return undefined;
  try {
    return Intl.getCanonicalLocales(value.replaceAll('_', '-'))[0];
  } catch {
    return undefined; // an invalid tag counts as not given
  }
}

/** The faults of the tags, and those that `faultsOf` finds in each variant. */
export const variantFaults = (
  content: TemplateContent,
  faultsOf: (variant: TemplateContent) => readonly Fault[],
): Fault[] =>
  Object.entries(content.locales ?? {}).flatMap(([tag, texts]) => {
    const fault = tagFault(tag);
    const own = faultsOf(withTexts(content, texts)).map(({ path, message }) => ({
      path: `${variantPath(tag)}${path}`,
      message,
    }));
    return [...(fault === undefined ? [] : [{ path: variantPath(tag), message: fault }]), ...own];
  });

/** Where a variant stands in its template. */
export const variantPath = (tag: string): string => `/locales/${tag}`;
