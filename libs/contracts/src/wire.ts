import type { OutMessage } from '@herald/broker';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** A body that does not match its contract: a poison envelope. `message` names the first place. */
export class ContractError extends Error {
  readonly code = 'contract';
}

/** One kind of body, and how it is checked when it comes in. */
export interface Contract<T> {
  /** The body as its type. Throws a `ContractError` with the first fault. */
  parse(body: unknown): T;
}

export function contract<S extends TSchema>(name: string, schema: S): Contract<Static<S>> {
  const validator = Compile(schema);
  return {
    parse(body) {
      if (validator.Check(body)) return body as Static<S>;
      const [fault] = validator.Errors(body);
      throw new ContractError(`${name}${fault?.instancePath ?? ''}: ${fault?.message ?? 'does not match'}`);
    },
  };
}

export type { OutMessage };
