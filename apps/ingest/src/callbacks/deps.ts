import type { Clock } from '@herald/domain';
import type { Log } from '@herald/log';
import type { IngestMetrics } from '../metrics.ts';
import type { PublishEvents } from '../publish-events.ts';

/** What every callback works with. */
export interface CallbackDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: IngestMetrics;
  /** Signs the references that go out with messages. */
  readonly linkSecret: string;
  readonly publishEvents: PublishEvents;
  /** Public address of the API. */
  readonly publicUrl: string;
}
