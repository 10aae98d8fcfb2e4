/** Keeps templates and settings, and sends messages. */
export { messagingConfig } from './config.ts';
export { configuredMessaging } from './configured.ts';
export type { Provider } from './providers/provider.ts';
export { createMessaging } from './service.ts';
