import { spawn } from 'node:child_process';
import { freePort } from '@herald/harness/port';
import { makeReplicaSet } from './replica-set.ts';
import { end, isInstalled, reasonOf, removeFolder, type Started, temporaryFolder } from './start.ts';

const MONGOD = 'mongod';

/** `mongod` from the PATH as a replica set of one: a standalone server has no retryable writes. */
export async function startMongod(): Promise<Started> {
  if (!(await isInstalled(MONGOD, '--version'))) return { unavailable: 'mongod is not on the PATH' };
  const [folder, port] = [await temporaryFolder(), await freePort()];
  const options = ['--dbpath', folder, '--port', `${port}`, '--bind_ip', '127.0.0.1', '--nounixsocket'];
  const child = spawn(MONGOD, [...options, '--replSet', 'herald', '--quiet'], { stdio: 'ignore' });
  const last = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', last);
  const stop = async (): Promise<void> => {
    process.off('exit', last);
    await end(child);
    await removeFolder(folder);
  };
  try {
    const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
    await makeReplicaSet(uri, `127.0.0.1:${port}`, 30_000);
    return { uri, stop };
  } catch (error) {
    await stop();
    return { unavailable: `mongod did not start: ${reasonOf(error)}` };
  }
}
