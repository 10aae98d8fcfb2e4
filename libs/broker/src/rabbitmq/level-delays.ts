import type { Delays } from './delays.ts';
import { countInLevels, purgeLevels } from './level-stock.ts';
import type { Levels } from './levels.ts';

/** Delays by `levels`: works on any RabbitMQ. */
export const createLevelDelays = (levels: Levels, targets: readonly string[]): Delays => ({
  strategy: 'levels',
  range: levels.range,
  address: levels.address,
  declare: (channels) => levels.declare(channels, targets),
  count: (channel, queue) => countInLevels(channel, levels, queue),
  purge: (channel, queue) => purgeLevels(channel, levels, queue),
});
