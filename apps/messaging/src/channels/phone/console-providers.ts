import type { Spoken } from '@herald/domain';
import type { Provider } from '../../providers/provider.ts';
import type { OutgoingCall } from '../call/message.ts';
import type { OutgoingSms } from '../sms/message.ts';

export interface PhoneConsoleOptions {
  /**
   * Where messages are written instead of being sent; They show people's data, so this is not the log.
   * Default: standard output.
   */
  readonly write?: (text: string) => void;
}

/** Shows each text message and call instead of sending it: for trying things out. */
export function createPhoneConsole({ write = toStdout }: PhoneConsoleOptions = {}): {
  sms: Provider<OutgoingSms>;
  call: Provider<OutgoingCall>;
} {
  const show = (head: readonly string[], body: string): void =>
    write(`\n${head.join('\n')}\n\n${body}\n${'─'.repeat(78)}\n`);
  const common = { name: 'console', sender: OWN, timeout: 1_000, connections: 1, async close() {} };
  return {
    sms: {
      ...common,
      channel: 'sms',
      async send({ messageId, from = OWN, to, text }) {
        show([`Text from: ${from}`, `To: ${to}`, `Message: ${messageId}`], text);
        return { kind: 'sent' };
      },
    },
    call: {
      ...common,
      channel: 'call',
      async send({ messageId, from = OWN, to, script, menu }) {
        const keys = menu.map(({ key, say }) => `Key ${key}: ${say}`);
        show(
          [`Call from: ${from}`, `To: ${to}`, `Message: ${messageId}`],
          [...script.map(spoken), ...keys].join('\n'),
        );
        return { kind: 'sent' };
      },
    },
  };
}

const OWN = '(the provider’s own)';

const spoken = (part: Spoken): string => ('pause' in part ? `(${part.pause} s of silence)` : part.say);

const toStdout = (text: string): void => void process.stdout.write(text);
