/** Dead letters over HTTP: list, replay, discard. */
export { deadLettersRoutes } from './dead-letters.routes.ts';
