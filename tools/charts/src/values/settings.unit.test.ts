import { allInOneConfig } from '@herald/all-in-one/config';
import { runtimeConfig } from '@herald/runtime';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { services } from '../charts.ts';
import { generateValues } from './generate.ts';

/** Variables that the templates set from values with other names. */
const SET_BY_TEMPLATES = [
  'PORT',
  'ADMIN_PORT',
  'API_KEYS_FILE',
  'SECRETS_DIR',
  'PUBLIC_URL',
  'BOUNCE_ADDRESS',
  'INBOUND_SMTP_PORT',
  'INBOUND_SMTP_CERT',
  'INBOUND_SMTP_KEY',
  'MONGODB_URI',
  'AMQP_URL',
  'AMQP_USERNAME',
  'AMQP_PASSWORD',
];

/** Settings of the all-in-one process. */
const EMBEDDED = ['DATA_DIR', 'CLOCK_RATE', 'CLOCK_START'];

const known = [...Object.keys(allInOneConfig.properties), ...Object.keys(runtimeConfig)].filter(
  (name) => !EMBEDDED.includes(name),
);

interface ServiceValues {
  readonly config: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, unknown>>;
}

const files = await generateValues();
const settable = services.flatMap((service) => {
  const { config, credentials }: ServiceValues = parse(
    files.find(({ path }) => path === `${service}/values.yaml`)?.text ?? '',
  );
  const names = Object.keys(config).map((name) => name.replaceAll(/[A-Z]/g, '_$&').toUpperCase());
  return [...names, ...Object.keys(credentials)];
});

test('every setting of the services can be set by the values of a chart', () => {
  const missing = known.filter((name) => !settable.includes(name) && !SET_BY_TEMPLATES.includes(name));
  expect(missing).toEqual([]);
});

test('the values of the charts set nothing that no service knows', () => {
  expect(settable.filter((name) => !known.includes(name))).toEqual([]);
});
