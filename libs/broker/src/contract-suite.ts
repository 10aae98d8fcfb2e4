import { afterEach, beforeEach, describe } from 'vitest';
import { batches } from './contract/batches.ts';
import { consuming } from './contract/consuming.ts';
import { deadLetters } from './contract/dead-letters.ts';
import { delays } from './contract/delays.ts';
import { observing } from './contract/observing.ts';
import { publishing } from './contract/publishing.ts';
import { retries } from './contract/retries.ts';
import { routing } from './contract/routing.ts';
import { openStage, type SetUp, type Stage } from './contract/stage.ts';
import { stopping } from './contract/stopping.ts';
import { subscribing } from './contract/subscribing.ts';
import { surviving } from './contract/surviving.ts';

export type { BrokerHarness, SetUp } from './contract/stage.ts';

/**
 * What every broker promises, as tests. They publish, consume and wait for what comes of it; they know
 * nothing of the implementation, and where two of them may differ within the port's words they allow both.
 */
export function brokerContract(name: string, setUp: SetUp): void {
  describe(name, () => {
    let stage: Stage;
    beforeEach(async () => {
      stage = await openStage(setUp);
    });
    afterEach(() => stage.end());

    const parts = [
      routing,
      publishing,
      subscribing,
      consuming,
      batches,
      stopping,
      retries,
      deadLetters,
      delays,
      surviving,
      observing,
    ];
    for (const part of parts) part(() => stage);
  });
}
