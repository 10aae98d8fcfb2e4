/** Runs a service as a process of its own, on MongoDB and RabbitMQ. */
export { managedConfig, runtimeConfig } from './config.ts';
export { mongoStore, rabbitBroker } from './dependencies.ts';
export { openDependencies } from './open-dependencies.ts';
export { runApp } from './run-app.ts';
export { unlessSignalled } from './unless-signalled.ts';
export { withStore } from './with-store.ts';
