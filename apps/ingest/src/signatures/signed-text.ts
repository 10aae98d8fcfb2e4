import type { RawRequest } from './raw-request.ts';

/** What a signature covers: pieces of text, and the parts of the request between them. */
export type SignedText = readonly SignedPart[];

interface SignedPart {
  /** Undefined for text. */
  readonly name?: (typeof PARTS)[number] | 'header';
  /** The text, or the name of the header. */
  readonly text: string;
}

const PARTS = ['method', 'url', 'decodedUrl', 'path', 'query', 'timestamp', 'body'] as const;
const HEADER = 'header:';
const BRACES = /\{([^{}]*)\}/;

/** Reads a template such as `v0:{timestamp}:{body}`. The fault names an unknown part. */
export function readSignedText(template: string): { signed: SignedText } | { fault: string } {
  const signed: SignedPart[] = [];
  // Odd places hold what was in braces.
  for (const [place, text] of template.split(BRACES).entries()) {
    if (place % 2 === 0) {
      if (text !== '') signed.push({ text });
      continue;
    }
    const known = PARTS.find((part) => part === text);
    if (known !== undefined) signed.push({ name: known, text });
    else if (text.startsWith(HEADER) && text.length > HEADER.length)
      signed.push({ name: 'header', text: text.slice(HEADER.length).toLowerCase() });
    else return { fault: `has {${text}}; known are {${PARTS.join('}, {')}} and {header:NAME}` };
  }
  return { signed };
}

export const holds = (signed: SignedText, part: SignedPart['name']): boolean =>
  signed.some(({ name }) => name === part);

/** The signed bytes; undefined if the request lacks a part, or if a part could be read in two ways. */
export function signedBytes(
  signed: SignedText,
  request: RawRequest,
  timestamp: string | undefined,
): Buffer | undefined {
  const bytes: Buffer[] = [];
  for (const [place, part] of signed.entries()) {
    const value = textOf(part, request, timestamp);
    if (value === undefined) return undefined;
    // `a.b` + `.` + `c` is also `a` + `.` + `b.c`: a header's value must not contain the text that ends it.
    const end = signed[place + 1];
    if (part.name === 'header' && end?.name === undefined && end !== undefined && value.includes(end.text))
      return undefined;
    bytes.push(typeof value === 'string' ? Buffer.from(value) : value);
  }
  return Buffer.concat(bytes);
}

function textOf(
  { name, text }: SignedPart,
  { body, headers, method, url }: RawRequest,
  timestamp: string | undefined,
): string | Buffer | undefined {
  switch (name) {
    case undefined:
      return text;
    case 'method':
      return method;
    case 'url':
      return url;
    case 'decodedUrl':
      return url.replace(DECODED, (code) => decodeURIComponent(code));
    case 'path':
      return pathOf(url).split('?', 1)[0];
    case 'query':
      return pathOf(url).split('?').slice(1).join('?');
    case 'timestamp':
      return timestamp;
    case 'body':
      return body;
    case 'header':
      return headers[text];
    default:
      return name satisfies never;
  }
}

/** One sender's documentation decodes these and no others: `: / ? @ ! $ ' ( ) * , ;`. */
const DECODED = /%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)/gi;

/** Everything from the slash after the host. */
const pathOf = (url: string): string => url.replace(/^[a-z]+:\/\/[^/?]*/, '');
