import {
  MongoBulkWriteError,
  MongoInvalidArgumentError,
  MongoNetworkError,
  MongoServerError,
  MongoServerSelectionError,
  MongoWriteConcernError,
} from 'mongodb';
import { expect, test } from 'vitest';
import { unavailability } from '../unavailable.ts';
import { storeError } from './store-error.ts';

const answered = (code: number | undefined, more: object = {}) =>
  new MongoServerError({ message: 'about ada@mail.example', ...(code !== undefined && { code }), ...more });

const bulk = (writeErrors: readonly { code: number }[], concern?: number) =>
  new MongoBulkWriteError(
    { message: 'bulk', code: writeErrors[0]?.code ?? 64, writeErrors: writeErrors as never },
    { getWriteConcernError: () => (concern === undefined ? undefined : { code: concern }) } as never,
  );

test.each([
  ['a server that is shutting down', answered(91), 'certain'],
  ['a conflict of two writes', answered(112), 'certain'],
  ['a time limit', answered(50), 'certain'],
  ['a full disk', answered(14031), 'certain'],
  [
    'whatever the server calls worth a retry',
    answered(999, { errorLabels: ['RetryableWriteError'] }),
    'certain',
  ],
  [
    'a transaction that may be run again',
    answered(999, { errorLabels: ['TransientTransactionError'] }),
    'certain',
  ],
  ['a connection that broke', new MongoNetworkError('connection closed'), 'certain'],
  ['no server in time', new MongoServerSelectionError('ECONNREFUSED', {} as never), 'certain'],
  [
    'a write that no majority has',
    new MongoWriteConcernError({ ok: 1, writeConcernError: { code: 64, errmsg: 'waiting' } } as never),
    'certain',
  ],
  ['a duplicate in a batch that no majority has', bulk([{ code: 11000 }], 64), 'certain'],
  ['a batch of which one write met a shutdown', bulk([{ code: 11000 }, { code: 11600 }]), 'certain'],
  ['an internal error', answered(1), 'doubtful'],
  ['an error without a code', answered(undefined), 'doubtful'],
  ['a duplicate', answered(11000), undefined],
  ['duplicates in a batch', bulk([{ code: 11000 }]), undefined],
  ['a document that is not valid', answered(121), undefined],
  ['a document that is too large', answered(10334), undefined],
  ['credentials that are refused', answered(18), undefined],
  ['a call with a wrong argument', new MongoInvalidArgumentError('no'), undefined],
])('%s', (_what, error, expected) => {
  expect(unavailability(storeError(error))).toBe(expected);
});

test('what the server quotes is left out', () => {
  for (const code of [1, 91, 11000]) {
    const error = storeError(answered(code));
    expect(String(error)).not.toContain('ada');
    expect(JSON.stringify(error)).not.toContain('ada');
  }
});
