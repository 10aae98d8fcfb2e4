/** Settings and secrets of a process, from its environment. */
export {
  bounceAddressConfig,
  commonConfig,
  twilioTokenConfig,
  waitingConfig,
  waitingOf,
} from './app-config.ts';
export { configTable } from './config-table.ts';
export { ConfigError, loadConfig } from './load-config.ts';
export { rotated } from './rotated.ts';
export { createSecrets, type Secrets } from './secrets.ts';
export { serviceUrl } from './service-url.ts';
export { Choice, Duration, ExactInstant, HttpUrl, Secret, Zone } from './settings.ts';
export { formatDurationMs, fromText, parseDurationMs } from './text-values.ts';
