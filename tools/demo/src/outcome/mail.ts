import type { Mail } from '@herald/harness';

/** The header with the id of the message. */
const MESSAGE_HEADER = 'x-herald-message-id';

/** The id of the message that a mail is. Undefined: the mail has none. */
export function messageIdOf({ parsed }: Mail): string | undefined {
  const value = parsed.headers.get(MESSAGE_HEADER);
  return typeof value === 'string' ? value : undefined;
}

/** The headers that matter to the recipient, as they came, cut to `width`. */
export function headersOf({ parsed }: Mail, width: number): string[] {
  const shown = [
    'from',
    'to',
    'subject',
    'date',
    'message-id',
    MESSAGE_HEADER,
    'list-unsubscribe',
    'list-unsubscribe-post',
  ];
  return shown.flatMap((name) =>
    parsed.headerLines
      .filter(({ key }) => key === name)
      .map(({ line }) => {
        const text = line.replace(/\r?\n\s+/g, ' ');
        return text.length > width ? `${text.slice(0, width - 1)}…` : text;
      }),
  );
}
