import { expect, it } from 'vitest';
import { checksOf } from './checks.ts';
import type { Service } from './service.ts';

type Checked = Pick<Service, 'name' | 'needs' | 'checks'>;

const well = { ping: async () => {} };
const namesOf = (...services: Checked[]) => {
  const { needed, shown } = checksOf({ store: well, broker: well, services });
  return { needed: Object.keys(needed), shown: Object.keys(shown) };
};

it('a process needs what its service needs, and what that checks itself', () => {
  const checks = { consuming: async () => {} };
  expect(namesOf({ name: 'handler', needs: ['store', 'broker'], checks })).toEqual({
    needed: ['store', 'broker', 'handler.consuming'],
    shown: [],
  });
});

it('several services in one process need what each of them needs: one that works keeps it in traffic', () => {
  const ingest: Checked = { name: 'ingest', needs: ['broker'], checks: {} };
  const handler: Checked = { name: 'handler', needs: ['store', 'broker'], checks: {} };
  expect(namesOf(ingest, handler)).toEqual({ needed: ['broker'], shown: ['store'] });
});
