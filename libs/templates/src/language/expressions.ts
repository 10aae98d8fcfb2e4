import type {
  AnyNode,
  BinaryExpression,
  CallExpression,
  Literal,
  MemberExpression,
  ObjectExpression,
  UnaryExpression,
} from 'acorn';
import { type Place, TemplateFault } from './fault.ts';
import { HELPER_ARITY, isHelper } from './helper-names.ts';
import { dateFault } from './literal-dates.ts';
import { DATA_NAMES, isForbiddenKey } from './names.ts';
import type { Scope } from './scope.ts';

export interface Expressions {
  /**
   * JavaScript that evaluates the node by way of the runtime `$`. Throws `TemplateFault` for what is not
   * allowed.
   */
  value(node: AnyNode): string;
  /** The number under which the runtime finds the node's place and text. */
  site(node: AnyNode): number;
  /** Whether it is `it.body`. */
  isBody(node: AnyNode): boolean;
}

export interface ExpressionsDeps {
  readonly scope: Scope;
  readonly layout: boolean;
  readonly site: (path: string, at: Place) => number;
  readonly placeOf: (node: AnyNode) => Place;
  /** The author's text of a node. */
  readonly textOf: (node: AnyNode) => string;
  /** Called with each path into the data, such as `it.prospect.traits.name`, and each of its beginnings. */
  readonly uses: (path: string) => void;
}

const ARITHMETIC: ReadonlySet<string> = new Set(['-', '*', '/', '%', '**']);
const COMPARISON: ReadonlySet<string> = new Set(['<', '>', '<=', '>=']);
const EQUALITY: ReadonlySet<string> = new Set(['==', '!=', '===', '!==']);
/** Deep enough for any text; far from the end of the parser's stack. */
const MAX_DEPTH = 100;
const PATH_LENGTH = 80;
const LONG_INTEGER = /^[1-9]\d{15,39}$/;

