import { ConfigError } from '@herald/service';

interface BrokerConfig {
  readonly AMQP_URL: string;
  readonly AMQP_USERNAME?: string | undefined;
  readonly AMQP_PASSWORD?: string | undefined;
}

/**
 * Where the broker is, with the user and password that are given beside the URL. So a password may hold any character: inside a URL written
 * by hand or by a template, an `@` or `/` would end it. Throws a `ConfigError` that shows nothing of the URL.
 */
export function brokerUrl({ AMQP_URL, AMQP_USERNAME, AMQP_PASSWORD }: BrokerConfig): string {
  if (AMQP_USERNAME === undefined && AMQP_PASSWORD === undefined) return AMQP_URL;
  if (!URL.canParse(AMQP_URL)) {
    throw new ConfigError([
      'AMQP_URL is not right (its value is not shown); expected amqp://host:5672/vhost',
    ]);
  }
  const url = new URL(AMQP_URL);
  // The setters of a URL leave `%` as it is.
  if (AMQP_USERNAME !== undefined) url.username = encodeURIComponent(AMQP_USERNAME);
  if (AMQP_PASSWORD !== undefined) url.password = encodeURIComponent(AMQP_PASSWORD);
  return url.href;
}
