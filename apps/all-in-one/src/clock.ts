import { readFileSync } from 'node:fs';
import { systemClock } from '@herald/clock';
import type { Clock, Instant } from '@herald/domain';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { writeDurably } from './durable-file.ts';

/**
 * At the wall time `real` the clock showed `virtual`; since then it runs `rate` times as fast as the wall.
 */
const Anchor = Type.Object({
  rate: Type.Number({ exclusiveMinimum: 0 }),
  virtual: Type.Integer(),
  real: Type.Integer(),
});
type Anchor = Type.Static<typeof Anchor>;

export interface ClockOptions {
  /** How many times as fast as the wall; above 0. */
  readonly rate: number;
  /** What it shows at its very first start. Default: the wall time. An existing `file` takes precedence. */
  readonly start?: Instant | undefined;
  /** Keeps the anchor, so that a restart continues where the clock would be by now, even at another rate. */
  readonly file?: string;
}

/**
 * A clock that runs `rate` times as fast as the wall and never goes back, neither with the wall clock nor at
 * a restart. At rate 1, without a start or an earlier anchor, it is the wall clock. Throws if the rate is not
 * above 0, or if `file` is not an anchor: guessing the time would undo waits.
 */
export function createClock({ rate, start, file }: ClockOptions): Clock {
  if (!(rate > 0 && Number.isFinite(rate)))
    throw new RangeError(`the rate of a clock is above 0, not ${rate}`);
  const kept = file === undefined ? undefined : readAnchor(file);
  if (rate === 1 && start === undefined && kept === undefined) return systemClock;
  const real = Date.now();
  const anchor =
    kept?.rate === rate ? kept : { rate, real, virtual: kept === undefined ? (start ?? real) : shown(kept) };
  if (file !== undefined && anchor !== kept) writeDurably(file, JSON.stringify(anchor));
  let last = shown(anchor);
  return {
    rate,
    now() {
      last = Math.max(last, shown(anchor));
      return last;
    },
  };
}

/** If the wall clock is set back, this stays at the anchor. */
const shown = ({ virtual, real, rate }: Anchor): Instant =>
  virtual + Math.floor(Math.max(0, Date.now() - real) * rate);

function readAnchor(file: string): Anchor | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return Value.Parse(Anchor, JSON.parse(text));
  } catch (cause) {
    throw new Error(`${file} is not the anchor of a clock; repair it, or remove it with the data beside it`, {
      cause,
    });
  }
}
