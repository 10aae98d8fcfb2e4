import { type AnyNode, parse } from 'acorn';
import { Eta } from 'eta/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TemplateFault } from './fault.ts';
import { generate } from './generate.ts';
import type { EtaPiece } from './tags.ts';

/** The code made of a template; undefined when it is refused. */
function codeOf(source: string, html: boolean, layout: boolean): string | undefined {
  let code: string | undefined;
  const processAST = (pieces: EtaPiece[]): EtaPiece[] => {
    code = generate(source, pieces, { html, layout }).code;
    return [];
  };
  try {
    new Eta({ plugins: [{ processAST }] }).parse(source);
  } catch (error) {
    if (!(error instanceof TemplateFault || (error instanceof Error && error.name === 'EtaParser Error')))
      throw error;
  }
  return code;
}

/**
 * All that generated code consists of. Members are of the runtime only, by a literal name; fields of data go
 * through `$.get`.
 */
const ALLOWED: ReadonlySet<string> = new Set([
  ...['Program', 'ExpressionStatement', 'BlockStatement', 'EmptyStatement', 'IfStatement', 'ForOfStatement'],
  ...[
    'VariableDeclaration',
    'VariableDeclarator',
    'CallExpression',
    'MemberExpression',
    'Identifier',
    'Literal',
  ],
  ...[
    'ArrayExpression',
    'ObjectExpression',
    'Property',
    'LogicalExpression',
    'ConditionalExpression',
    'UnaryExpression',
  ],
]);
const RUNTIME: ReadonlySet<string> = new Set([
  ...[
    'it',
    'raw',
    'plain',
    'html',
    'link',
    'get',
    'each',
    'join',
    'add',
    'arithmetic',
    'compare',
    'equal',
    'call',
  ],
]);

function offences(node: AnyNode, parent?: AnyNode, role?: string): string[] {
  const found: string[] = [];
  if (!ALLOWED.has(node.type)) found.push(node.type);
  if (node.type === 'Identifier') {
    const isMember = parent?.type === 'MemberExpression' && role === 'property';
    const isKey = parent?.type === 'Property' && role === 'key';
    const known = isMember
      ? RUNTIME.has(node.name)
      : node.name === '$' || node.name === 'undefined' || /^v_\w+$/.test(node.name);
    if (!known && !(isKey && node.name === '__proto__')) found.push(`name ${node.name}`);
  }
  if (
    node.type === 'MemberExpression' &&
    (node.computed || node.object.type !== 'Identifier' || node.object.name !== '$')
  )
    found.push('a member of something else');
  if (node.type === 'CallExpression' && node.callee.type !== 'MemberExpression')
    found.push('a call of something else');
  if (node.type === 'Property' && node.key.type === 'Identifier' && node.value.type !== 'Literal')
    found.push('a prototype');
  for (const [name, child] of Object.entries(node))
    for (const each of [child].flat())
      if (typeof each === 'object' && each !== null && typeof each.type === 'string')
        found.push(...offences(each, node, name));
  return found;
}

const PIECES = [
  ...[
    '<%',
    '<%=',
    '<%~',
    '%>',
    '-%>',
    '_%>',
    '<%-',
    '<%_',
    '\n',
    ' ',
    'text',
    '"',
    "'",
    '`',
    '\\',
    '${',
    '}',
    '{',
    '(',
    ')',
    '[',
    ']',
  ],
  ...[
    'it',
    '.prospect',
    '.event',
    '.body',
    '.x',
    '.constructor',
    '["x"]',
    '[0]',
    '?.',
    '??',
    '||',
    '&&',
    '!',
    '?',
    ':',
    '+',
    '-',
    '*',
    '=',
    '==',
    '<',
    ',',
  ],
  ...[
    'if (it.event) {',
    '} else {',
    'for (const x of it.x) {',
    'for (const x of []) {',
    'const y = ',
    'x',
    'y',
    ';',
    '1',
    '"s"',
    'null',
    'undefined',
  ],
  ...[
    'upper(',
    'date(',
    'join(',
    '{ zone: ',
    '=>',
    'function () {',
    '/*',
    '*/',
    '//',
    '<!--',
    'this',
    'new ',
    'process',
    '$',
    '__proto__',
    '\\u0063',
  ],
  ...[
    '<%= it.event %>',
    '<%= it.x ?? 1 %>',
    '<% if (it.event) { %>',
    '<% } %>',
    '<% for (const x of it.event.list) { %>',
    '<%= x.y %>',
    '<% const z = 1 %>',
  ],
];

test('whatever compiles calls the runtime and nothing else', () => {
  let compiled = 0;
  const soup = fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(soup, fc.boolean(), fc.boolean(), (source, html, layout) => {
      const code = codeOf(source, html, layout);
      if (code === undefined) return;
      if (source.includes('<%')) compiled += 1;
      expect(offences(parse(code, { ecmaVersion: 'latest', sourceType: 'script' }))).toEqual([]);
    }),
    { numRuns: 6_000 },
  );
  // Else the property says nothing.
  expect(compiled).toBeGreaterThan(100);
});

test('the property can fail', () => {
  const parsed = (code: string) => offences(parse(code, { ecmaVersion: 'latest' }));
  expect(parsed('$.raw($.get($.it,"x").constructor)')).toContain('a member of something else');
  expect(parsed('$.raw(process)')).toContain('name process');
  expect(parsed('x => 1')).toContain('ArrowFunctionExpression');
});
