import { loadConfig, systemClock } from '@herald/service';
import { Type } from 'typebox';
import { expect, test } from 'vitest';
import { createProviders, leaseFor, messagingConfig, unknownPolicy } from './config.ts';
import { createMessaging } from './service.ts';
import { fakeProvider } from './testing/fake-provider.ts';

const load = (env: Record<string, string> = {}) => loadConfig(Type.Object(messagingConfig), env);

test('without a mail server messages are shown; with one they are sent, and the lease outlasts the call', () => {
  expect(createProviders(load()).email.name).toBe('console');
  const config = load({ SMTP_URL: 'smtp://127.0.0.1:2525', SEND_TIMEOUT: 'PT20S' });
  const { email } = createProviders(config);
  expect(email).toMatchObject({ name: 'smtp', timeout: 20_000 });
  expect(leaseFor(config)).toBeGreaterThan(email.timeout);
});

test('what is unknown is held unless the installation says when to send it again', () => {
  expect(unknownPolicy(load())).toEqual({ then: 'hold' });
  expect(unknownPolicy(load({ UNKNOWN_RESEND: 'PT6H' }))).toEqual({ then: 'resend', after: 21_600_000 });
});

test('a sender that is none, or a lease that a call could outlast, stops the start', () => {
  const deps = { clock: systemClock, providers: { email: fakeProvider() } } as never as Parameters<
    typeof createMessaging
  >[0];
  expect(() => createMessaging({ ...deps, sender: 'nobody' })).toThrow('SENDER must be an address');
  expect(() => createMessaging({ ...deps, lease: 400 })).toThrow('does not outlast');
});
