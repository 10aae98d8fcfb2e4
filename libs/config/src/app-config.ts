import { type Clock, wall } from '@herald/domain';
import { type Static, type TObject, Type } from 'typebox';
import { Choice, Duration, HttpUrl, Secret, Zone } from './settings.ts';

const port = (fallback: number, description: string) =>
  Type.Integer({ default: fallback, minimum: 0, maximum: 65_535, description });

/** The settings of every app: spread them into the app's own schema. */
export const commonConfig = {
  HOST: Type.String({
    default: '127.0.0.1',
    maxLength: 255,
    description: 'Address that both servers listen on. In a container use `0.0.0.0` (or `::`).',
  }),
  PORT: port(8080, 'Port of the API. 0 picks a free one.'),
  ADMIN_PORT: port(9090, 'Port of `/livez`, `/readyz` and `/metrics`. Do not expose it. 0 picks a free one.'),
  LOG_LEVEL: Choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Lowest level that is logged: fatal, error, warn, info, debug, trace or silent.',
  }),
  API_KEYS_FILE: Type.Optional(
    Type.String({ description: 'YAML file of API keys: id, workspace, scopes and SHA-256 of each.' }),
  ),
  SECRETS_DIR: Type.Optional(
    Type.String({
      description:
        'Directory with one file per secret: `<workspace>.<name>`, or `<name>` for the installation. ' +
        '`encryption-key` seals the secrets that workspaces write by the API.',
    }),
  ),
  PUBLIC_URL: Type.Optional(
    HttpUrl({
      description: 'Public address of the API, used in links. Default: the local address.',
    }),
  ),
  SHUTDOWN_TIMEOUT: Duration({
    default: 25_000,
    minimum: 1_000,
    description: 'Time limit of a stop as a whole. Keep it below the grace period of whatever sends SIGTERM.',
  }),
};

/** The setting of both services that talk with Twilio: one calls it, the other hears from it. */
export const twilioTokenConfig = {
  TWILIO_AUTH_TOKEN: Type.Optional(
    Secret({
      description:
        "Auth token of the Twilio account. It authenticates Herald's calls and verifies Twilio's " +
        'callbacks. During rotation, give two tokens, separated by a space: the first authenticates ' +
        'calls; either may sign callbacks. Unset: `/callbacks/twilio` answers 503.',
    }),
  ),
};

/** Where mail comes back to: messaging writes it into mails, ingest takes what comes. */
export const bounceAddressConfig = {
  BOUNCE_ADDRESS: Type.Optional(
    Type.String({
      maxLength: 254,
      description:
        'Address to which bounces, complaints and requests to unsubscribe come back by mail, such as ' +
        '`bounces@mail.example.com`. Mails of one message come to `bounces+<token>@…`. Needs ' +
        '`INBOUND_SMTP_PORT` or `BOUNCE_IMAP_URL`. Unset: mail servers report to the sender’s address, and ' +
        'nobody reads it.',
    }),
  ),
};

/** The settings of services that wait for due times. */
export const waitingConfig = {
  DELAY_HORIZON: Duration({
    default: 900_000,
    minimum: 1_000,
    maximum: 1_500_000,
    description:
      'How far before its due time a wait is handed to the broker. Until then it stays in the store.',
  }),
  DEFAULT_ZONE: Zone({
    default: 'UTC',
    description: 'IANA time zone of prospects without one, in workspaces whose settings name none.',
  }),
  SWEEP_INTERVAL: Duration({
    default: 1_000,
    minimum: 50,
    description: 'How often the store is searched for what is due.',
  }),
};

/**
 * The same as the services take it, in ms. The horizon is set in wall time: on a fast clock, the same seconds
 * reach further ahead.
 */
export const waitingOf = (clock: Clock, config: Readonly<Static<TObject<typeof waitingConfig>>>) => ({
  horizon: wall(clock, config.DELAY_HORIZON),
  defaultZone: config.DEFAULT_ZONE,
  sweepEvery: config.SWEEP_INTERVAL,
});
