import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startHerald } from '@herald/harness';
import { wholeSuite } from './suite.ts';
import { install } from './whole.ts';

wholeSuite('in one process, on the embedded store and broker', async () => {
  const { dir, logFile, inbox, env, clients } = await install();
  const ports = { PORT: String(await freePort()), ADMIN_PORT: String(await freePort()) };
  const start = () =>
    startHerald({ ...env, ...ports, DATA_DIR: join(dir, 'data'), CLOCK_RATE: '600' }, logFile);
  let herald = start();
  const { http, admin } = await herald.ready;
  return {
    ...clients(http),
    bases: [http],
    admins: [admin],
    inbox,
    logFile,
    pause: 'PT20M',
    async restart() {
      const code = await herald.stop();
      herald = start();
      await herald.ready;
      return [code];
    },
    async stop() {
      await herald.stop();
      await inbox.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
});
