import type { Broker, BrokerObserver } from '@herald/broker';
import * as rabbitmq from '@herald/broker/rabbitmq';
import { collections, topology } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import type { Store } from '@herald/store';
import * as mongodb from '@herald/store/mongodb';
import type { Static, TObject } from 'typebox';
import { brokerUrl } from './broker-url.ts';
import type { amqpConfig, mongoConfig } from './config.ts';
import { mongoUri } from './mongo-uri.ts';
import type { Dependency } from './open-dependencies.ts';

/**
 * MongoDB, still to be opened. `migrates`: opening it creates what the database lacks; else it rejects until
 * that is there. Throws a `ConfigError` for an invalid URI, which waiting would not mend.
 */
export function mongoStore(
  config: Readonly<Static<TObject<typeof mongoConfig>>>,
  { migrates = false }: { readonly migrates?: boolean } = {},
): Dependency<Store> {
  const uri = mongoUri(config);
  return {
    async open() {
      const store = await mongodb.openMongoStore({
        uri,
        collections: Object.values(collections),
        mustBeMigrated: !migrates,
      });
      if (!migrates) return store;
      try {
        await store.migrate();
        return store;
      } catch (error) {
        await store.close();
        throw error;
      }
    },
    isLasting: mongodb.isLastingFault,
  };
}

export interface RabbitBrokerParts {
  readonly clock: Clock;
  readonly observer: BrokerObserver;
  /** Whether no other process may consume meanwhile. Default false. */
  readonly alone?: boolean;
}

/** RabbitMQ, still to be opened. Throws a `ConfigError` for an invalid URL. */
export function rabbitBroker(
  config: Readonly<Static<TObject<typeof amqpConfig>>>,
  parts: RabbitBrokerParts,
): Dependency<Broker> {
  const url = brokerUrl(config);
  const delayStrategy = config.DELAY_STRATEGY;
  // While another process consumes, `/readyz` is to say so soon.
  const openTimeout = parts.alone === true ? 5_000 : undefined;
  return {
    open: () => rabbitmq.openRabbitBroker({ url, topology, delayStrategy, openTimeout, ...parts }),
    isLasting: rabbitmq.isLastingFault,
  };
}
