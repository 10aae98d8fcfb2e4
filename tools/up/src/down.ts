import { setTimeout as pause } from 'node:timers/promises';
import { supervisor } from './state.ts';

/** `make down`: ends what `make up` started, and nothing else. */
const PATIENCE = 60_000;

const state = await supervisor.read();
if (state === undefined) {
  process.stdout.write('Nothing is up.\n');
} else {
  process.kill(state.pid, 'SIGTERM');
  const until = performance.now() + PATIENCE;
  while ((await supervisor.read()) !== undefined && performance.now() < until) await pause(100);
  if ((await supervisor.read()) !== undefined) {
    process.stderr.write(
      `The supervisor (process ${state.pid}) is still at it; see .tmp/up/supervisor.log\n`,
    );
    process.exitCode = 1;
  } else process.stdout.write('Everything that was started has ended.\n');
}
