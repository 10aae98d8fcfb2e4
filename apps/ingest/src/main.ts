import { runApp } from '@herald/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { ingestConfig } from './config.ts';
import { createIngest } from './service.ts';

runApp({
  name: 'ingest',
  version: packageJson.version,
  settings: ingestConfig,
  create: (installation, config) => createIngest({ ...installation, rate: config.INGEST_RATE }),
});
