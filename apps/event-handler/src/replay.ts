import { parseArgs } from 'node:util';
import { withStore } from '@herald/runtime';
import { replayCommand } from './replay/command.ts';

/**
 * Rebuilds every projection from the event log; with `--verify` it only compares. The services may run
 * meanwhile: documents ahead of the log are left alone. Exits with 1 if a document differs from the log, and
 * was not repaired.
 */
const { values } = parseArgs({ options: { verify: { type: 'boolean', default: false } } });

withStore((store) => replayCommand({ store, verify: values.verify, settled: false }));
