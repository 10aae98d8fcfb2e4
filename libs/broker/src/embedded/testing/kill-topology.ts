import type { Topology } from '../../topology.ts';

/** Shared by the killed processes and their test. No cut-off makes a dead letter here. */
export const killTopology: Topology = {
  exchanges: [
    { name: 'jobs', type: 'topic' },
    { name: 'delay', type: 'delay' },
  ],
  queues: [
    {
      name: 'work',
      bindings: [{ exchange: 'jobs', key: '#' }],
      retry: { attempts: 1000, backoff: [1] },
    },
  ],
};
