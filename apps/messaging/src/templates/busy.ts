import { Problem } from '@herald/http';
import { RendererBusyError } from '@herald/templates';

/** A full line before the renderer as the answer it is for a client; any other error as it is. */
export const busyAsProblem = (error: unknown): unknown =>
  error instanceof RendererBusyError
    ? new Problem(503, 'busy', 'Too many templates of this workspace are being rendered.', { retryAfter: 1 })
    : error;
