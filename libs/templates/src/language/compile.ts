import { Eta } from 'eta/core';
import { TemplateFault } from './fault.ts';
import { type Dialect, generate, type Site } from './generate.ts';
import type { Locality } from './helpers.ts';
import { createRuntime } from './runtime.ts';
import type { EtaPiece } from './tags.ts';

interface RenderInput {
  /** What the template sees as `it`: plain values only. */
  readonly data: unknown;
  readonly locality: Locality;
  /** Characters of output, at most. */
  readonly limit: number;
  /** What a partial renders with this input; undefined: there is no such partial. */
  readonly partial?: (name: string) => string | undefined;
}

export interface CompiledTemplate {
  /** Renders, or throws `TemplateFault`. */
  (input: RenderInput): string;
  /** The partials it takes in. */
  readonly partials: readonly string[];
  /** The paths into the data that it names, with their beginnings. */
  readonly variables: readonly string[];
}

/**
 * Compiles a template, or throws `TemplateFault`. Eta reads the tags and makes the function. Between the two,
 * the code is checked and printed anew, so nothing unchecked is ever compiled, wherever the template comes
 * from.
 */
export function compileTemplate(source: string, dialect: Dialect): CompiledTemplate {
  let sites: readonly Site[] = [];
  let partials: readonly string[] = [];
  let variables: readonly string[] = [];
  const processAST = (pieces: EtaPiece[]): EtaPiece[] => {
    const generated = generate(source, pieces, dialect);
    sites = generated.sites;
    partials = generated.partials;
    variables = generated.variables;
    return [{ t: 'e', val: generated.code }];
  };
  const eta = new Eta({ varName: '$', autoTrim: false, plugins: [{ processAST }] });
  const run = guarded(() => eta.compile(source));
  const render = ({ data, locality, limit, partial }: RenderInput): string => {
    const { runtime, output } = createRuntime({
      data,
      sites,
      locality,
      limit,
      partial,
      escape: eta.config.escapeFunction,
    });
    guarded(() => run.call(eta, runtime));
    return output();
  };
  return Object.assign(render, { partials, variables });
}

/** Eta reports an unclosed tag or text by an error of its own; too deep nesting overflows the stack. */
function guarded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TemplateFault) throw error;
    if (error instanceof RangeError) throw new TemplateFault('too deeply nested, or too long');
    if (!(error instanceof Error) || error.name !== 'EtaParser Error') throw error;
    const [what = '', line, column] = /^(.*?) at line (\d+) col (\d+)/.exec(error.message)?.slice(1) ?? [];
    throw new TemplateFault(what || 'syntax', line ? { line: +line, column: Number(column) } : undefined);
  }
}
