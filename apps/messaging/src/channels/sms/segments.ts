/**
 * The GSM 7-bit default alphabet (3GPP TS 23.038, section 6.2.1), and its extension, whose characters take
 * two places.
 */
const GSM_BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ ' +
  '!"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const GSM_EXTENSION = '^{}\\[~]|€\f';

const BASIC: ReadonlySet<string> = new Set(GSM_BASIC);
const EXTENSION: ReadonlySet<string> = new Set(GSM_EXTENSION);

export interface Segments {
  readonly encoding: 'GSM-7' | 'UCS-2';
  /** How many messages a phone company counts and bills. */
  readonly segments: number;
}

/** In places of the encoding: in a single message, and in each of several, which carry a header. */
const ROOM = { 'GSM-7': { one: 160, several: 153 }, 'UCS-2': { one: 70, several: 67 } } as const;

/**
 * In how many parts a text message travels. One character outside of the GSM alphabet makes all of it UCS-2.
 */
export function segmentsOf(text: string): Segments {
  const isGsm = [...text].every((character) => BASIC.has(character) || EXTENSION.has(character));
  const encoding = isGsm ? 'GSM-7' : 'UCS-2';
  const widths = [...text].map((character) =>
    isGsm ? (EXTENSION.has(character) ? 2 : 1) : character.length,
  );
  const { one, several } = ROOM[encoding];
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total <= one) return { encoding, segments: 1 };
  // A character of two places is not cut in two, so a part can end with a place that is left empty.
  let segments = 1;
  let used = 0;
  for (const width of widths) {
    if (used + width > several) {
      segments += 1;
      used = 0;
    }
    used += width;
  }
  return { encoding, segments };
}
