import { runApp } from '@herald/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { messagingConfig } from './config.ts';
import { configuredMessaging } from './configured.ts';

runApp({
  name: 'messaging',
  version: packageJson.version,
  settings: messagingConfig,
  create: configuredMessaging,
});
