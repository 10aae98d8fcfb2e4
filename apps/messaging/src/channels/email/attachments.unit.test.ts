import { TemplateError } from '@herald/templates';
import { describe, expect, test } from 'vitest';
import {
  attachmentFaults,
  FileLaterError,
  outgoingFiles,
  type PlannedFile,
  safeFilename,
} from './attachments.ts';

test.each([
  ['Rechnung März 2027.pdf', 'Rechnung März 2027.pdf'],
  ['../../etc/passwd', '_.._etc_passwd'],
  ['C:\\temp\\a.pdf', 'C_temp_a.pdf'],
  ['a.pdf\r\nBcc: eve@evil.example', 'a.pdf_Bcc_ eve@evil.example'],
  ['invoice\u202efdp.exe', 'invoice_fdp.exe'],
  ['"quoted";name=x.pdf', '_quoted_;name=x.pdf'],
  [' .. ', ''],
  [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(116)}.pdf`],
])('the name %j becomes %j', (name, safe) => {
  expect(safeFilename(name)).toBe(safe);
});

test.each<[string, object, string[]]>([
  ['neither', {}, ['/attachments/0 must have either url or content']],
  [
    'both',
    { url: 'https://a.example', content: 'YQ==', contentType: 'a/b' },
    ['/attachments/0 must have either url or content'],
  ],
  [
    'content that is no base64',
    { content: 'a b', contentType: 'a/b' },
    ['/attachments/0/content must be base64, without line breaks'],
  ],
  ['content without a type', { content: 'YQ==' }, ['/attachments/0/contentType must be given with content']],
  [
    'a rule for content',
    { content: 'YQ==', contentType: 'a/b', ifMissing: 'fail' },
    ['/attachments/0/ifMissing is for files with a url'],
  ],
  ['a picture that is used', { content: 'YQ==', contentType: 'image/png', cid: 'logo' }, []],
  [
    'no picture of the name',
    { url: 'https://a.example', cid: 'other' },
    ['/html shows cid:logo, which no attachment has'],
  ],
])('a file with %s', (_what, file, faults) => {
  const html = _what.includes('picture') ? '<img src="cid:logo">' : '<p>x</p>';
  const content = { channel: 'email' as const, html, attachments: [{ filename: 'a', ...file }] };
  expect(attachmentFaults(content).map(({ path, message }) => `${path} ${message}`)).toEqual(faults);
});

describe('a file at a URL', () => {
  const url = 'https://files.example/a.pdf';
  const plan = (given: Partial<PlannedFile> = {}): PlannedFile => ({
    filename: 'a.pdf',
    url,
    ifMissing: 'fail',
    ...given,
  });
  const failed = (isTemporary: boolean) =>
    new Map([[url, { failure: 'its server answered 503', isTemporary }]]);
  const files = (given: Partial<PlannedFile>, isTemporary: boolean, attempts = 0) =>
    outgoingFiles([plan(given)], failed(isTemporary), attempts);

  test('goes along as it was fetched, and its size and hash are recorded, not its bytes', () => {
    const fetched = new Map([[url, { content: Buffer.from('abc'), contentType: 'application/pdf' }]]);
    expect(outgoingFiles([plan({ cid: 'x' })], fetched, 0)).toEqual({
      files: [{ filename: 'a.pdf', contentType: 'application/pdf', cid: 'x', content: Buffer.from('abc') }],
      facts: [
        {
          ...{ filename: 'a.pdf', size: 3 },
          sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        },
      ],
    });
  });

  test('that cannot be had fails the mail or is left out, by the rule; what may pass is waited for', () => {
    expect(() => files({}, false)).toThrow(TemplateError);
    expect(() => files({}, true, 99)).toThrow(FileLaterError);
    const without = { files: [], facts: [{ filename: 'a.pdf', missing: 'its server answered 503' }] };
    expect(files({ ifMissing: 'sendWithout' }, false)).toEqual(without);
    expect(() => files({ ifMissing: 'sendWithout' }, true, 2)).toThrow(FileLaterError);
    expect(files({ ifMissing: 'sendWithout' }, true, 3)).toEqual(without);
  });
});
