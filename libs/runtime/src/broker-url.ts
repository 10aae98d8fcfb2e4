import { serviceUrl } from '@herald/config';

interface BrokerConfig {
  readonly AMQP_URL: string;
  readonly AMQP_USERNAME?: string | undefined;
  readonly AMQP_PASSWORD?: string | undefined;
}

/**
 * The broker's URL, with the user and password that are set beside it. Throws a `ConfigError` that shows
 * nothing of the URL.
 */
export const brokerUrl = ({ AMQP_URL, AMQP_USERNAME, AMQP_PASSWORD }: BrokerConfig): string =>
  serviceUrl({
    name: 'AMQP_URL',
    url: AMQP_URL,
    schemes: ['amqp', 'amqps'],
    example: 'amqp://host:5672/vhost',
    path: true,
    username: AMQP_USERNAME,
    password: AMQP_PASSWORD,
    credentials: ['AMQP_USERNAME', 'AMQP_PASSWORD'],
  });
