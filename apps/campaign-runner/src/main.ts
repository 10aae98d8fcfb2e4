import { runApp } from '@herald/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { campaignRunnerConfig } from './config.ts';
import { configuredCampaignRunner } from './service.ts';

runApp({
  name: 'campaign-runner',
  version: packageJson.version,
  settings: campaignRunnerConfig,
  create: configuredCampaignRunner,
});
