import type { Static, TObject, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { expectation } from './expectation.ts';
import { fromText } from './text-values.ts';

/** The configuration has faults. `message` lists all of them, a line each, and never shows a secret. */
export class ConfigError extends Error {
  readonly code = 'config';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n` +
        faults.map((fault) => `  ${fault}`).join('\n'),
    );
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/**
 * Reads the settings that `schema` declares from `env`. Text becomes numbers, booleans and ms. An empty
 * variable counts as not set; a setting that is not set has its default. The result is frozen. Throws a
 * `ConfigError` that names every fault.
 */
export function loadConfig<S extends TObject>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Static<S>> {
  const faults: string[] = [];
  const config: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(schema.properties)) {
    const text = env[name]?.trim() ?? '';
    if (text === '') {
      if ('default' in setting) config[name] = setting.default;
      else if (isRequired(schema, name)) faults.push(`${name} is not set; expected ${expectation(setting)}`);
      continue;
    }
    const value = fromText(setting, text);
    if (Value.Check(setting, value) && faultOf(setting, value) === undefined) config[name] = value;
    else
      faults.push(
        `${name} is ${shown(setting, text)}; expected ${expectation(setting)}${because(setting, value)}`,
      );
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(Value.Parse(schema, config));
}

export const isRequired = (schema: TObject, name: string): boolean =>
  schema.required?.includes(name) ?? false;

const isSecret = (setting: TSchema): boolean => 'secret' in setting && setting.secret === true;

/** What the setting's own check finds wrong with a value of the right type. */
function faultOf(setting: TSchema, value: unknown): string | undefined {
  const { fault } = setting as { fault?: (value: unknown) => string | undefined };
  return typeof value === 'string' ? fault?.(value) : undefined;
}

const because = (setting: TSchema, value: unknown): string => {
  const why = faultOf(setting, value);
  return why === undefined ? '' : ` (${why})`;
};

const MAX_SHOWN = 60;

/** A URL may hold a password, so that part is hidden in every value. */
function shown(setting: TSchema, text: string): string {
  if (isSecret(setting)) return 'not right (its value is not shown)';
  const safe = text.replace(/:\/\/[^\s/]*@/g, '://…@');
  return JSON.stringify(safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)}…` : safe);
}
