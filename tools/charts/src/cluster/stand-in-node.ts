import { setTimeout as delay } from 'node:timers/promises';
import type { Api } from './api.ts';

interface PodList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly spec: {
      readonly restartPolicy: string;
      readonly containers: readonly { readonly name: string }[];
    };
    readonly status: { readonly phase?: string };
  }[];
}

const EVERY = 200;

/**
 * Stands in for the nodes that are not there: says of each pod that it is ready, or, where it is to end, that
 * it ended well. So controllers and Helm go on as they would; nothing of a pod ever runs. Gives what ends it.
 */
export function startStandInNode(api: Api, onError: (error: unknown) => void): () => Promise<void> {
  const ended = new AbortController();
  const loop = (async () => {
    while (!ended.signal.aborted) {
      try {
        const { items } = await api.get<PodList>('/api/v1/pods');
        for (const pod of items.filter(({ status }) => status.phase === 'Pending')) await settle(api, pod);
      } catch (error) {
        // A pod may be gone between the look and the word about it.
        if (!String(error).includes('answered 404')) onError(error);
      }
      await delay(EVERY);
    }
  })();
  return async () => {
    ended.abort();
    await loop;
  };
}

async function settle(api: Api, { metadata, spec }: PodList['items'][number]): Promise<void> {
  const now = new Date().toISOString();
  const ends = spec.restartPolicy === 'Never';
  const state = ends
    ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } }
    : { running: { startedAt: now } };
  const status = {
    phase: ends ? 'Succeeded' : 'Running',
    startTime: now,
    conditions: ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({
      type,
      status: ends && type !== 'Initialized' ? 'False' : 'True',
      lastTransitionTime: now,
    })),
    containerStatuses: spec.containers.map(({ name }) => ({
      name,
      ready: !ends,
      started: !ends,
      restartCount: 0,
      image: name,
      imageID: name,
      state,
    })),
  };
  await api.patch(`/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/status`, { status });
}
