import { runApp } from '@herald/runtime';
import { waitingConfig } from '@herald/service';
import packageJson from '../package.json' with { type: 'json' };
import { configuredCampaignRunner } from './service.ts';

runApp({
  name: 'campaign-runner',
  version: packageJson.version,
  settings: waitingConfig,
  create: configuredCampaignRunner,
});
