import { runApp } from '@herald/runtime';
import packageJson from '../package.json' with { type: 'json' };
import { ingestConfig, ingestOf } from './config.ts';
import { createIngest } from './service.ts';

runApp({
  name: 'ingest',
  version: packageJson.version,
  settings: ingestConfig,
  create: (installation, config) => createIngest({ ...installation, ...ingestOf(config) }),
});
