import { prettyFactory } from 'pino-pretty';
import { colours } from '../report/colours.ts';
import { messageLine } from './message-line.ts';

/**
 * Makes a line of Herald's output readable: the outcome of a message, the gist of any other line of the log,
 * other output as it is.
 */
export function createLogView(): (line: string) => string {
  const format = prettyFactory({
    colorize: colours.isColorSupported,
    ignore: 'pid,hostname,service',
    singleLine: true,
  });
  return (line) => (line.startsWith('{') ? (messageLine(line) ?? format(line)) : `${line}\n`);
}
