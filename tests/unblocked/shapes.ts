/** A body that costs much to read, check or explain, as large as it may be. */
export interface Shape {
  readonly name: string;
  readonly type: string;
  readonly make: (bytes: number) => string;
}

const JSON_TYPE = 'application/json';
const YAML_TYPE = 'application/yaml';
const FORM_TYPE = 'application/x-www-form-urlencoded';

const repeat = (text: string, bytes: number): string =>
  text.repeat(Math.max(0, Math.floor(bytes / text.length)));

/** `make(0)make(1)…`, up to `bytes` long. */
function counted(make: (index: number) => string, bytes: number): string {
  const parts: string[] = [];
  for (let length = 0, index = 0; length < bytes - 24; index += 1) {
    const part = make(index);
    parts.push(part);
    length += part.length;
  }
  return parts.join('');
}

const LARGE = '12345678901234567890';
const list = (item: string) => (bytes: number) => `[${repeat(`${item},`, bytes - item.length - 2)}${item}]`;
const keys = (bytes: number) => `{${counted((n) => `"k${n}":1,`, bytes)}"z":1}`;
const longText = (unit: string) => (bytes: number) => `{"id":"${repeat(unit, bytes - 16)}"}`;

export const SHAPES: readonly Shape[] = [
  { name: 'many names', type: JSON_TYPE, make: keys },
  { name: 'a list of objects with unknown names', type: JSON_TYPE, make: list('{"a":1}') },
  {
    name: 'objects of as many names as are taken',
    type: JSON_TYPE,
    make: (bytes) => list(keys(120_000))(bytes),
  },
  {
    name: 'a large number among many small ones',
    type: JSON_TYPE,
    make: (bytes) => `[${LARGE},${list('1')(bytes).slice(1)}`,
  },
  { name: 'nested lists', type: JSON_TYPE, make: (bytes) => '['.repeat(bytes / 2) + ']'.repeat(bytes / 2) },
  { name: 'nested objects', type: JSON_TYPE, make: (bytes) => repeat('{"a":', bytes) },
  { name: 'a long text', type: JSON_TYPE, make: longText('x') },
  { name: 'escapes', type: JSON_TYPE, make: longText('\\u00e9\\"') },
  { name: 'half surrogates', type: JSON_TYPE, make: longText('\\ud800') },
  { name: 'a long name', type: JSON_TYPE, make: (bytes) => `{"${'k'.repeat(bytes - 8)}":1}` },
  { name: 'digits', type: JSON_TYPE, make: (bytes) => `{"id":${'1'.repeat(bytes - 8)}}` },
  { name: 'large numbers', type: JSON_TYPE, make: list(LARGE) },
  { name: 'one name many times', type: JSON_TYPE, make: (bytes) => `{${repeat('"a":1,', bytes - 16)}"a":1}` },
  { name: 'white space', type: JSON_TYPE, make: (bytes) => ' '.repeat(bytes) },
  { name: 'garbage', type: JSON_TYPE, make: (bytes) => repeat('"\\"', bytes) },
  { name: 'many fields of a form', type: FORM_TYPE, make: (bytes) => counted((n) => `k${n}=1&`, bytes) },
  { name: 'escapes of a form', type: FORM_TYPE, make: (bytes) => `payload=${repeat('%7B%22a', bytes - 8)}` },
  {
    name: 'parts',
    type: 'multipart/form-data; boundary=x',
    make: (bytes) => repeat('--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n', bytes),
  },
  { name: 'YAML names', type: YAML_TYPE, make: (bytes) => counted((n) => `k${n}: 1\n`, bytes) },
  { name: 'YAML aliases', type: YAML_TYPE, make: (bytes) => `- &a 1\n${repeat('- *a\n', bytes - 16)}` },
  { name: 'YAML nested', type: YAML_TYPE, make: (bytes) => repeat('- ', bytes) },
  { name: 'YAML errors', type: YAML_TYPE, make: (bytes) => repeat('"a" "b"\n', bytes) },
  { name: 'YAML brackets', type: YAML_TYPE, make: (bytes) => repeat('}\n', bytes) },
  { name: 'YAML documents', type: YAML_TYPE, make: (bytes) => repeat('---\n', bytes) },
  { name: 'YAML comments', type: YAML_TYPE, make: (bytes) => repeat('# c\n', bytes) },
  { name: 'YAML line breaks', type: YAML_TYPE, make: (bytes) => repeat('\n', bytes) },
  {
    name: 'a campaign of long conditions',
    type: YAML_TYPE,
    make: (bytes) =>
      campaign(bytes, (n) => `event.data.f${n} == ${n}${' || event.data.a.b.c.d > 1'.repeat(60)}`),
  },
  {
    name: 'a campaign of many conditions',
    type: YAML_TYPE,
    make: (bytes) => campaign(bytes, (n) => `event.data.f${n}`),
  },
  {
    name: 'a campaign of wrong conditions',
    type: YAML_TYPE,
    make: (bytes) => campaign(bytes, (n) => `x${n} +`),
  },
];

const campaign = (bytes: number, condition: (index: number) => string): string =>
  `id: x\nenter: { on: trial.started }\nsteps:\n  - id: pick\n    choose:\n${counted(
    (n) => `      - { when: '${condition(n)}', steps: [] }\n`,
    bytes - 128,
  )}`;

/** The contents of the longest text of a template. */
export const TEMPLATES: readonly Pick<Shape, 'name' | 'make'>[] = [
  { name: 'tags', make: (bytes) => repeat('<%= it.a %>', bytes) },
  { name: 'open tags', make: (bytes) => repeat('<% ', bytes) },
  { name: 'nested code', make: (bytes) => `<%= ${'('.repeat(bytes / 2)} %>` },
  { name: 'a long expression', make: (bytes) => `<%= 1${repeat(' + 1', bytes - 16)} %>` },
  { name: 'elements', make: (bytes) => repeat('<a href="', bytes) },
  { name: 'nested elements', make: (bytes) => repeat('<div>', bytes) },
  { name: 'entities', make: (bytes) => repeat('&amp', bytes) },
  { name: 'quotes', make: (bytes) => repeat('"\'<', bytes) },
];

const made = new Map<string, Uint8Array>();
/** The bytes of a shape. They are made once for all routes. */
export function bytesOf({ name, make }: Shape, bytes: number): Uint8Array {
  const key = `${name} ${bytes}`;
  const body = made.get(key) ?? Buffer.from(make(bytes));
  made.set(key, body);
  return body;
}
