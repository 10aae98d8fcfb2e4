import type { Channel } from '../../message/channel.ts';
import { neverRecorded } from '../../recorded-types.ts';
import { type Fault, type Path, quoted, type SourceText } from '../../text/source-text.ts';
import { parseDuration } from '../../time/duration.ts';
import { zoneFault } from '../../time/zone.ts';
import type { Checker, Shape } from './checks.ts';
import { createExpressionCheck } from './expressions.ts';
import type { AddFault } from './fault-list.ts';
import { sentence } from './sentence.ts';
import { createStepReferences } from './step-references.ts';

/** A template that a step names, the channel it is for, and the place where it stands. */
export interface TemplateUse {
  readonly channel: Channel;
  readonly template: string;
  readonly fault: (message: string) => Fault;
}

export function createChecker(source: SourceText, fault: AddFault) {
  const { expression, condition } = createExpressionCheck(fault);
  const references = createStepReferences(fault);
  const templates: TemplateUse[] = [];

  const checker: Checker = {
    fault,
    expression,
    condition,
    matches<T>(shape: Shape<T>, value: unknown, path: Path): value is T {
      if (shape.Check(value)) return true;
      if (value === undefined) {
        fault(path, 'is missing');
        return false;
      }
      for (const error of shape.Errors(value)) {
        // The library also reports each alternative of a union, and a property that no schema allows twice.
        if (error.keyword === 'const' || error.keyword === 'boolean') continue;
        fault([...path, ...error.instancePath.split('/').slice(1)], sentence(error));
      }
      return false;
    },
    onlyFields(value, known, path) {
      for (const field of Object.keys(value)) {
        if (!known.includes(field))
          fault([...path, field], `unknown field "${quoted(field)}"; known here: ${known.join(', ')}`);
      }
    },
    duration(text, path) {
      if (text === undefined) return;
      try {
        parseDuration(text);
      } catch (error) {
        fault(path, error instanceof Error ? error.message : String(error));
      }
    },
    zone(name, path) {
      const wrong = name === undefined || name === 'prospect' ? undefined : zoneFault(name);
      if (wrong !== undefined) fault(path, wrong);
    },
    eventType(type, path) {
      const wrong = neverRecorded(type);
      if (wrong !== undefined) fault(path, wrong);
    },
    awaited({ on, when }, path) {
      checker.eventType(on, [...path, 'on']);
      references.add(on, when, [...path, 'when']);
      condition(when, [...path, 'when']);
    },
    template(channel, template, path) {
      templates.push({ channel, template, fault: (message) => source.faultAt(path, message) });
    },
  };
  return { checker, templates, checkReferences: references.check };
}
