import type { VendorAnswer } from './server.ts';

/** Answers that stand in for a vendor's own. */
export interface Interruptions {
  /** What the next calls are answered, one each; then the vendor is itself again. */
  readonly answerNext: (...answers: readonly VendorAnswer[]) => void;
  /** What every call is answered until told otherwise; undefined: the vendor is itself again. */
  readonly answerAlways: (answer: VendorAnswer | undefined) => void;
  /** Takes the answer for one call, if there is one. */
  readonly take: () => VendorAnswer | undefined;
}

export function createInterruptions(): Interruptions {
  const queued: VendorAnswer[] = [];
  let always: VendorAnswer | undefined;
  return {
    answerNext: (...answers) => void queued.push(...answers),
    answerAlways(answer) {
      always = answer;
    },
    take: () => queued.shift() ?? always,
  };
}
