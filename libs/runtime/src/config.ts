import { Choice, commonConfig, Secret } from '@herald/config';
import { Type } from 'typebox';

const uriMeaning =
  "MongoDB's connection string: `mongodb://user:password@host:27017/herald?replicaSet=rs0`, or with " +
  '`mongodb+srv`. If it names no database, `herald` is used. If it has no `authSource`, the user is ' +
  'looked up in the database that it names, else in `admin`.';
const urlMeaning =
  "RabbitMQ's URL: `amqp://user:password@host:5672/vhost`. For a cluster, all its nodes: " +
  '`amqp://user:password@a:5672,b:5672,c:5672/vhost`, or several URLs with commas between.';

export const mongoConfig = {
  MONGODB_URI: Secret({ description: uriMeaning }),
};

export const amqpConfig = {
  AMQP_URL: Secret({ description: urlMeaning }),
  AMQP_USERNAME: Type.Optional(
    Type.String({
      description: 'RabbitMQ user, instead of the one in `AMQP_URL`. Any characters, unencoded.',
    }),
  ),
  AMQP_PASSWORD: Type.Optional(Secret({ description: 'Password of `AMQP_USERNAME`, unencoded.' })),
  DELAY_STRATEGY: Choice(['auto', 'plugin', 'levels'], {
    default: 'auto',
    description:
      'How RabbitMQ delays: with the delayed-message plugin, with levels of queues, or with what the ' +
      'broker has.',
  }),
};

/** The same settings for a process that has something embedded in place of them. */
export const managedConfig = {
  ...amqpConfig,
  MONGODB_URI: Type.Optional(
    Secret({ description: `In place of the embedded store, together with \`AMQP_URL\`. ${uriMeaning}` }),
  ),
  AMQP_URL: Type.Optional(Secret({ description: `In place of the embedded broker. ${urlMeaning}` })),
};

/** The settings of each of the four processes, beside its own. */
export const runtimeConfig = {
  ...commonConfig,
  ...mongoConfig,
  ...amqpConfig,
  // Several replicas share them, so nothing can be generated at the first start.
  API_KEYS_FILE: Type.String({
    description: 'YAML file of API keys: id, workspace, scopes and SHA-256 of each.',
  }),
  SECRETS_DIR: Type.String({
    description:
      'Directory with one file per secret: `<workspace>.<name>`, or `<name>` for the installation. ' +
      '`link-secret` is required; `encryption-key` seals the secrets that workspaces write by the API.',
  }),
};
