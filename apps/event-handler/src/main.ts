import { runApp } from '@herald/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { createEventHandler } from './service.ts';

runApp({
  name: 'event-handler',
  version: packageJson.version,
  settings: {},
  create: createEventHandler,
});
