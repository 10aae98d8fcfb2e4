/** A piece of what a call says: words, or a silence in s. */
export type Spoken = { readonly say: string } | { readonly pause: number };

const PAUSE = /\[pause(?:\s+(\d{1,2})\s*s?)?\]/gi;
const LONGEST_PAUSE = 10;

/**
 * Text for a call, cut at its pauses: `[pause]` is one second of silence, `[pause 3s]` three, and none is
 * longer than ten. White space and characters without a sign (control characters, unassigned ones, half
 * surrogates) become one space: they make no sound, and XML does not take all of them.
 */
export function spokenParts(text: string): Spoken[] {
  const parts: Spoken[] = [];
  let from = 0;
  const say = (words: string): void => {
    const spoken = words.replace(/[\s\p{C}]+/gu, ' ').trim();
    if (spoken !== '') parts.push({ say: spoken });
  };
  for (const match of text.matchAll(PAUSE)) {
    say(text.slice(from, match.index));
    parts.push({ pause: Math.min(LONGEST_PAUSE, Math.max(1, Number(match[1] ?? 1))) });
    from = match.index + match[0].length;
  }
  say(text.slice(from));
  return parts;
}
