import type {
  AnyNode,
  BlockStatement,
  ForOfStatement,
  IfStatement,
  Statement,
  VariableDeclaration,
} from 'acorn';
import { createExpressions, type Expressions } from './expressions.ts';
import { type Place, placesOf, TemplateFault } from './fault.ts';
import { afterMarkup, afterOutput, forbids, isLinkStart } from './markup.ts';
import { isLocalName } from './names.ts';
import { afterJson, either, isSame, START } from './position.ts';
import { parseOutput, parseProgram, type TemplateProgram } from './program.ts';
import { createScope, type Scope } from './scope.ts';
import { type EtaPiece, locate, type Piece, type TagPiece, textOf } from './tags.ts';

/** Where a value is used, for the message when it does not fit. `path` is how the author wrote it. */
export interface Site extends Place {
  readonly path: string;
}

export interface Generated {
  /** JavaScript whose only free name is `$`, the runtime. */
  readonly code: string;
  /** Places in the template, by the number that the code passes to the runtime. */
  readonly sites: readonly Site[];
  /** The partials it takes in, each once. */
  readonly partials: readonly string[];
  /** The paths into the data that it names, each once, with their beginnings. */
  readonly variables: readonly string[];
}

export interface Dialect {
  /** HTML: output is escaped, and checked for its place in an attribute. */
  readonly html: boolean;
  /** Whether it may take in partials. A partial may not, so none can take in itself. */
  readonly partials?: boolean;
  /** JSON: each output is one whole JSON value, quotes and all. */
  readonly json?: boolean;
  /** A layout may, and in its HTML must, insert `it.body` as it is. */
  readonly layout: boolean;
}

/**
 * Checks a template against the allowed forms and prints it anew. None of the author's code reaches the
 * result: every piece is printed here from the syntax tree, names get a prefix, and each operation on a value
 * goes through the runtime. Throws `TemplateFault`.
 */
export function generate(source: string, pieces: readonly EtaPiece[], dialect: Dialect): Generated {
  const place = placesOf(source);
  const located = locate(source, pieces);
  const program = parseProgram(located, place);
  const sites: Site[] = [];
  const site = (path: string, at: Place): number => sites.push({ path, ...at }) - 1;
  const writer = createWriter(program, place, site, dialect);
  const code = writer.statements(program.tree.body, createScope());
  writer.finish(located, place(source.length));
  return { code, sites, partials: writer.partials(), variables: writer.variables() };
}

