import { waitingConfig } from '@herald/config';
import { runApp } from '@herald/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { configuredCampaignRunner } from './service.ts';

runApp({
  name: 'campaign-runner',
  version: packageJson.version,
  settings: waitingConfig,
  create: configuredCampaignRunner,
});
