import { systemClock } from '@herald/clock';
import { loadConfig } from '@herald/config';
import { createMetrics } from '@herald/metrics';
import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { createProviders } from './channels/configured-providers.ts';
import { leaseFor, messagingConfig, unknownPolicy } from './config.ts';
import { createMessaging } from './service.ts';
import { fakeProvider } from './testing/fake-provider.ts';

const load = (env: Record<string, string> = {}) => loadConfig(Type.Object(messagingConfig), env);

test('without a mail server there is no provider; with one the lease outlasts the call', () => {
  expect(createProviders(load(), 'https://herald.example').email).toEqual([]);
  const config = load({ SMTP_URL: 'smtp://127.0.0.1:2525', SEND_TIMEOUT: 'PT20S' });
  expect(createProviders(config, 'https://herald.example').email).toMatchObject([
    { name: 'smtp', timeout: 20_000 },
  ]);
  expect(leaseFor(config)).toBeGreaterThan(20_000);
});

test('a message of unknown outcome is held, or sent again if the installation says when', () => {
  expect(unknownPolicy(load())).toEqual({ then: 'hold' });
  expect(unknownPolicy(load({ UNKNOWN_RESEND: 'PT6H' }))).toEqual({ then: 'resend', after: 21_600_000 });
});

test('an invalid sender, or a lease that a call could outlast, prevents the start', () => {
  const metrics = createMetrics({ version: '0' });
  const deps = { clock: systemClock, metrics, providers: { email: [fakeProvider()] } } as never as Parameters<
    typeof createMessaging
  >[0];
  expect(() => createMessaging({ ...deps, sender: 'nobody' })).toThrow('SENDER must be an address');
  expect(() => createMessaging({ ...deps, lease: 400 })).toThrow('does not outlast');
});

const SID = `AC${'0'.repeat(32)}`;
const names = (env: Record<string, string>) => {
  const {
    email = [],
    sms = [],
    call = [],
    webhook = [],
  } = createProviders(load(env), 'https://herald.example');
  return [email, sms, call, webhook].map((channel) => channel.map(({ name }) => name).join());
};

test('each channel has the providers that are set up, in the order in which they are tried', () => {
  expect(names({})).toEqual(['', '', '', 'http']);
  expect(names({ CONSOLE_CHANNELS: 'email, sms,call' })).toEqual(['console', 'console', 'console', 'http']);
  expect(names({ CONSOLE_CHANNELS: 'sms' })).toEqual(['', 'console', '', 'http']);
  expect(names({ SENDGRID_API_KEY: 'SG.key', CONSOLE_CHANNELS: 'email' })).toEqual([
    'sendgrid',
    '',
    '',
    'http',
  ]);
  expect(() => names({ CONSOLE_CHANNELS: 'email,fax' })).toThrow('fax is none of email, sms, call');
  const both = { SENDGRID_API_KEY: 'SG.key', SMTP_URL: 'smtp://127.0.0.1:25' };
  expect(names({ ...both, TWILIO_ACCOUNT_SID: SID, TWILIO_AUTH_TOKEN: 't' })).toEqual([
    'sendgrid,smtp',
    'twilio',
    'twilio',
    'http',
  ]);
});

test.each([
  [{ TWILIO_ACCOUNT_SID: SID }, 'TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN belong together'],
  [{ TWILIO_ACCOUNT_SID: 'SK123', TWILIO_AUTH_TOKEN: 't' }, 'AC and 32 letters and digits'],
  [{ TWILIO_NUMBER: '030 123' }, 'a number such as +14155550100'],
  [{ SMTP_URL: 'smtp://me:hun#ter@mail.example' }, 'SMTP_URL is not right: it is no URL'],
  [{ SMTP_PASSWORD: 'x' }, 'go with SMTP_URL, which is not set'],
  [{ WEBHOOK_ALLOW: '10.0.0.0/8, intranet' }, 'intranet is not a network such as 10.1.0.0/16'],
  [{ SENDGRID_URL: 'ftp://x' }, 'an http or https address'],
])('%j is reported as a fault of the configuration', (env, message) => {
  expect(() => names(env)).toThrow(message);
});
