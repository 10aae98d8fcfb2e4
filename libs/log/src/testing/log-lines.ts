import { createLog, type Log } from '../log.ts';

/** A log, and what it wrote: as text and as parsed lines. */
export function logLines(level = 'trace'): {
  log: Log;
  text: () => string;
  lines: () => Record<string, unknown>[];
} {
  let text = '';
  const destination = {
    write(line: string) {
      text += line;
    },
  };
  return {
    log: createLog({ service: 'test', level, destination }),
    text: () => text,
    lines: () =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
  };
}
