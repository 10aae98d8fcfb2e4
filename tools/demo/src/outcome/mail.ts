import type { Mail } from '@herald/harness';

/** The header by which a mail says which message it is. */
const MESSAGE_HEADER = 'x-herald-message-id';

/** The id of the message that a mail is, or undefined when it does not say. */
export function messageIdOf({ parsed }: Mail): string | undefined {
  const value = parsed.headers.get(MESSAGE_HEADER);
  return typeof value === 'string' ? value : undefined;
}

/** The headers that matter to who gets a mail, as they came, long ones cut to `width`. */
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
