import { drop, type Handler, retry, type Verdict } from '@herald/broker';
import { ConflictError } from '@herald/store';
import { type Contract, ContractError } from './wire.ts';

type ErrorClass = abstract new (...args: never[]) => Error;

/**
 * The handler of a queue whose bodies follow one contract. `handle` gets the body and gives the verdict. A
 * body that breaks the contract is dropped. A conflict of writes, or an error of a class in `retryOn`, is
 * tried again later. Any other error is thrown on.
 */
export function handlerOf<T>(
  contract: Contract<T>,
  handle: (body: T) => Promise<Verdict>,
  retryOn: readonly ErrorClass[] = [],
): Handler {
  const isPassing = (error: unknown): error is Error =>
    error instanceof ConflictError || retryOn.some((kind) => error instanceof kind);

  return async ({ body }) => {
    try {
      return await handle(contract.parse(body));
    } catch (error) {
      if (error instanceof ContractError) return drop(error.message);
      if (isPassing(error)) return retry(error.message);
      throw error;
    }
  };
}
