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
 * Stands in for the missing nodes: reports each pod as ready, or as completed if it is meant to end. So
 * controllers and Helm continue as usual; no container ever runs. Returns a function that stops it.
 */
export function startStandInNode(api: Api, onError: (error: unknown) => void): () => Promise<void> {
  const ended = new AbortController();
  const loop = (async () => {
    while (!ended.signal.aborted) {
      try {
        const { items } = await api.get<PodList>('/api/v1/pods');
        for (const pod of items.filter(({ status }) => status.phase === 'Pending')) await settle(api, pod);
      } catch (error) {
        // A pod may be gone before its status is written.
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
