import { makeReplicaSet } from './replica-set.ts';
import { isInstalled, reasonOf, run, type Started } from './start.ts';

const IMAGE = 'mongo:8.0';

/** MongoDB's image as a replica set of one. The first pull may take minutes. */
export async function startContainer(): Promise<Started> {
  if (!(await isInstalled('docker', 'info'))) return { unavailable: 'no container engine answers' };
  let id: string | undefined;
  const stop = async (): Promise<void> => {
    if (id !== undefined) await run('docker', ['rm', '--force', '--volumes', id]);
  };
  try {
    const publish = ['--publish', '127.0.0.1:0:27017'];
    const created = await run('docker', [
      'run',
      '--detach',
      '--rm',
      ...publish,
      IMAGE,
      '--replSet',
      'herald',
    ]);
    id = created.stdout.trim();
    const port = (await run('docker', ['port', id, '27017/tcp'])).stdout.trim().split(':').at(-1);
    const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
    await makeReplicaSet(uri, '127.0.0.1:27017', 60_000);
    return { uri, stop };
  } catch (error) {
    await stop();
    return { unavailable: `no container of ${IMAGE}: ${reasonOf(error)}` };
  }
}
