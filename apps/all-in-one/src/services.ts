import { configuredCampaignRunner } from '@herald/campaign-runner';
import type { Secrets } from '@herald/config';
import { createEventHandler } from '@herald/event-handler';
import { configuredIngest } from '@herald/ingest';
import { configuredMessaging } from '@herald/messaging';
import type { Service, ServiceDeps } from '@herald/process';
import type { AllInOneConfig } from './config.ts';

export interface ServicesDeps extends ServiceDeps {
  readonly config: AllInOneConfig;
  readonly secrets: Secrets;
  readonly linkSecret: string;
  readonly publicUrl: string;
}

/** The four services, in the order of their start: the last one lets events in. */
export function createServices({ config, ...installation }: ServicesDeps): Service[] {
  return [
    createEventHandler(installation),
    configuredCampaignRunner(installation, config),
    configuredMessaging(installation, config),
    configuredIngest(installation, config),
  ];
}
