const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const decoded = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hexadecimal, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hexadecimal !== undefined) return String.fromCodePoint(Number.parseInt(hexadecimal, 16));
    return ENTITIES[name] ?? whole;
  });

/** What is heard of a script, in order: words, and silences as `(2 s)`. */
export const heardIn = (twiml: string): string[] =>
  [...twiml.matchAll(/<Say\b[^>]*>([^<]*)<\/Say>|<Pause\b[^>]*?length="(\d+)"[^>]*\/?>/g)].map(
    ([, words, pause]) => (words === undefined ? `(${pause} s)` : decoded(words)),
  );

/** The URL that gets a key that is pressed. Undefined: no key is asked for. */
export function keyUrlOf(twiml: string): string | undefined {
  const gather = /<Gather\b[^>]*>/.exec(twiml)?.[0];
  const action = gather === undefined ? undefined : /\baction="([^"]*)"/.exec(gather)?.[1];
  return action === undefined ? undefined : decoded(action);
}
