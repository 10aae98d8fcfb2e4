/** Where something stands in a template's text: both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * A fault of a template, for its author: at save time something that is not allowed, at render time a value
 * that is missing or does not fit. The message names paths and syntax, never personal data.
 */
export class TemplateFault extends Error {
  override readonly name = 'TemplateFault';
  readonly place: Place | undefined;

  constructor(reason: string, place?: Place) {
    super(reason);
    this.place = place;
  }
}

/** Answers where an offset into `text` is, for any number of offsets. */
export function placesOf(text: string): (offset: number) => Place {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}
