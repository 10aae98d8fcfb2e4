import type { Topology } from '../../topology.ts';

/** What the killed processes and the test that kills them share. Nothing may die of being cut off here. */
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
