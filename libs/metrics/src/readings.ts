import { within } from '@herald/clock';

/** Reads gauges that need a query: once per scrape, however many gauges there are. */
export interface Readings {
  /**
   * `read` sets its gauges. When it fails or takes too long, `clear` removes their old values and `failed`
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

/** ms of wall time. Prometheus gives up a scrape after 10 s. */
const TIME_LIMIT = 3_000;

export function createReadings(timeLimit: number = TIME_LIMIT): Readings {
  const readings: Reading[] = [];
  let running: Promise<unknown> | undefined;

  const take = async ({ read, clear, failed }: Reading): Promise<void> => {
    try {
      await within(timeLimit, read());
    } catch {
      // An old number would pass for a new one. The counter shows that it is missing; the query itself logs
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
