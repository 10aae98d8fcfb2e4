import { parentPort } from 'node:worker_threads';
import { checkSources, PartError, renderMessage, renderPlain } from './render-message.ts';
import type { ThreadAnswer, ThreadMessage, ThreadRequest } from './thread-protocol.ts';

/**
 * The rendering thread. It has no environment, no store and no broker, and it is ended when it takes too
 * long.
 */
const answerTo = (request: ThreadRequest): ThreadAnswer => {
  try {
    switch (request.kind) {
      case 'check':
        return { kind: 'checked', ...checkSources(request.sources, request.plain) };
      case 'plain':
        return { kind: 'plain', texts: renderPlain(request.plain, request) };
      default:
        return { kind: 'rendered', rendered: renderMessage(request.sources, request) };
    }
  } catch (error) {
    if (error instanceof PartError) return { kind: 'fault', fault: error.fault };
    const reason = error instanceof Error ? error.name : 'unknown error';
    return { kind: 'fault', fault: { reason: `cannot be rendered (${reason})` } };
  }
};

const send = (answer?: ThreadAnswer): void => {
  const { user, system } = process.threadCpuUsage();
  parentPort?.postMessage({
    ...(answer && { answer }),
    used: (user + system) / 1_000,
  } satisfies ThreadMessage);
};

parentPort?.on('message', (request: ThreadRequest) => send(answerTo(request)));
send();
