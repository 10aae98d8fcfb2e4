import { join } from 'node:path';
import type { Broker, BrokerObserver } from '@herald/broker';
import { openEmbeddedBroker } from '@herald/broker/embedded';
import { systemClock } from '@herald/clock';
import { collections, topology } from '@herald/contracts';
import { type Clock, exactInstant } from '@herald/domain';
import type { Log } from '@herald/log';
import type { Admin } from '@herald/process';
import { mongoStore, openDependencies, rabbitBroker, unlessSignalled } from '@herald/runtime';
import type { Store } from '@herald/store';
import { openSqliteStore } from '@herald/store/sqlite';
import { createClock } from './clock.ts';
import type { AllInOneConfig } from './config.ts';
import { checkMixture } from './mixture.ts';

/** What the four services stand on. */
export interface Foundation {
  readonly store: Store;
  readonly broker: Broker;
  readonly clock: Clock;
}

export interface FoundationDeps {
  readonly observer: BrokerObserver;
  readonly log: Log;
  readonly admin: Admin;
}

/**
 * Opens store and broker, managed or embedded. Managed ones are waited for, and `/readyz` says meanwhile what
 * is missing. Rejects for a mixture that cannot be right, and for a fault that waiting does not mend.
 */
export async function openFoundation(config: AllInOneConfig, deps: FoundationDeps): Promise<Foundation> {
  checkMixture(config);
  const { MONGODB_URI, AMQP_URL } = config;
  if (MONGODB_URI === undefined) return onEmbeddedStore(config, deps);
  // `checkMixture` has made sure that there is a broker.
  return onManaged({ ...config, MONGODB_URI, AMQP_URL: AMQP_URL ?? '' }, deps);
}

type Managed = AllInOneConfig & { readonly MONGODB_URI: string; readonly AMQP_URL: string };

async function onManaged(config: Managed, { observer, log, admin }: FoundationDeps): Promise<Foundation> {
  const clock = systemClock;
  const dependencies = {
    store: mongoStore(config, { migrates: true }),
    broker: rabbitBroker(config, { clock, observer }),
  };
  await admin.listen(config.HOST, config.ADMIN_PORT);
  return { clock, ...(await unlessSignalled(() => openDependencies(dependencies, { log, admin }))) };
}

async function onEmbeddedStore(config: AllInOneConfig, deps: FoundationDeps): Promise<Foundation> {
  const { AMQP_URL } = config;
  const { observer, log, admin } = deps;
  const inData = (name: string): string => join(config.DATA_DIR, name);
  // The store comes first: it admits no second process to the directory.
  const store = openSqliteStore({ file: inData('store.db'), collections: Object.values(collections) });
  await store.migrate();
  const clock = createClock({
    rate: config.CLOCK_RATE,
    start: config.CLOCK_START === undefined ? undefined : exactInstant(config.CLOCK_START),
    file: inData('clock.json'),
  });
  if (AMQP_URL === undefined)
    return {
      store,
      clock,
      broker: await openEmbeddedBroker({ file: inData('broker.db'), topology, clock, observer }),
    };
  const broker = rabbitBroker({ ...config, AMQP_URL }, { clock, observer, alone: true });
  await admin.listen(config.HOST, config.ADMIN_PORT);
  return { store, clock, ...(await unlessSignalled(() => openDependencies({ broker }, { log, admin }))) };
}
