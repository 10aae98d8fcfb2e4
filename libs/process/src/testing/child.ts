import { type ChildProcess, spawn } from 'node:child_process';
import { processEnvironment } from '@herald/harness/process-environment';
import { onTestFinished } from 'vitest';

type Line = Record<string, unknown>;

/** A process under test, observed by what it logs. */
export interface Child {
  readonly process: ChildProcess;
  /** Resolves with the first log line whose message is `msg`; rejects when the process ends without it. */
  said(msg: string): Promise<Line>;
  /** Every log line so far. */
  lines(): Line[];
  /** All of stdout and stderr so far. */
  output(): string;
  /** Resolves with the exit code once the process is gone and all its output is here. */
  readonly exited: Promise<number | null>;
}

/**
 * Runs a TypeScript file in a Node process with no other settings in its environment than `env`, and kills it
 * when the test ends.
 */
export function spawnChild(file: string, env: Record<string, string>): Child {
  const child = spawn(process.execPath, [file], {
    env: { ...processEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let ended = false;
  const listeners = new Set<() => void>();
  const notify = (): void => {
    for (const listener of listeners) listener();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk.toString();
      notify();
    });
  }
  const exited = new Promise<number | null>((resolve) => {
    child.on('close', (code) => {
      ended = true;
      notify();
      resolve(code);
    });
  });
  const lines = (): Line[] =>
    output
      .slice(0, output.lastIndexOf('\n') + 1)
      .split('\n')
      .flatMap((line): Line[] => (line.startsWith('{') ? [JSON.parse(line)] : []));

  return {
    process: child,
    lines,
    output: () => output,
    exited,
    said(msg) {
      const { promise, resolve, reject } = Promise.withResolvers<Line>();
      const look = (): void => {
        const line = lines().find((each) => each.msg === msg);
        if (line !== undefined) resolve(line);
        else if (ended) reject(new Error(`ended without saying "${msg}":\n${output}`));
        else return;
        listeners.delete(look);
      };
      listeners.add(look);
      look();
      return promise;
    },
  };
}
