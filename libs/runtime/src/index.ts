/** Runs a service as a process of its own, on MongoDB and RabbitMQ. */
export { runtimeConfig } from './config.ts';
export { runApp } from './run-app.ts';
export { withStore } from './with-store.ts';
