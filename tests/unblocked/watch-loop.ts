/**
 * Loaded into a service's process (`--import`): measures how long its event loop is held, and answers whoever
 * connects to the socket `LOOP_SOCKET`. Processor time between two turns of the loop counts, so that a busy
 * machine does not look like a block.
 */
import { createServer } from 'node:net';
import { isMainThread } from 'node:worker_threads';

/** ms */
const TURN = 5;

const { LOOP_SOCKET } = process.env;
if (isMainThread && LOOP_SOCKET !== undefined) {
  const spent = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  let before = spent();
  let longest = 0;
  setInterval(() => {
    const now = spent();
    longest = Math.max(longest, now - before);
    before = now;
  }, TURN).unref();
  createServer((socket) => {
    // Two turns later, so that the turn that was held when the question came is counted.
    setTimeout(() => {
      socket.end(JSON.stringify(longest));
      longest = 0;
    }, TURN * 3);
  })
    .listen(LOOP_SOCKET)
    .unref();
}