/** Prints expressions: a `switch` over the allowed forms. All others are refused. */
export function createExpressions(deps: ExpressionsDeps): Expressions {
  const { scope } = deps;
  const refuse = (what: string, node: AnyNode): TemplateFault => new TemplateFault(what, deps.placeOf(node));
  let depth = 0;

  const value = (node: AnyNode): string => {
    depth += 1;
    if (depth > MAX_DEPTH) throw refuse('too deeply nested', node);
    const code = print(node);
    depth -= 1;
    return code;
  };

  const print = (node: AnyNode): string => {
    switch (node.type) {
      case 'ParenthesizedExpression':
        return value(node.expression);
      case 'ChainExpression':
        return value(node.expression);
      case 'Literal':
        return literal(node);
      case 'TemplateLiteral': {
        const texts = node.quasis.map((part) => text(part.value.cooked ?? '')).join(',');
        return `$.join([${texts}],[${used(node.expressions)}])`;
      }
      case 'Identifier':
        return name(node.name, node);
      case 'MemberExpression':
        return member(node);
      case 'CallExpression':
        return call(node);
      case 'UnaryExpression':
        return unary(node);
      case 'BinaryExpression':
        return binary(node);
      case 'LogicalExpression':
        return `(${value(node.left)}${node.operator}${value(node.right)})`;
      case 'ConditionalExpression':
        return `(${value(node.test)}?${value(node.consequent)}:${value(node.alternate)})`;
      case 'ArrayExpression':
        return `[${node.elements.map((item) => (item === null ? 'undefined' : value(item))).join(',')}]`;
      case 'ObjectExpression':
        return options(node);
      default:
        throw refuse(`${sayExpression(node)} is not allowed`, node);
    }
  };

  const literal = (node: Literal): string => {
    if (node.regex !== undefined) throw refuse('a regular expression is not allowed', node);
    switch (typeof node.value) {
      case 'string':
        return text(node.value);
      case 'number':
        if (!Number.isFinite(node.value)) throw refuse('the number is too large', node);
        // Every digit counts: it is compared with integers that have kept theirs.
        if (Math.abs(node.value) > Number.MAX_SAFE_INTEGER && LONG_INTEGER.test(node.raw ?? ''))
          return `${node.raw}n`;
        return `${node.value}`;
      case 'boolean':
        return `${node.value}`;
      default:
        if (node.value === null && node.bigint === undefined) return 'null';
        throw refuse('this kind of literal is not allowed', node);
    }
  };

  const name = (id: string, node: AnyNode): string => {
    if (id === 'it') return '$.it';
    if (id === 'undefined') return 'undefined';
    if (scope.has(id)) return `v_${id}`;
    if (isHelper(id)) throw refuse(`${id} is a helper: write ${id}(…)`, node);
    throw refuse(`${id} is not known: data is in it, as in it.prospect`, node);
  };

  const member = (node: MemberExpression): string => {
    const key = keyOf(node);
    if (typeof key === 'string' && isForbiddenKey(key)) throw refuse(`.${key} is not allowed`, node.property);
    if (isIt(node.object) && !isDataName(key))
      throw refuse(`it.${key} is not known: there is it.${DATA_NAMES.join(', it.')}`, node.property);
    const owner = value(node.object);
    // After the owner was printed, which bounds how deep this goes.
    const path = dataPathOf(node);
    if (path !== undefined) deps.uses(path);
    return `$.get(${owner},${typeof key === 'string' ? text(key) : key})`;
  };

  /** Undefined for what does not begin with `it`. */
  const dataPathOf = (node: AnyNode): string | undefined => {
    if (isIt(node)) return 'it';
    if (node.type !== 'MemberExpression') return undefined;
    const owner = dataPathOf(node.object);
    return owner === undefined ? undefined : `${owner}.${keyOf(node)}`;
  };

  const isDataName = (key: string | number): boolean =>
    DATA_NAMES.some((known) => known === key) || (deps.layout && key === 'body');

  const keyOf = ({ property, computed }: MemberExpression): string | number => {
    if (!computed && property.type === 'Identifier') return property.name;
    if (computed && property.type === 'Literal') {
      if (typeof property.value === 'string') return property.value;
      if (typeof property.value === 'number' && Number.isSafeInteger(property.value)) return property.value;
    }
    throw refuse('in […] only a number or a text in quotes is allowed', property);
  };

  const call = (node: CallExpression): string => {
    const { callee } = node;
    if (callee.type !== 'Identifier' || !isHelper(callee.name) || node.optional)
      throw refuse('only the listed helpers can be called, by their bare name', callee);
    const [least, most] = HELPER_ARITY[callee.name];
    if (node.arguments.length < least || node.arguments.length > most)
      throw refuse(`${callee.name}(…) takes ${least === most ? least : `${least} to ${most}`} values`, node);
    const wrong = callee.name === 'date' ? dateFault(node) : undefined;
    if (wrong !== undefined) throw refuse(wrong[1], wrong[0]);
    return `$.call(${text(callee.name)},[${used(node.arguments)}],${site(node)})`;
  };

  const unary = (node: UnaryExpression): string => {
    if (node.operator === '!') return `(!${value(node.argument)})`;
    if (node.operator === '-' || node.operator === '+')
      return `$.arithmetic('*',[${used([node.argument])},[${node.operator}1,0]])`;
    throw refuse(`${node.operator} is not allowed`, node);
  };

  const binary = (node: BinaryExpression): string => {
    const { operator, left, right } = node;
    if (left.type === 'PrivateIdentifier') throw refuse('this is not allowed', left);
    if (operator === '+') return `$.add([${used([left, right])}])`;
    if (ARITHMETIC.has(operator)) return `$.arithmetic(${text(operator)},[${used([left, right])}])`;
    if (COMPARISON.has(operator))
      return `$.compare(${text(operator)},${value(left)},${value(right)},${site(node)})`;
    if (EQUALITY.has(operator)) return `$.equal(${text(operator)},${value(left)},${value(right)})`;
    throw refuse(`${operator} is not allowed`, node);
  };

  /** Values that must be there, each with its site: `[value, site], …`. */
  const used = (nodes: readonly AnyNode[]): string =>
    nodes.map((node) => `[${value(node)},${site(node)}]`).join(',');

  const options = (node: ObjectExpression): string => {
    const fields = node.properties.map((property) => {
      if (property.type !== 'Property' || property.kind !== 'init' || property.method || property.computed)
        throw refuse('only plain fields are allowed here', property);
      const { key } = property;
      const field = key.type === 'Identifier' ? key.name : key.type === 'Literal' ? `${key.value}` : '__';
      if (isForbiddenKey(field)) throw refuse(`${field} is not allowed`, key);
      return `${text(field)}:${value(property.value)}`;
    });
    return `{__proto__:null,${fields.join(',')}}`;
  };

  const site = (node: AnyNode): number => deps.site(pathOf(deps.textOf(node)), deps.placeOf(node));

  const isBody = (node: AnyNode): boolean =>
    node.type === 'MemberExpression' && isIt(node.object) && keyOf(node) === 'body';

  return { value, site, isBody };
}

const isIt = (node: AnyNode): boolean => node.type === 'Identifier' && node.name === 'it';

const pathOf = (source: string): string => {
  const path = source.replace(/\s+/g, ' ').replace(/^it\??\./, '');
  return path.length > PATH_LENGTH ? `${path.slice(0, PATH_LENGTH)}…` : path;
};

/** A string literal. JSON's escapes are JavaScript's. */
const text = (value: string): string => JSON.stringify(value);

const sayExpression = (node: AnyNode): string =>
  ({
    FunctionExpression: 'a function',
    ArrowFunctionExpression: 'a function',
    ClassExpression: 'a class',
    AssignmentExpression: 'assigning',
    UpdateExpression: 'assigning',
    SequenceExpression: 'a comma',
    NewExpression: 'new',
    ThisExpression: 'this',
    Super: 'super',
    ImportExpression: 'import()',
    MetaProperty: 'import.meta',
    AwaitExpression: 'await',
    YieldExpression: 'yield',
    SpreadElement: '…spread',
    TaggedTemplateExpression: 'a tagged text',
  })[node.type as string] ?? 'this';
