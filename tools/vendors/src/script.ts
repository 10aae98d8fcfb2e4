import type { VendorAnswer } from './server.ts';

/** Answers in place of a vendor's own. */
export interface Interruptions {
  /** The answers to the next calls, one each. After them the vendor answers by itself again. */
  readonly answerNext: (...answers: readonly VendorAnswer[]) => void;
  /** The answer to every call from now on. Undefined: the vendor answers by itself again. */
  readonly answerAlways: (answer: VendorAnswer | undefined) => void;
  /** Takes the answer for one call, if one is set. */
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
