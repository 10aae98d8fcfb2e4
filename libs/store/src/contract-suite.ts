import { describe } from 'vitest';
import { appendContract } from './contract/append.ts';
import { exactContract } from './contract/exact.ts';
import { findContract } from './contract/find.ts';
import type { SetUp } from './contract/fixtures.ts';
import { lifecycleContract } from './contract/lifecycle.ts';
import { logQueryContract } from './contract/log-query.ts';
import { pagingContract } from './contract/paging.ts';
import { streamContract } from './contract/stream.ts';
import { sweepContract } from './contract/sweep.ts';
import { writeContract } from './contract/write.ts';

export type { SetUp, StoreUnderTest } from './contract/fixtures.ts';

/**
 * What every store must do, as vitest tests. `setUp` makes an empty store, opened with the collections and
 * not migrated; it runs once per test. `effort`: how much of the random cases to try, for a server that is
 * slow to answer.
 */
export function storeContract(name: string, setUp: SetUp, { effort = 1 } = {}): void {
  describe(`the store contract, kept by ${name}`, () => {
    lifecycleContract(setUp);
    appendContract(setUp, effort);
    streamContract(setUp);
    logQueryContract(setUp);
    writeContract(setUp);
    exactContract(setUp, effort);
    findContract(setUp);
    pagingContract(setUp, effort);
    sweepContract(setUp);
  });
}
