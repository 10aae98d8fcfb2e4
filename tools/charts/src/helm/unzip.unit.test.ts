import { crc32, deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { unzip } from './unzip.ts';

function zipOf(files: Readonly<Record<string, { text: string; packed: boolean }>>): Buffer {
  const [parts, list]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, { text, packed }] of Object.entries(files)) {
    const content = packed ? deflateRawSync(text) : Buffer.from(text);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(packed ? 8 : 0, 4);
    fields.writeUInt32LE(crc32(text), 10);
    fields.writeUInt32LE(content.length, 14);
    fields.writeUInt32LE(text.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), content]);
    const entry = Buffer.concat([
      Buffer.from('PK\x01\x02'),
      Buffer.alloc(2),
      fields,
      Buffer.alloc(14),
      Buffer.from(name),
    ]);
    entry.writeUInt32LE(at, 42);
    parts.push(local);
    list.push(entry);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(list.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...list, end]);
}

const archive = zipOf({
  'a.txt': { text: 'as it is', packed: false },
  'helm/helm': { text: 'packed '.repeat(100), packed: true },
});

test('a packed and an unpacked file come out as they went in', () => {
  expect(unzip(archive, 'helm/helm').toString()).toBe('packed '.repeat(100));
  expect(unzip(archive, 'a.txt').toString()).toBe('as it is');
});

test('a missing file, or bytes that are not an archive, is an error', () => {
  expect(() => unzip(archive, 'kubectl')).toThrow('has no kubectl');
  expect(() => unzip(Buffer.from('tar, perhaps, but certainly no zip'), 'a.txt')).toThrow('no zip archive');
});
