import { compile } from 'html-to-text';
import { formatTable } from './text-table.ts';

/** Bounds for HTML from anybody. */
const LIMITS = { maxInputLength: 1_000_000, maxDepth: 100, maxChildNodes: 20_000 };
/** Characters of a line. */
const WIDTH = 78;
/** What an author hides from readers, such as a preheader. */
const HIDDEN = [
  '[hidden]',
  ...[
    'display:none',
    'display: none',
    'visibility:hidden',
    'visibility: hidden',
    'mso-hide:all',
    'mso-hide: all',
  ].map((style) => `[style*="${style}" i]`),
];

const toText = compile({
  wordwrap: WIDTH,
  limits: LIMITS,
  formatters: {
    textTable: formatTable,
    alt: (element, _walk, builder) => builder.addInline(element.attribs?.alt?.trim() ?? ''),
  },
  selectors: [
    { selector: 'img', format: 'alt' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false } },
    { selector: 'table', format: 'textTable' },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({
      selector,
      options: { uppercase: false, leadingLineBreaks: 2 },
    })),
    // A mail has no window with a title; without <body> it would be read as text.
    { selector: 'title', format: 'skip' },
    ...HIDDEN.map((selector) => ({ selector, format: 'skip' })),
  ],
});

/**
 * The plain text beside HTML, for authors who wrote none. Links stand in brackets after their text,
 * pictures are their `alt`, tables of data keep their rows and columns, and what is hidden is left out.
 */
export const plainText = (html: string): string =>
  toText(html)
    .replaceAll('\u00a0', ' ')
    // Soft hyphens and marks that fill a line unseen.
    .replace(/(?:\u00ad|\u034f|[\u200b-\u200d]|\u2060|\ufeff)+(?=\s|$)/g, '')
    .replace(/[ \t]+$/gm, '')
    .replace(/\n{4,}/g, '\n\n\n')
    .replace(/^\n+/, '')
    .trimEnd();
