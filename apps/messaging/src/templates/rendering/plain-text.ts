import { compile } from 'html-to-text';

/** Bounds for HTML that nobody has looked at. */
const LIMITS = { maxInputLength: 1_000_000, maxDepth: 100, maxChildNodes: 20_000 };

/** The plain text that goes beside HTML when an author wrote none: links in brackets after their text, no pictures. */
export const plainText: (html: string) => string = compile({
  wordwrap: 78,
  limits: LIMITS,
  selectors: [
    { selector: 'img', format: 'skip' },
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, ignoreHref: false } },
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
  ],
});