function createWriter(
  program: TemplateProgram,
  place: (offset: number) => Place,
  site: (path: string, at: Place) => number,
  dialect: Dialect,
) {
  const written = new Set<Piece>();
  const partials = new Set<string>();
  const variables = new Set<string>();
  const uses = (path: string): void => void variables.add(path);
  let bodies = 0;
  /** The position of the next piece, whichever branch leads to it. */
  let position = START;

  const refuse = (what: string, node: AnyNode): TemplateFault =>
    new TemplateFault(what, program.placeOf(node.start));
  const inCode = (scope: Scope): Expressions =>
    createExpressions({
      scope,
      site,
      uses,
      layout: dialect.layout,
      placeOf: (node) => program.placeOf(node.start),
      textOf: (node) => program.code.slice(node.start, node.end),
    });

  const output = (tag: TagPiece, scope: Scope): string => {
    const expression = parseOutput(tag, place);
    const placeOf = (node: AnyNode): Place => place(tag.start + node.start);
    const expressions = createExpressions({
      scope,
      site,
      uses,
      layout: dialect.layout,
      placeOf,
      textOf: (node) => tag.code.slice(node.start, node.end),
    });
    if (tag.kind === 'raw') {
      const name = partialIn(expression);
      if (name !== undefined && dialect.partials === true) {
        outsideMarkup('a partial', tag);
        partials.add(name);
        return `$.partial(${JSON.stringify(name)},${expressions.site(expression)});`;
      }
      if (name !== undefined)
        throw new TemplateFault('a partial cannot be taken in here', placeOf(expression));
      if (!dialect.layout || !expressions.isBody(expression))
        throw new TemplateFault(RAW, placeOf(expression));
      outsideMarkup('it.body', tag);
      bodies += 1;
      return `$.raw(${expressions.value(expression)});`;
    }
    const value = `${expressions.value(expression)},${expressions.site(expression)}`;
    if (dialect.json === true) {
      if (position.mode !== 'text' || /["\w]/.test(position.name))
        throw new TemplateFault(
          'write no quotes around it: <%= %> is a whole JSON value; to add words to it, put them in the tag',
          place(tag.start),
        );
      return `$.json(${value});`;
    }
    if (!dialect.html) return `$.plain(${value});`;
    const forbidden = forbids(position);
    if (forbidden !== undefined) throw new TemplateFault(forbidden, place(tag.start));
    const printed = isLinkStart(position) ? `$.link(${value});` : `$.html(${value});`;
    position = afterOutput(position);
    return printed;
  };

  /** Output with markup of its own may not stand in a tag, a quote or a comment. */
  const outsideMarkup = (what: string, tag: TagPiece): void => {
    if (dialect.html && position.mode !== 'text' && position.mode !== 'raw')
      throw new TemplateFault(`${what} cannot stand within a tag of HTML`, place(tag.start));
  };

  const marker = (piece: Piece, scope: Scope): string => {
    written.add(piece);
    if (piece.kind !== 'text') return output(piece, scope);
    if (dialect.html) position = afterMarkup(position, textOf(piece));
    else if (dialect.json === true) position = afterJson(position, textOf(piece));
    return `$.raw('${piece.quoted}');`;
  };

  const block = (node: BlockStatement, scope: Scope): string =>
    `{${statements(node.body, createScope(scope))}}`;

  const body = (node: Statement, scope: Scope): string => {
    if (node.type !== 'BlockStatement') throw refuse('put it in braces: { … }', node);
    return block(node, scope);
  };

  const branches = (node: IfStatement, scope: Scope): string => {
    const { consequent, alternate } = node;
    const test = inCode(scope).value(node.test);
    const before = position;
    const head = `if(${test})${body(consequent, scope)}`;
    const after = position;
    position = before;
    let rest = '';
    if (alternate?.type === 'IfStatement') rest = `else ${branches(alternate, scope)}`;
    else if (alternate) rest = `else${body(alternate, scope)}`;
    position = either(after, position);
    return head + rest;
  };

  const loop = (node: ForOfStatement, scope: Scope): string => {
    const { left, right } = node;
    if (node.await || left.type !== 'VariableDeclaration')
      throw refuse('a loop is: for (const item of list) { … }', node);
    const expressions = inCode(scope);
    const list = `$.each(${expressions.value(right)},${expressions.site(right)})`;
    const inner = createScope(scope);
    const [declared] = left.declarations;
    const name = declare(left, declared?.id, inner);
    const before = position;
    const repeated = body(node.body, inner);
    if (!isSame(before, position))
      throw refuse('what a loop repeats must close the tags and quotes that it opens, and no others', node);
    position = either(before, position);
    return `for(const ${name} of ${list})${repeated}`;
  };

  const declare = (declaration: VariableDeclaration, id: AnyNode | undefined, scope: Scope): string => {
    if (declaration.kind !== 'const') throw refuse('only const is allowed', declaration);
    if (id?.type !== 'Identifier') throw refuse('taking values apart is not allowed', id ?? declaration);
    if (!isLocalName(id.name) || !scope.declare(id.name))
      throw refuse(`${id.name} is not free as a name`, id);
    return `v_${id.name}`;
  };

  const constants = (node: VariableDeclaration, scope: Scope): string =>
    node.declarations
      .map(({ id, init }) => {
        // The value is printed first: a name is not in scope in its own value.
        const value = init ? inCode(scope).value(init) : undefined;
        if (value === undefined) throw refuse('a const needs a value', id);
        return `const ${declare(node, id, scope)}=${value};`;
      })
      .join('');

  const statement = (node: Statement, scope: Scope): string => {
    const piece = node.type === 'ExpressionStatement' ? program.pieceAt(node.start) : undefined;
    if (piece !== undefined) return marker(piece, scope);
    switch (node.type) {
      case 'IfStatement':
        return branches(node, scope);
      case 'ForOfStatement':
        return loop(node, scope);
      case 'VariableDeclaration':
        return constants(node, scope);
      case 'BlockStatement':
        return block(node, scope);
      case 'EmptyStatement':
        return '';
      case 'ExpressionStatement':
        inCode(scope).value(node.expression);
        throw refuse('it has no effect; to print a value, use <%= %>', node);
      default:
        throw refuse(`${sayStatement(node.type)} is not allowed`, node);
    }
  };

  const statements = (nodes: readonly AnyNode[], scope: Scope): string =>
    nodes.map((node) => statement(node as Statement, scope)).join('\n');

  return {
    statements,
    partials: () => [...partials],
    variables: () => [...variables],
    /** Every text and output must have come out as a statement of its own. */
    finish(pieces: readonly Piece[], end: Place): void {
      const lost = pieces.findIndex((piece) => piece.kind !== 'code' && !written.has(piece));
      const before = pieces.slice(0, Math.max(lost, 0)).findLast((piece) => piece.kind === 'code');
      if (lost !== -1)
        throw new TemplateFault(
          'a tag ends in the middle of a statement',
          before?.kind === 'code' ? place(before.start) : undefined,
        );
      // What comes after, in a layout or where a partial is taken in, was checked as if nothing were open.
      if (dialect.html && position.mode !== 'text')
        throw new TemplateFault(
          'a tag, a quote or a comment of the HTML is open at the end: close it, and in the block that ' +
            'opens it',
          end,
        );
      if (dialect.layout && dialect.html && bodies === 0)
        throw new TemplateFault('a layout’s HTML needs <%~ it.body %> where the message goes');
    },
  };
}

const RAW = '<%~ %> is for <%~ it.body %> in a layout, and for <%~ partial("name") %>';

/** The name in `partial("name")`, written there as it is. */
function partialIn(node: AnyNode): string | undefined {
  if (node.type !== 'CallExpression' || node.optional) return undefined;
  const [name, ...more] = node.arguments;
  if (node.callee.type !== 'Identifier' || node.callee.name !== 'partial' || more.length > 0)
    return undefined;
  return name?.type === 'Literal' && typeof name.value === 'string' ? name.value : undefined;
}

const sayStatement = (type: string): string =>
  ({
    ForStatement: 'for (;;)',
    ForInStatement: 'for…in',
    WhileStatement: 'while',
    DoWhileStatement: 'do…while',
    FunctionDeclaration: 'a function',
    ClassDeclaration: 'a class',
    ReturnStatement: 'return',
    LabeledStatement: 'a label',
    ImportDeclaration: 'import',
  })[type] ?? type.replace(/(Statement|Declaration)$/, '').toLowerCase();
