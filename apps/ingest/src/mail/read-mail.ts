import PostalMime from 'postal-mime';

/** A mail as far as reports need it. Every text in it is somebody else's. */
export interface ReadMail {
  /** Values by lower-case name, in the order of the mail. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** What people read; of HTML alone, its text. */
  readonly text: string;
  readonly parts: readonly Part[];
}

interface Part {
  /** `message/delivery-status`, lower case. */
  readonly type: string;
  readonly text: string;
}

/** bytes that are read of a mail: a report's own words come before the copy of the mail that it is about. */
export const READ = 256 * 1024;
/** Lines that are read: each costs the parser some microseconds. A report has a few hundred. */
const MAX_LINES = 5_000;
/** Deeper mails are refused: reports have two or three levels. */
const MAX_DEPTH = 20;
const MAX_HEADERS = 64 * 1024;
/** Parts that are looked at. */
const MAX_PARTS = 50;

/** The mail; undefined for one that cannot be read as a mail. Reads its beginning; never throws. */
export async function readMail(raw: Buffer): Promise<ReadMail | undefined> {
  try {
    const mail = await PostalMime.parse(firstLines(raw.subarray(0, READ)), {
      forceRfc822Attachments: true,
      attachmentEncoding: 'utf8',
      maxNestingDepth: MAX_DEPTH,
      maxHeadersSize: MAX_HEADERS,
    });
    const headers = Map.groupBy(mail.headers, ({ key }) => key);
    return {
      headers: new Map([...headers].map(([key, lines]) => [key, lines.map(({ value }) => value)])),
      text: mail.text ?? (mail.html ?? '').replace(/<[^>]{0,500}>/g, ' '),
      parts: mail.attachments
        .slice(0, MAX_PARTS)
        .map(({ mimeType, content }) => ({ type: mimeType, text: String(content) })),
    };
  } catch {
    return undefined; // nested too deeply, or with too long a header
  }
}

function firstLines(raw: Buffer): Buffer {
  let end = 0;
  for (let line = 0; line < MAX_LINES; line += 1) {
    const next = raw.indexOf(0x0a, end);
    if (next < 0) return raw;
    end = next + 1;
  }
  return raw.subarray(0, end);
}

/** The first value of a header; empty if there is none. */
export const headerOf = ({ headers }: ReadMail, name: string): string => headers.get(name)?.[0] ?? '';

export const partOf = ({ parts }: ReadMail, ...types: readonly string[]): string | undefined =>
  parts.find(({ type }) => types.includes(type))?.text;
