import { Worker } from 'node:worker_threads';
import type { ThreadAnswer, ThreadMessage, ThreadRequest } from './thread-protocol.ts';

/** `overrun`: it took too long. `memory`: it needed too much. `crash`: the thread ended otherwise. */
export type ThreadOutcome = ThreadAnswer | { readonly kind: 'overrun' | 'memory' | 'crash' };

/** A thread that does one request at a time. When a request ends it, a fresh one replaces it. */
export interface RenderThread {
  /** Only when the request before has been answered. Rejects when no thread can be started. */
  run(request: ThreadRequest): Promise<ThreadOutcome>;
  close(): Promise<void>;
}

export interface RenderThreadOptions {
  /**
   * ms of processor time that a request may take. It may take more wall time on a busy machine.
   */
  readonly timeLimit: number;
}

/** A running thread and the ms of processor time it had used at its last message. */
interface Running {
  readonly worker: Worker;
  used: number;
}

/** MB. */
const MEMORY = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };
/** How many times the limit may pass in wall time, whatever the processor time. */
const PATIENCE = 20;

export function createRenderThread({ timeLimit }: RenderThreadOptions): RenderThread {
  let current: Promise<Running> | undefined;

  const start = (): Promise<Running> => {
    const started = startThread(() => {
      if (current === started) current = undefined;
    });
    return started;
  };

  return {
    async run(request) {
      current ??= start();
      const running = await current;
      const outcome = await ask(running, request, timeLimit);
      if (endsThread(outcome)) await running.worker.terminate();
      return outcome;
    },
    async close() {
      const running = await current?.catch(() => undefined);
      await running?.worker.terminate();
    },
  };
}

export const endsThread = ({ kind }: ThreadOutcome): boolean =>
  kind === 'overrun' || kind === 'memory' || kind === 'crash';

function startThread(gone: () => void): Promise<Running> {
  return new Promise((resolve, reject) => {
    // An empty environment and no flags: no secret and no preload reaches the thread.
    const worker = new Worker(new URL('./thread.ts', import.meta.url), {
      name: 'templates',
      env: {},
      argv: [],
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: MEMORY,
    });
    worker.once('message', ({ used }: ThreadMessage) => resolve({ worker, used }));
    // Stays: an error without a listener would end the process.
    worker.on('error', reject);
    worker.once('exit', () => {
      gone();
      reject(new Error('the rendering thread ended before it was ready'));
    });
  });
}

function ask(running: Running, request: ThreadRequest, timeLimit: number): Promise<ThreadOutcome> {
  const { worker } = running;
  const started = performance.now();
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (outcome: ThreadOutcome): void => {
      clearTimeout(timer);
      timer = undefined;
      worker.off('message', answered).off('error', failed).off('exit', exited);
      resolve(outcome);
    };
    const answered = ({ answer, used }: ThreadMessage): void => {
      running.used = used;
      if (answer !== undefined) settle(answer);
    };
    const failed = (error: Error & { code?: string }): void =>
      settle({ kind: error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'crash' });
    const exited = (): void => settle({ kind: 'crash' });
    const look = async (): Promise<void> => {
      const { user, system } = await worker.cpuUsage();
      if (timer === undefined) return;
      const left = timeLimit - ((user + system) / 1_000 - running.used);
      if (left <= 0 || performance.now() - started > PATIENCE * timeLimit) settle({ kind: 'overrun' });
      else watch(Math.max(left, timeLimit / 10));
    };
    const watch = (ms: number): void => {
      // A thread that is gone has no processor time; its exit settles the request.
      timer = setTimeout(() => look().catch(() => {}), ms);
    };
    worker.on('message', answered).on('error', failed).on('exit', exited);
    watch(timeLimit);
    worker.postMessage(request);
  });
}
