import { parseMessageType } from '../../message/message.ts';
import type { Path, Place } from '../../text/source-text.ts';
import type { AddFault } from './fault-list.ts';

const NAMES_A_STEP = /event\.data\.stepId *== *["']([A-Za-z0-9_-]{1,63})["']/g;

const unknownStep = (stepId: string): string =>
  `there is no step "${stepId}" in this campaign; where another campaign is meant, ` +
  'ask for event.data.campaignId too';

/** The steps that conditions name: a condition on a message means a step of its own campaign. */
export function createStepReferences(fault: AddFault) {
  const named: { stepId: string; path: Path; inside: Place }[] = [];
  return {
    /** Notes the steps that a condition names, unless it says of which campaign. */
    add(on: string, when: string | undefined, path: Path): void {
      if (when === undefined || parseMessageType(on) === undefined || when.includes('campaignId')) return;
      for (const found of when.matchAll(NAMES_A_STEP)) {
        const inside = { line: when.slice(0, found.index).split('\n').length, column: found.index + 1 };
        named.push({ stepId: found[1] ?? '', path, inside });
      }
    },
    /** Once all steps have been seen. */
    check(isStep: (stepId: string) => boolean): void {
      for (const { stepId, path, inside } of named)
        if (!isStep(stepId)) fault(path, unknownStep(stepId), inside);
    },
  };
}
