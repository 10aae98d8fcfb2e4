import { setTimeout as pause } from 'node:timers/promises';

/** Reads every `every` ms until `reached`. Throws with the last reading after `seconds`. */
export async function until(
  what: string,
  read: () => Promise<number>,
  goal: number,
  { every = 200, seconds = 120 } = {},
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const value = await read();
    if (value >= goal) return;
    if (performance.now() > deadline) throw new Error(`${what}: ${value} of ${goal} after ${seconds} s`);
    await pause(every);
  }
}
