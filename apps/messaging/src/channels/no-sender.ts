import { Problem } from '@herald/http';
import { NoSenderError } from './channel.ts';

/** That a workspace has no sender, as a `Problem` (409); any other error as it is. */
export const noSenderAsProblem = (error: unknown): unknown =>
  error instanceof NoSenderError
    ? new Problem(409, 'no_sender', `It cannot be sent: ${error.message}.`)
    : error;
