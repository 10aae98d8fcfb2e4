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
 * What every broker promises, as tests. They use the port alone: publish, consume and wait for the outcome.
 * Where the port leaves implementations a choice they allow both.
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
