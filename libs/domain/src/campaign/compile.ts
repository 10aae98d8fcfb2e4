import type { Awaited } from '../enrollment/state.ts';
import { type CompiledExpression, compileExpression } from '../expression/compile.ts';
import type { CampaignDefinition } from './definition.ts';
import { kindOf, type Step } from './steps/index.ts';
import type { Branch } from './steps/kind.ts';
import { CAMPAIGN_VARIABLES } from './variables.ts';

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

/** The lists of steps inside a step. */
export const branchesOf = (step: Step): readonly Branch<Step>[] =>
  // A kind does not know which kinds its inner steps are; that they are steps, `parseCampaign` has checked.
  (kindOf(step).branches?.(step) ?? []) as readonly Branch<Step>[];

/** The event that ends the wait of a step; undefined: none does. */
export const awaitedBy = (step: Step | undefined): Awaited | undefined =>
  step === undefined ? undefined : kindOf(step).awaits?.(step);

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
      const awaited = awaitedBy(step);
      if (awaited !== undefined) listens.add(awaited.on);
      const template = kindOf(step).template?.(step);
      if (template !== undefined) templates.add(template);
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
