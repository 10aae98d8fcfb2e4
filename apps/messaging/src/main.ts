import { runApp } from '@herald/runtime';
import { waitingConfig } from '@herald/service';
import packageJson from '../package.json' with { type: 'json' };
import { messagingConfig } from './config.ts';
import { configuredMessaging } from './service.ts';

runApp({
  name: 'messaging',
  version: packageJson.version,
  settings: { ...messagingConfig, ...waitingConfig },
  create: configuredMessaging,
});
