import { ConfigError } from '@herald/config';
import { type AllowedAddresses, createAllowedAddresses } from '@herald/outbound';
import { listed } from './listed.ts';

/** The addresses that a variable allows beside public ones. Throws a `ConfigError`. */
export function allowedAddresses(variable: string, text = ''): AllowedAddresses {
  try {
    return createAllowedAddresses(listed(text));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new ConfigError([`${variable} is not a list of networks: ${error.message}`]);
  }
}
