import { createHash } from 'node:crypto';
import type { AttachmentFact } from '@herald/domain';
import type { Fault } from '@herald/http';
import { type PlainSources, TemplateError } from '@herald/templates';
import { Type } from 'typebox';
import type { Content, TemplateContent } from '../channel.ts';
import type { OutgoingFile } from './outgoing-file.ts';

/** A file of a mail, as its template gives it for one message. */
export interface PlannedFile {
  readonly filename: string;
  /** What it must be; absent: whatever its server says. */
  readonly contentType?: string;
  /** The HTML shows it by `cid:`. */
  readonly cid?: string;
  /** Base64; absent: it is at `url`. */
  readonly content?: string;
  readonly url?: string;
  readonly ifMissing: 'fail' | 'sendWithout';
}

/** What became of fetching a file. `isTemporary`: trying again may help. */
export type FetchedFile =
  | { readonly content: Buffer; readonly contentType: string }
  | { readonly failure: string; readonly isTemporary: boolean };

/** A file cannot be had now; it may be had later. */
export class FileLaterError extends Error {
  override readonly name = 'FileLaterError';
}

const MAX_FILES = 10;
/** Characters of base64 in one template: templates are kept in memory. */
const MAX_INLINE = 262_144;
const OCTETS = 'application/octet-stream';
const MEDIA_TYPE = '^[a-z0-9][a-z0-9.+-]{0,60}/[a-z0-9][a-z0-9.+-]{0,60}$';

const File = Type.Object(
  {
    filename: Type.String({ minLength: 1, maxLength: 500, description: 'a template' }),
    url: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4_000,
        description: 'where it is: a template of an https link',
      }),
    ),
    content: Type.Optional(
      Type.String({ minLength: 1, maxLength: MAX_INLINE, description: 'the file itself, in base64' }),
    ),
    contentType: Type.Optional(
      Type.String({ pattern: MEDIA_TYPE, description: 'what it must be: application/pdf' }),
    ),
    cid: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9._-]{1,64}$',
        description: 'for a picture that the HTML shows by cid:',
      }),
    ),
    ifMissing: Type.Optional(
      Type.Enum(['fail', 'sendWithout'], {
        description: 'when the file at url cannot be had. Default: fail',
      }),
    ),
  },
  { additionalProperties: false },
);

