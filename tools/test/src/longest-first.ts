import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take longest, by a part of their path, the longest first: begun last, each would run alone. */
const LONG = [
  'tests/faults/',
  'libs/broker/src/rabbitmq/rabbitmq',
  'tests/killed/',
  'tests/observability/rules',
  'tests/window/',
  'tests/managed/',
  'libs/broker/src/embedded/embedded',
  'tests/image/',
];

const rank = ({ moduleId }: TestSpecification): number => {
  const at = LONG.findIndex((part) => moduleId.includes(part));
  return at === -1 ? LONG.length : at;
};

/** Vitest's own order, but for files known to take long: those come first. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rank(one) - rank(other));
  }
}
