import { type CompiledExpression, compileExpression } from '../expression/compile.ts';
import type { CampaignDefinition, Step } from './definition.ts';
import { CAMPAIGN_VARIABLES } from './parse.ts';

/**
 * A definition ready to run: steps by id, where each leads, expressions compiled, and what events it listens
 * to.
 */
export interface Campaign {
  readonly id: string;
  readonly version: number;
  readonly definition: CampaignDefinition;
  readonly step: (id: string) => Step | undefined;
  /**
   * The step that follows a step that is done: the first of the branch taken, else its next sibling, else its
   * parent's.
   */
  readonly after: (done: { stepId: string; branch?: string } | undefined) => Step | undefined;
  readonly expression: (source: string) => CompiledExpression;
  /** The event types that can end a wait or an enrollment. */
  readonly listens: ReadonlySet<string>;
  /** The templates that its steps name. */
  readonly templates: readonly string[];
}

/** Branches of a step by the name that events record: `then`, `else`, `0`, `1`, …, `otherwise`. */
export function branchesOf(
  step: Step,
): readonly { readonly name: string; readonly steps: readonly Step[] }[] {
  if ('waitFor' in step) {
    return [
      { name: 'then', steps: step.then ?? [] },
      { name: 'else', steps: step.else ?? [] },
    ];
  }
  if ('choose' in step) {
    return step.choose.map((branch, index) =>
      'otherwise' in branch
        ? { name: 'otherwise', steps: branch.otherwise }
        : { name: String(index), steps: branch.steps },
    );
  }
  return [];
}

/** What a step sends, if it does. */
function sendsOf(step: Step): { readonly template: string } | undefined {
  if ('email' in step) return step.email;
  if ('sms' in step) return step.sms;
  if ('call' in step) return step.call;
  return 'webhook' in step ? step.webhook : undefined;
}

interface Place {
  readonly step: Step;
  readonly next: Step | undefined;
  readonly parent: string | undefined;
}

/** Compiles a definition that `parseCampaign` accepted. */
export function compileCampaign(definition: CampaignDefinition, version: number): Campaign {
  const places = new Map<string, Place>();
  const listens = new Set(definition.exit?.map((rule) => rule.on));
  const templates = new Set<string>();
  const visit = (steps: readonly Step[], parent: string | undefined): void => {
    steps.forEach((step, index) => {
      places.set(step.id, { step, next: steps[index + 1], parent });
      if ('waitFor' in step) listens.add(step.waitFor.on);
      const sends = sendsOf(step);
      if (sends !== undefined) templates.add(sends.template);
      for (const branch of branchesOf(step)) visit(branch.steps, step.id);
    });
  };
  visit(definition.steps, undefined);

  const expressions = new Map<string, CompiledExpression>();
  const siblingAfter = (stepId: string): Step | undefined => {
    let place = places.get(stepId);
    while (place !== undefined && place.next === undefined) {
      place = place.parent === undefined ? undefined : places.get(place.parent);
    }
    return place?.next;
  };

  return {
    id: definition.id,
    version,
    definition,
    listens,
    templates: [...templates],
    step: (id) => places.get(id)?.step,
    after(done) {
      if (done === undefined) return definition.steps[0];
      const step = places.get(done.stepId)?.step;
      const branch = step && branchesOf(step).find(({ name }) => name === done.branch);
      return branch?.steps[0] ?? siblingAfter(done.stepId);
    },
    expression(source) {
      let compiled = expressions.get(source);
      if (compiled === undefined) {
        compiled = compileExpression(source, CAMPAIGN_VARIABLES);
        expressions.set(source, compiled);
      }
      return compiled;
    },
  };
}
