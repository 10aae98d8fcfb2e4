import type { ProviderOutcome } from '@herald/domain';
import type { OutgoingEmail } from '../channels/email/message.ts';
import type { Provider } from '../providers/provider.ts';

export interface FakeProvider extends Provider<OutgoingEmail> {
  /** Every call, in order, whatever became of it. */
  readonly sent: OutgoingEmail[];
}

/** Answers what `answer` says of each call, counted from 1; nothing said: it takes the message. */
export function fakeProvider(
  answer: (turn: number, message: OutgoingEmail) => ProviderOutcome | Promise<ProviderOutcome> = () => ({
    kind: 'sent',
  }),
  timeout = 500,
): FakeProvider {
  const sent: OutgoingEmail[] = [];
  return {
    channel: 'email',
    name: 'fake',
    timeout,
    connections: 32,
    sent,
    async send(message) {
      sent.push(message);
      return answer(sent.length, message);
    },
    async close() {},
  };
}
