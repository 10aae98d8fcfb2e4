import { within } from '@herald/clock';

/** Reads what only a query can tell, once per scrape, however many gauges wait for it. */
export interface Readings {
  /**
   * `read` sets its gauges; when it fails or takes too long, `clear` takes their old values away and `failed`
   * counts it.
   */
  add(reading: Reading): void;
  /** Resolves when every reading is done, failed or out of time. Never rejects. */
  refresh(): Promise<void>;
}

interface Reading {
  readonly read: () => Promise<void>;
  readonly clear: () => void;
  readonly failed: () => void;
}

/** ms of wall time: below the 10 s after which Prometheus gives a scrape up. */
const TIME_LIMIT = 3_000;

export function createReadings(timeLimit: number = TIME_LIMIT): Readings {
  const readings: Reading[] = [];
  let running: Promise<unknown> | undefined;

  const take = async ({ read, clear, failed }: Reading): Promise<void> => {
    try {
      await within(timeLimit, read());
    } catch {
      // A stale number would pass for a fresh one. The count tells that it is missing; the query itself logs
      // why.
      clear();
      failed();
    }
  };

  return {
    add: (reading) => void readings.push(reading),
    async refresh() {
      running ??= Promise.all(readings.map(take)).finally(() => {
        running = undefined;
      });
      await running;
    },
  };
}
