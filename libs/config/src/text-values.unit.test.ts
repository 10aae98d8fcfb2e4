import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDurationMs, parseDurationMs } from './text-values.ts';

describe('parseDurationMs', () => {
  it.each([
    ['900', 900_000],
    ['900s', 900_000],
    ['1.5', 1_500],
    ['PT15M', 900_000],
    ['PT0.25S', 250],
    ['P1DT12H', 129_600_000],
    ['P2W', 1_209_600_000],
    ['P1D', 86_400_000],
  ])('%s is %i ms', (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each(['', 'P', 'PT', 'P1M', 'P1Y', 'P1DT', '-1', '15 min', 'pt1s', '1e3', 'PT1H30', 'NaN'])(
    '%j is not a duration',
    (text) => {
      expect(parseDurationMs(text)).toBeUndefined();
    },
  );

  it('reads back what formatDurationMs writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (ms) => {
        expect(parseDurationMs(formatDurationMs(ms))).toBe(ms);
      }),
    );
  });
});
