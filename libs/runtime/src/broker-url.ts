import { nodeUrls } from '@herald/broker/rabbitmq';
import { serviceUrl } from '@herald/config';

interface BrokerConfig {
  readonly AMQP_URL: string;
  readonly AMQP_USERNAME?: string | undefined;
  readonly AMQP_PASSWORD?: string | undefined;
}

/**
 * The URLs of the broker's nodes, with commas between, each with the user and password that are set beside
 * it. Throws a `ConfigError` that shows nothing of them.
 */
export const brokerUrl = ({ AMQP_URL, AMQP_USERNAME, AMQP_PASSWORD }: BrokerConfig): string =>
  nodeUrls(AMQP_URL)
    .map((url) =>
      serviceUrl({
        name: 'AMQP_URL',
        url,
        schemes: ['amqp', 'amqps'],
        example: 'amqp://host:5672/vhost (for a cluster: amqp://a:5672,b:5672/vhost)',
        path: true,
        username: AMQP_USERNAME,
        password: AMQP_PASSWORD,
        credentials: ['AMQP_USERNAME', 'AMQP_PASSWORD'],
      }),
    )
    .join(',');
