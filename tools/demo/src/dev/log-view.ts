import { prettyFactory } from 'pino-pretty';
import { colours } from '../report/colours.ts';

/** Makes a line of Herald's output fit to read: its log in short, what else it writes as it is. */
export function createLogView(): (line: string) => string {
  const format = prettyFactory({
    colorize: colours.isColorSupported,
    ignore: 'pid,hostname,service',
    singleLine: true,
  });
  return (line) => (line.startsWith('{') ? format(line) : `${line}\n`);
}
