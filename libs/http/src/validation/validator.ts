import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Settings } from 'typebox/system';
import { Problem } from '../problem/problem.ts';
import { coerce } from './coerce.ts';
import { explain } from './explain.ts';

const PARTS: Readonly<Record<string, { code: string; name: string }>> = {
  body: { code: 'invalid_body', name: 'body' },
  querystring: { code: 'invalid_query', name: 'query string' },
  params: { code: 'invalid_params', name: 'path' },
  headers: { code: 'invalid_headers', name: 'headers' },
};

/**
 * How many errors the validator collects before it stops; unions cause several each. Bounded, because a body
 * of 1 MiB can hold half a million.
 */
const MAX_FAILURES = 200;

/**
 * TypeBox's own validator for every part of a request, so that one engine checks contracts, configuration and
 * requests. Bodies are checked as they are; query strings and paths are converted to their types first. A
 * mismatch is a 400 that names each fault.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<TSchema> {
  // The bound applies to the whole process; contracts use the first error only.
  Settings.Set({ maxErrors: MAX_FAILURES });
  return ({ schema, httpPart = 'body' }) => {
    const validator = Compile(schema);
    const part = PARTS[httpPart] ?? { code: 'invalid_request', name: httpPart };
    const isText = httpPart !== 'body';
    return (given: unknown) => {
      const value = isText ? coerce(schema, given) : given;
      if (validator.Check(value)) return { value };
      const failures = validator.Errors(value);
      const errors =
        !isText && (value === undefined || value === null)
          ? [{ path: '', message: 'is required' }]
          : explain(failures);
      const detail = detailOf(part.name, errors.length, failures.length >= MAX_FAILURES);
      return { error: new Problem(400, part.code, detail, { errors }) };
    };
  };
}

const detailOf = (part: string, count: number, isCut: boolean): string =>
  count === 1 && !isCut
    ? `The ${part} has a mistake.`
    : `The ${part} has ${isCut ? 'at least ' : ''}${count.toLocaleString('en-US')} mistakes.`;