export const attachmentFields = {
  attachments: Type.Optional(Type.Array(File, { minItems: 1, maxItems: MAX_FILES })),
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function attachmentFaults({ attachments = [], html = '', locales = {} }: TemplateContent): Fault[] {
  const faults: Fault[] = [];
  const cids = new Set<string>();
  for (const [index, { url, content, cid, contentType, ifMissing }] of attachments.entries()) {
    const fault = (field: string, message: string) =>
      faults.push({ path: `/attachments/${index}${field}`, message });
    if ((url === undefined) === (content === undefined)) fault('', 'must have either url or content');
    if (content !== undefined && !BASE64.test(content))
      fault('/content', 'must be base64, without line breaks');
    if (content !== undefined && contentType === undefined)
      fault('/contentType', 'must be given with content');
    if (content !== undefined && ifMissing !== undefined) fault('/ifMissing', 'is for files with a url');
    if (cid === undefined) continue;
    if (cids.has(cid)) fault('/cid', `${cid} is there twice`);
    cids.add(cid);
  }
  const inline = attachments.reduce((sum, { content = '' }) => sum + content.length, 0);
  if (inline > MAX_INLINE)
    faults.push({
      path: '/attachments',
      message: `content has more than ${MAX_INLINE} characters together; give larger files by url`,
    });
  const texts = [
    ['/html', html],
    ...Object.entries(locales).map(([tag, { html: own = '' }]) => [`/locales/${tag}/html`, own]),
  ];
  for (const [path = '', text = ''] of texts)
    for (const [, cid = ''] of text.matchAll(/["'(]cid:([A-Za-z0-9._-]{1,64})/g))
      if (!cids.has(cid)) faults.push({ path, message: `shows cid:${cid}, which no attachment has` });
  return faults;
}

export const attachmentSources = ({ attachments = [] }: TemplateContent): PlainSources =>
  Object.fromEntries(
    attachments.flatMap(({ filename, url }, index) => [
      [`attachments/${index}/filename`, { source: filename }] as const,
      ...(url === undefined ? [] : [[`attachments/${index}/url`, { source: url }] as const]),
    ]),
  );

/** The files of one message. Throws `TemplateError`. */
export const plannedFiles = (
  { attachments = [] }: TemplateContent,
  rendered: Readonly<Record<string, string>>,
): PlannedFile[] =>
  attachments.map(({ filename: _name, url: _url, ifMissing = 'fail', ...rest }, index) => {
    const at = `attachments/${index}`;
    const filename = safeFilename(rendered[`${at}/filename`] ?? '');
    if (filename === '') throw new TemplateError([{ part: `${at}/filename`, reason: 'it is empty' }]);
    const url = rendered[`${at}/url`]?.trim();
    return { ...rest, filename, ...(url !== undefined && { url }), ifMissing };
  });

const MAX_NAME = 120;
/** Control characters, marks that turn the order of letters around, and what systems keep for paths. */
const UNSAFE = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029/\\:*?"<>|]+/gu;

/** A name that is a name everywhere: no path, no header, no letters that run backwards. */
export function safeFilename(text: string): string {
  const name = text
    .normalize('NFC')
    .replace(UNSAFE, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  if (name.length <= MAX_NAME) return name;
  const extension = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? '';
  return `${name.slice(0, MAX_NAME - extension.length).toWellFormed()}${extension}`;
}

/** Attempts after which a mail leaves without a file that its template does not insist on. */
const PATIENCE = 3;

/** Whether a template has files that must be fetched. */
export const hasFilesToFetch = ({ attachments = [] }: Pick<TemplateContent, 'attachments'>): boolean =>
  attachments.some(({ url }) => url !== undefined);

/** The files of what a message says; only e-mail has any. */
export const filesIn = (content: Content): readonly PlannedFile[] =>
  (content as { readonly files?: readonly PlannedFile[] }).files ?? [];

/**
 * Throws `FileLaterError` where trying again may help, else `TemplateError` for a file that the template
 * insists on. `attempts`: so far.
 */
export function refuseMissing(
  planned: readonly PlannedFile[],
  fetched: ReadonlyMap<string, FetchedFile>,
  attempts: number,
): void {
  for (const [index, file] of planned.entries()) {
    const got = file.content === undefined ? fetchedOf(file, fetched) : undefined;
    if (got === undefined || !('failure' in got)) continue;
    const isNeeded = file.ifMissing === 'fail';
    const reason = `${file.filename}: ${got.failure}`;
    if (got.isTemporary && (isNeeded || attempts < PATIENCE)) throw new FileLaterError(reason);
    if (isNeeded) throw new TemplateError([{ part: `attachments/${index}`, reason }]);
  }
}

/** The files as they leave, and what is recorded of each. Throws as `refuseMissing` does. */
export function outgoingFiles(
  planned: readonly PlannedFile[],
  fetched: ReadonlyMap<string, FetchedFile>,
  attempts: number,
): { readonly files: readonly OutgoingFile[]; readonly facts: readonly AttachmentFact[] } {
  refuseMissing(planned, fetched, attempts);
  const files: OutgoingFile[] = [];
  const facts = planned.map((file): AttachmentFact => {
    const { filename, cid } = file;
    const got =
      file.content === undefined
        ? fetchedOf(file, fetched)
        : { content: Buffer.from(file.content, 'base64'), contentType: OCTETS };
    if ('failure' in got) return { filename, missing: got.failure };
    const { content } = got;
    const contentType = file.contentType ?? got.contentType;
    files.push({ filename, contentType, ...(cid !== undefined && { cid }), content });
    const sha256 = createHash('sha256').update(content).digest('hex');
    return { filename, size: content.length, sha256 };
  });
  return { files, facts };
}

const fetchedOf = ({ url = '' }: PlannedFile, fetched: ReadonlyMap<string, FetchedFile>): FetchedFile =>
  fetched.get(url) ?? { failure: 'it is at another place by now', isTemporary: true };
