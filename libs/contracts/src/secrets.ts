import type { Instant } from '@herald/domain';
import type { Document } from '@herald/store';

/** Written by messaging. A secret of a workspace that came by the API; `id` is its name. */
export interface SecretDocument extends Document {
  /** The key of the installation that sealed it. */
  readonly keyId: string;
  /** See `libs/secrets/src/seal.ts`. */
  readonly sealed: string;
  readonly changedAt: Instant;
}
