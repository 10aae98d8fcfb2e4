import type { Place } from '../language/fault.ts';

/** The texts of one message's template, and of the layout around it. */
export interface TemplateSources {
  readonly subject?: string;
  /** Mail programs show it after the subject in a list. */
  readonly preheader?: string;
  readonly html?: string;
  readonly text?: string;
  readonly layout?: LayoutSources;
  /** The partials that these, or the layout, take in, by name. */
  readonly partials?: Readonly<Record<string, LayoutSources>>;
}

/** A text without a mail around it: a text message, the text of a call, the body of a webhook. */
export interface PlainSource {
  readonly source: string;
  /** Its outputs are JSON values. */
  readonly json?: boolean;
}

/** Plain sources by the path of the template's field, such as `menu/0/say`. */
export type PlainSources = Readonly<Record<string, PlainSource>>;

export interface LayoutSources {
  readonly html?: string;
  readonly text?: string;
}

export interface Rendered {
  readonly subject: string;
  readonly html?: string;
  readonly text: string;
}

/** `subject`, `preheader`, `html`, `text`, `layout.html`, `layout.text`, or the name of a plain source. */
export type PartName = string;

/** What a check finds. */
export interface Checked {
  readonly faults: readonly PartFault[];
  /** The partials that are taken in, each once. */
  readonly partials: readonly string[];
  /** The paths into the data that are named, each once: `it.prospect.traits.name`, and its beginnings. */
  readonly variables: readonly string[];
}

/** A fault of one part of a template. It can be sent from one thread to another. */
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

/**
 * A template cannot be rendered, because of its author or of the data. Trying again will not help.
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly faults: readonly PartFault[];

  constructor(faults: readonly PartFault[]) {
    super(faults.map(sayFault).join('; '));
    this.faults = faults;
  }
}
