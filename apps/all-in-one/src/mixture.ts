import { ConfigError } from '@herald/config';
import type { AllInOneConfig } from './config.ts';

type Settings = Pick<AllInOneConfig, 'CLOCK_RATE'> &
  Partial<
    Pick<
      AllInOneConfig,
      | 'MONGODB_URI'
      | 'AMQP_URL'
      | 'AMQP_USERNAME'
      | 'AMQP_PASSWORD'
      | 'API_KEYS_FILE'
      | 'SECRETS_DIR'
      | 'CLOCK_START'
    >
  >;

/**
 * Refuses what cannot be right together, by a `ConfigError` with every reason. What is left: nothing managed;
 * RabbitMQ with the embedded store, by one process; both managed, by any number.
 */
export function checkMixture(config: Settings): void {
  const faults = [...brokerFaults(config), ...sharedFaults(config)];
  if (faults.length > 0) throw new ConfigError(faults);
}

function brokerFaults({ MONGODB_URI, AMQP_URL, AMQP_USERNAME, AMQP_PASSWORD }: Settings): string[] {
  if (AMQP_URL !== undefined) return [];
  const beside = Object.entries({ AMQP_USERNAME, AMQP_PASSWORD }).filter(([, value]) => value !== undefined);
  const faults = beside.map(([name]) => `${name} is set, but not AMQP_URL, which it belongs to`);
  if (MONGODB_URI === undefined) return faults;
  return [
    ...faults,
    'MONGODB_URI is set, but not AMQP_URL. The embedded broker would hold accepted events in DATA_DIR ' +
      'until they are in MongoDB, so that losing the container loses them, and other processes on the same ' +
      'database would not hear that a campaign was paused. Set AMQP_URL too, or leave out MONGODB_URI',
  ];
}

/** What several processes share cannot be made by the first start of one of them. */
function sharedFaults(config: Settings): string[] {
  if (config.MONGODB_URI === undefined) return [];
  const faults = (['API_KEYS_FILE', 'SECRETS_DIR'] as const)
    .filter((name) => config[name] === undefined)
    .map((name) => `${name} is not set; with MONGODB_URI nothing is created in DATA_DIR at the first start`);
  if (config.CLOCK_RATE !== 1 || config.CLOCK_START !== undefined) {
    faults.push('CLOCK_RATE and CLOCK_START are for the embedded store; with MONGODB_URI leave them out');
  }
  return faults;
}
