import { colours } from '../report/colours.ts';

/** A line that messaging logs about one message. */
interface MessageLogged {
  readonly messageId: string;
  readonly channel: string;
  readonly template: string;
  readonly outcome: string;
  readonly provider?: string;
  readonly reason?: string;
  /** Set where an attempt has failed. */
  readonly attempts?: number;
  readonly until?: string;
  readonly count?: number;
}

/**
 * `✉ email welcome → sent via smtp (message …)`, or why it does not leave, in one line. Undefined: the line
 * is about no message.
 */
export function messageLine(line: string): string | undefined {
  const logged = read(line);
  if (logged === undefined) return undefined;
  const { messageId, channel, template, outcome, provider, reason, until, count, attempts } = logged;
  const via = provider === undefined ? '' : ` via ${provider}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  const id = colours.dim(`(message ${messageId})`);
  const what = `${channel} ${template}`;
  if (outcome === 'sent') return `${colours.green('✉')} ${what} → sent${via} ${id}\n`;
  if (outcome !== 'scheduled') return `${colours.red('✗')} ${what} ${outcome}${via}${why} ${id}\n`;
  const more = count === undefined ? '' : `, and ${count - 1} others like it in the last minutes`;
  const next = until === undefined ? '' : `; next at ${until}`;
  return (
    `${colours.yellow('…')} ${what} ` +
    `${attempts === undefined ? 'waits' : 'not sent yet'}${via}${why}${next}${more} ${id}\n`
  );
}

function read(line: string): MessageLogged | undefined {
  try {
    const { messageId, channel, template, outcome, ...more } = JSON.parse(line) as Partial<MessageLogged>;
    if (messageId === undefined || channel === undefined) return undefined;
    return template === undefined || outcome === undefined
      ? undefined
      : { messageId, channel, template, outcome, ...more };
  } catch {
    return undefined; // Not a line of the log: it is shown as it is.
  }
}
