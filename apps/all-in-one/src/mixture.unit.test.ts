import { loadConfig } from '@herald/config';
import { expect, it } from 'vitest';
import { allInOneConfig } from './config.ts';
import { checkMixture } from './mixture.ts';

const check = (env: Record<string, string>) => () => checkMixture(loadConfig(allInOneConfig, env));

const MONGODB_URI = 'mongodb+srv://me:hunter2@cluster.example/herald';
const AMQP_URL = 'amqps://me:hunter2@broker.example/campaigns';
const own = { API_KEYS_FILE: '/keys.yaml', SECRETS_DIR: '/secrets' };

it.each([
  ['nothing managed', {}],
  ['nothing managed, on a fast clock', { CLOCK_RATE: '60', CLOCK_START: '2026-01-01T00:00:00Z' }],
  ['RabbitMQ beside the embedded store', { AMQP_URL, AMQP_USERNAME: 'me', AMQP_PASSWORD: 'x' }],
  ['both managed', { MONGODB_URI, AMQP_URL, ...own }],
])('%s is right', (_what, env) => {
  expect(check(env)).not.toThrow();
});

it.each([
  [
    'MongoDB with the embedded broker',
    { MONGODB_URI, ...own },
    /MONGODB_URI is set, but not AMQP_URL.*accepted events in DATA_DIR.*not hear that a campaign was paused/,
  ],
  ['credentials of no broker', { AMQP_PASSWORD: 'hunter2' }, /AMQP_PASSWORD is set, but not AMQP_URL/],
  ['keys of its own for each process', { MONGODB_URI, AMQP_URL }, /API_KEYS_FILE is not set.*SECRETS_DIR/s],
  [
    'a clock of its own for each process',
    { MONGODB_URI, AMQP_URL, ...own, CLOCK_RATE: '60' },
    /CLOCK_RATE and CLOCK_START are for the embedded store/,
  ],
])('%s is refused, with the reason and without a secret', (_what, env, reason) => {
  expect(check(env)).toThrow(reason);
  expect(check(env)).not.toThrow(/hunter2/);
});
