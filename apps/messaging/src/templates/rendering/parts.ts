import type { Place } from '../language/fault.ts';

/** The texts of one message's template, and of the layout around it. */
export interface TemplateSources {
  readonly subject?: string;
  readonly html?: string;
  readonly text?: string;
  readonly layout?: LayoutSources;
}

export interface LayoutSources {
  readonly html?: string;
  readonly text?: string;
}

export interface Rendered {
  readonly subject: string;
  readonly html?: string;
  readonly text: string;
}

export type PartName = 'subject' | 'html' | 'text' | 'layout.html' | 'layout.text';

/** What is wrong with one part of a template. It can cross from one thread to another. */
export interface PartFault {
  readonly part?: PartName;
  readonly place?: Place;
  readonly reason: string;
}

/** `html line 3: prospect.traits.firstName has no value; …` */
function sayFault({ part, place, reason }: PartFault): string {
  const where = [part, place && `line ${place.line}`].filter((word) => word !== undefined).join(' ');
  return where === '' ? reason : `${where}: ${reason}`;
}

/** A template cannot be rendered: the fault of its author, or of the data it met. Trying again will not help. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly faults: readonly PartFault[];

  constructor(faults: readonly PartFault[]) {
    super(faults.map(sayFault).join('; '));
    this.faults = faults;
  }
}
