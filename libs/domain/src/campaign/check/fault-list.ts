import type { Fault, Path, Place, SourceText } from '../../text/source-text.ts';

const MAX_FAULTS = 50;

/** Notes a mistake at a path; `inside` is its place within a text of one line. */
export type AddFault = (path: Path, message: string, inside?: Place) => void;

/** The mistakes of one campaign: the first 50 with their places, and how many there are in all. */
export function createFaultList(source: SourceText) {
  const faults: Fault[] = [];
  let count = 0;
  const add: AddFault = (path, message, inside) => {
    count += 1;
    // Looking up a place costs as much as the text is long: only what is shown is looked up.
    if (faults.length < MAX_FAULTS) faults.push(source.faultAt(path, message, inside));
  };
  return { add, faults, count: () => count };
}
