/**
 * Loaded before a process (`node --import`): its wall clock is off by CLOCK_SKEW_MS. Timers and durations are
 * as they were.
 */
const skew = Number(process.env.CLOCK_SKEW_MS ?? 0);
const RealDate = Date;

class SkewedDate extends RealDate {
  constructor(...parts: [] | ConstructorParameters<DateConstructor>) {
    if (parts.length === 0) super(RealDate.now() + skew);
    else super(...parts);
  }

  static override now(): number {
    return RealDate.now() + skew;
  }
}

globalThis.Date = SkewedDate as DateConstructor;
