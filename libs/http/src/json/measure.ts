const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

export interface Measures {
  /** Names in all objects; repeated names count each time. */
  readonly names: number;
  /** Names in the object that has the most. */
  readonly most: number;
}

/**
 * Measures what makes a JSON text costly to read, apart from its length. One pass over the characters, before
 * anything is built. For text that is not JSON the numbers mean nothing.
 */
export function measure(text: string): Measures {
  const around: number[] = [];
  let here = 0;
  let names = 0;
  let most = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) at = closingQuote(text, at);
    else if (char === COLON) {
      // In valid JSON every colon outside a string follows a name.
      names += 1;
      here += 1;
      if (here > most) most = here;
    } else if (char === OPEN) {
      around.push(here);
      here = 0;
    } else if (char === CLOSE) here = around.pop() ?? 0;
  }
  return { names, most };
}

function closingQuote(text: string, opening: number): number {
  for (let at = opening + 1; at < text.length; at += 1) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) return at;
    if (char === BACKSLASH) at += 1;
  }
  return text.length;
}
