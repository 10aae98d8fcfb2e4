import { ack, type Delivery } from '@herald/broker';
import { ConflictError } from '@herald/store';
import { expect, test } from 'vitest';
import { dueContract } from './due.ts';
import { handlerOf } from './handler.ts';

class BusyError extends Error {}

const body = { workspace: 'acme', id: 'e-1', version: 1 };
const deliver = (given: unknown, error?: Error) => {
  const handle = handlerOf(dueContract, async () => {
    if (error !== undefined) throw error;
    return ack;
  }, [BusyError]);
  return handle({ body: given } as Delivery);
};

test('what is handled has the verdict of its handler', async () => {
  expect(await deliver(body)).toBe(ack);
});

test('a body that breaks the contract is dropped, and the fault is named', async () => {
  expect(await deliver({})).toMatchObject({ kind: 'drop', reason: expect.stringContaining('workspace') });
});

test.each([new ConflictError('it kept changing'), new BusyError('busy')])(
  '%s is tried again later',
  async (error) => {
    expect(await deliver(body, error)).toEqual({ kind: 'retry', reason: error.message });
  },
);

test('any other error is thrown on', async () => {
  await expect(deliver(body, new Error('a fault'))).rejects.toThrow('a fault');
});
