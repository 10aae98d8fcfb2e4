import { createCampaignRunner } from '@herald/campaign-runner';
import { wall } from '@herald/domain';
import { createEventHandler } from '@herald/event-handler';
import { createIngest } from '@herald/ingest';
import { createMessaging, createProviders, leaseFor, unknownPolicy } from '@herald/messaging';
import type { Secrets, Service, ServiceDeps } from '@herald/service';
import type { Static } from 'typebox';
import type { allInOneConfig } from './config.ts';

export interface ServicesDeps extends ServiceDeps {
  readonly config: Readonly<Static<typeof allInOneConfig>>;
  readonly secrets: Secrets;
  readonly linkSecret: string;
  readonly publicUrl: string;
}

/** The four services, in the order in which they start: the last lets events in. */
export function createServices({ config, secrets, linkSecret, publicUrl, ...deps }: ServicesDeps): Service[] {
  const common = {
    ...deps,
    linkSecret,
    publicUrl,
    // It is given in wall time: on a fast clock, what is due within the same seconds lies further ahead.
    horizon: wall(deps.clock, config.DELAY_HORIZON),
    defaultZone: config.DEFAULT_ZONE,
    sweepEvery: config.SWEEP_INTERVAL,
  };
  return [
    createEventHandler(deps),
    createCampaignRunner(common),
    createMessaging({
      ...common,
      providers: createProviders(config),
      lease: leaseFor(config),
      unknown: unknownPolicy(config),
      rendering: { timeLimit: config.TEMPLATE_TIMEOUT },
      ...(config.SENDER !== undefined && { sender: config.SENDER }),
    }),
    createIngest({ ...common, secrets, rate: config.INGEST_RATE }),
  ];
}
