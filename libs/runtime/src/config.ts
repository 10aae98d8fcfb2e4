import { Choice, commonConfig, Secret } from '@herald/config';
import { Type } from 'typebox';

export const mongoConfig = {
  MONGODB_URI: Secret({
    description:
      'Where MongoDB is, with the database: `mongodb://user:password@host:27017/herald?replicaSet=rs0`.',
  }),
};

/** What each of the four processes is configured by, beside its own. */
export const runtimeConfig = {
  ...commonConfig,
  ...mongoConfig,
  AMQP_URL: Secret({ description: 'Where RabbitMQ is: `amqp://user:password@host:5672/vhost`.' }),
  AMQP_USERNAME: Type.Optional(
    Type.String({
      description: 'User for RabbitMQ, in the place of the one in `AMQP_URL`; any characters, as they are.',
    }),
  ),
  AMQP_PASSWORD: Type.Optional(Secret({ description: 'Their password, in the same way.' })),
  DELAY_STRATEGY: Choice(['auto', 'plugin', 'levels'], {
    default: 'auto',
    description:
      'How RabbitMQ delays: by the delayed-message plugin, by levels of queues, or by what the broker has.',
  }),
  // Several replicas share them, so nothing can be made up at the first start.
  API_KEYS_FILE: Type.String({
    description: 'YAML file of API keys: id, workspace, scopes and SHA-256 of each.',
  }),
  SECRETS_DIR: Type.String({
    description:
      'Directory with one file per secret: `<workspace>.<name>`, or `<name>` for the installation. ' +
      '`link-secret` must be there.',
  }),
};
