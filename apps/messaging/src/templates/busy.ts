import { Problem } from '@herald/http';
import { RendererBusyError } from '@herald/templates';

/** A full queue of the renderer as a `Problem` (503); any other error as it is. */
export const busyAsProblem = (error: unknown): unknown =>
  error instanceof RendererBusyError
    ? new Problem(503, 'busy', 'Too many templates of this workspace are being rendered.', { retryAfter: 1 })
    : error;
