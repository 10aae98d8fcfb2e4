import { podsOf, RELEASE, type Stage, tryKubectl } from './stage.ts';

/** Where the kernel says the memory of a container, in bytes: cgroup v2, then v1. */
const FILES = [
  { now: '/sys/fs/cgroup/memory.current', peak: '/sys/fs/cgroup/memory.peak' },
  {
    now: '/sys/fs/cgroup/memory/memory.usage_in_bytes',
    peak: '/sys/fs/cgroup/memory/memory.max_usage_in_bytes',
  },
];

const MIB = 1024 * 1024;

export interface Size {
  readonly pod: string;
  /** MiB now, and at most since the pod's start. */
  readonly now: number;
  readonly peak: number;
}

/** The memory of each pod of the release. */
export async function sizes(stage: Stage): Promise<Size[]> {
  const pods = await podsOf(stage, `app.kubernetes.io/instance=${RELEASE},app.kubernetes.io/part-of=herald`);
  return Promise.all(pods.map((pod) => sizeOf(stage, pod)));
}

async function sizeOf(stage: Stage, pod: string): Promise<Size> {
  for (const { now, peak } of FILES) {
    const { code, stdout } = await tryKubectl(stage, ['exec', pod, '--', 'cat', now, peak]);
    if (code !== 0) continue;
    const [current = 0, highest = 0] = stdout.trim().split('\n').map(Number);
    return { pod, now: Math.round(current / MIB), peak: Math.round(highest / MIB) };
  }
  throw new Error(`the kernel does not say how much memory ${pod} uses`);
}
