import type { Provider } from '../../providers/provider.ts';
import type { OutgoingEmail } from './message.ts';

export interface ConsoleOptions {
  /**
   * Where messages are written instead of being sent; They show people's data, so this is not the log.
   * Default: standard output.
   */
  readonly write?: (text: string) => void;
}

/** Shows each e-mail instead of sending it: for trying things out. */
export function createConsoleProvider({ write = toStdout }: ConsoleOptions = {}): Provider<OutgoingEmail> {
  return {
    channel: 'email',
    name: 'console',
    timeout: 1_000,
    connections: 1,
    async send({ messageId, from, to, copies, files = [], subject, text, unsubscribe }) {
      const head = [
        `From: ${from.name === undefined ? from.email : `${from.name} <${from.email}>`}`,
        `To: ${to}`,
        ...headerOf('Cc', copies?.cc),
        ...headerOf('Bcc', copies?.bcc),
        `Subject: ${subject}`,
        `X-Herald-Message-Id: ${messageId}`,
        ...files.map(
          ({ filename, contentType, content }) =>
            `Attachment: ${filename} (${contentType}, ${content.length} bytes)`,
        ),
        ...(unsubscribe === undefined ? [] : [`List-Unsubscribe: <${unsubscribe}>`]),
      ];
      write(`\n${head.join('\n')}\n\n${text}\n${'─'.repeat(78)}\n`);
      return { kind: 'sent' };
    },
    async close() {},
  };
}

const headerOf = (name: string, addresses: readonly string[] = []): readonly string[] =>
  addresses.length === 0 ? [] : [`${name}: ${addresses.join(', ')}`];

const toStdout = (text: string): void => void process.stdout.write(text);
