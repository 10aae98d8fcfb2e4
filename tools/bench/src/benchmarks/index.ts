import type { Benchmark } from '../benchmark.ts';
import { ingestMany } from './ingest-many.ts';
import { ingestOne } from './ingest-one.ts';
import { lateness } from './lateness.ts';
import { memory } from './memory.ts';
import { parts } from './parts.ts';
import { profile } from './profile.ts';
import { replay } from './replay.ts';
import { send } from './send.ts';

export const benchmarks: readonly Benchmark[] = [
  ingestOne,
  ingestMany,
  send,
  lateness,
  replay,
  memory,
  parts,
  profile,
];
