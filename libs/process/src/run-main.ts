import { ConfigError } from '@herald/config';
import { ApiKeyFileError } from '@herald/http';
import { scrub } from '@herald/log';

/**
 * Runs a process's `main`. An error before there is a log goes to stderr, and the process exits with
 * `exitCode` of it, by default 1: faults of the configuration as they are, any other error with its stack.
 */
export function runMain(main: () => Promise<unknown>, exitCode: (error: unknown) => number = () => 1): void {
  main().catch((error: unknown) => {
    process.stderr.write(`${describe(error)}\n`);
    process.exit(exitCode(error));
  });
}

function describe(error: unknown): string {
  if (error instanceof ConfigError || error instanceof ApiKeyFileError) return error.message;
  return scrub(error instanceof Error ? (error.stack ?? error.message) : String(error));
}
