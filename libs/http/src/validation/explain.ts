import type { TLocalizedValidationError } from 'typebox/error';
import { pointer } from '../problem/pointer.ts';
import type { Fault } from '../problem/problem.ts';

type Failure = TLocalizedValidationError;

/** The validator's findings in words, one fault per place; at least one. */
export function explain(failures: readonly Failure[]): Fault[] {
  const faults = new Map<string, Fault>();
  for (const fault of settleUnions(failures).flatMap(faultsOf))
    faults.set(`${fault.path} ${fault.message}`, fault);
  return faults.size > 0 ? [...faults.values()] : [{ path: '', message: 'does not have the expected form' }];
}

/**
 * A value that matches no branch of a union fails in every branch. If only one branch is of the right kind,
 * its faults are the helpful ones; otherwise one fault names the whole union.
 */
function settleUnions(failures: readonly Failure[]): Failure[] {
  const union = outermostUnion(failures);
  if (union === undefined) return [...failures];
  const branches = new Map<string, Failure[]>();
  const others: Failure[] = [];
  for (const failure of failures) {
    if (failure === union) continue;
    const branch = branchOf(union, failure);
    if (branch === undefined) others.push(failure);
    else branches.set(branch, [...(branches.get(branch) ?? []), failure]);
  }
  const near = [...branches.values()].filter(
    (branch) => !branch.some((failure) => isOfAnotherKind(union, failure)),
  );
  const [only] = near;
  const settled =
    near.length === 1 && only !== undefined ? settleUnions(only) : [summary(union, [...branches.values()])];
  return [...settleUnions(others), ...settled];
}

const outermostUnion = (failures: readonly Failure[]): Failure | undefined =>
  failures
    .filter(({ keyword }) => keyword === 'anyOf')
    .reduce<Failure | undefined>(
      (outer, each) =>
        outer === undefined || each.schemaPath.length < outer.schemaPath.length ? each : outer,
      undefined,
    );

function branchOf(union: Failure, failure: Failure): string | undefined {
  const prefix = `${union.schemaPath}/anyOf/`;
  const within =
    failure.instancePath === union.instancePath || failure.instancePath.startsWith(`${union.instancePath}/`);
  if (!within || !failure.schemaPath.startsWith(prefix)) return undefined;
  return failure.schemaPath.slice(prefix.length).split('/', 1)[0];
}

/** The value has another type, or the field that distinguishes the branches has another value. */
function isOfAnotherKind(union: Failure, { keyword, instancePath }: Failure): boolean {
  const depth = instancePath.slice(union.instancePath.length).split('/').length - 1;
  return (depth === 0 && ['type', 'const', 'enum'].includes(keyword)) || (depth === 1 && keyword === 'const');
}

function summary(union: Failure, branches: readonly (readonly Failure[])[]): Failure {
  const own = branches.flatMap((branch) =>
    branch.filter(({ instancePath }) => instancePath === union.instancePath),
  );
  const wanted = own.flatMap((failure) => {
    if (failure.keyword === 'const') return [JSON.stringify(failure.params.allowedValue)];
    return failure.keyword === 'type' ? [article(String(failure.params.type))] : [];
  });
  if (wanted.length > 0) return { ...union, message: `must be ${either(wanted)}` };
  return discriminator(branches) ?? { ...union, message: 'matches none of the allowed forms' };
}

/** If each branch expects another word at the same place, that place is the fault. */
function discriminator(branches: readonly (readonly Failure[])[]): Failure | undefined {
  const tellers = branches.map((branch) => branch.find(({ keyword }) => keyword === 'const'));
  const [first] = tellers;
  if (first === undefined || !tellers.every((each) => each?.instancePath === first.instancePath))
    return undefined;
  const words = tellers.flatMap((each) =>
    each?.keyword === 'const' ? [JSON.stringify(each.params.allowedValue)] : [],
  );
  return {
    keyword: 'anyOf',
    schemaPath: first.schemaPath,
    instancePath: first.instancePath,
    params: {},
    message: `must be ${either(words)}`,
  };
}

function faultsOf({ keyword, instancePath, params, message }: Failure): Fault[] {
  const at = (what: string): Fault[] => [{ path: instancePath, message: what }];
  const given: Readonly<Record<string, unknown>> = params;
  switch (keyword) {
    case 'required':
      return listOf(given.requiredProperties).map((name) => ({
        path: pointer(instancePath, name),
        message: 'is required',
      }));
    case 'additionalProperties':
      return listOf(given.additionalProperties).map((name) => ({
        path: pointer(instancePath, name),
        message: UNKNOWN,
      }));
    case 'boolean':
      // A name that the schema does not have. The `additionalProperties` error that lists them all may be cut
      // off by the validator's bound.
      return at(UNKNOWN);
    case 'type':
      return at(`must be ${article(String(given.type))}`);
    case 'const':
      return at(`must be ${JSON.stringify(given.allowedValue)}`);
    case 'enum':
      return at(`must be ${either(listOf(given.allowedValues).map((value) => JSON.stringify(value)))}`);
    case 'format':
      return at(FORMATS[String(given.format)] ?? `must be a valid ${String(given.format)}`);
    case 'pattern':
      return at(`must match ${String(given.pattern)}`);
    case 'minLength':
      return at(given.limit === 1 ? 'must not be empty' : `must have at least ${given.limit} characters`);
    case 'maxLength':
      return at(`must have at most ${given.limit} characters`);
    case 'minItems':
      return at(given.limit === 1 ? 'must not be empty' : `must have at least ${given.limit} items`);
    case 'maxItems':
      return at(`must have at most ${given.limit} items`);
    case 'minimum':
      return at(`must be at least ${given.limit}`);
    case 'maximum':
      return at(`must be at most ${given.limit}`);
    default:
      return at(message);
  }
}

const UNKNOWN = 'is not known here';

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'must be a date and time with an offset, such as 2026-01-31T09:30:00Z',
  date: 'must be a date, such as 2026-01-31',
  email: 'must be an e-mail address',
  uri: 'must be an absolute URL',
  url: 'must be an absolute URL',
};

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

const article = (type: string): string =>
  type === 'null'
    ? 'null'
    : type === 'integer'
      ? 'a whole number'
      : /^[aeiou]/.test(type)
        ? `an ${type}`
        : `a ${type}`;

const either = (words: readonly string[]): string => {
  const all = [...new Set(words)];
  const last = all.pop() ?? '';
  return all.length === 0 ? last : `${all.join(', ')} or ${last}`;
};
