import { BrokerError, type OutMessage } from '@herald/broker';
import type { Change } from '@herald/contracts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createAnnouncer } from './announcer.ts';

const change = (version: number, id = 'a'): Change => ({ kind: 'template', workspace: 'w', id, version });

/** A broker that refuses as many publishes as it is given errors. */
function trial(...errors: Error[]) {
  const announced: string[] = [];
  const failures: unknown[] = [];
  const publish = async (messages: readonly OutMessage[]): Promise<void> => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    announced.push(...messages.map(({ id }) => id));
  };
  const announcer = createAnnouncer({ publish }, (error) => failures.push(error));
  return { announced, failures, announcer };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a change that the broker does not take resolves all the same, and is announced until it is taken', async () => {
  const { announced, failures, announcer } = trial(new Error('away'), new Error('still away'));
  await announcer.announce(change(1));
  expect(announced).toEqual([]);
  await vi.runAllTimersAsync();
  expect(announced).toEqual(['template:w:a:1']);
  expect(failures).toHaveLength(2);
});

test('of several changes of one definition the newest is announced, and each definition is', async () => {
  const away = new Error('away');
  const { announced, announcer } = trial(away, away, away);
  await announcer.announce(change(1));
  await announcer.announce(change(2));
  await announcer.announce(change(1, 'b'));
  await vi.runAllTimersAsync();
  expect(announced).toEqual(['template:w:a:2', 'template:w:b:1']);
});

test('once the broker is closed it is not tried again', async () => {
  const { announced, announcer } = trial(new BrokerError('closed', 'The broker is closed'));
  await announcer.announce(change(1));
  await vi.runAllTimersAsync();
  expect(announced).toEqual([]);
});
