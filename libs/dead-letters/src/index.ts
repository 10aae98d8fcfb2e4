/** Dead letters over HTTP: look at them, replay them, discard them. */
export { deadLettersRoutes } from './dead-letters.routes.ts';
