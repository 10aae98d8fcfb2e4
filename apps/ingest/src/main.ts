import { runApp } from '@herald/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { ingestConfig } from './config.ts';
import { configuredIngest } from './service.ts';

runApp({
  name: 'ingest',
  version: packageJson.version,
  settings: ingestConfig,
  create: configuredIngest,
});
