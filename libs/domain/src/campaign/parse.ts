import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { isOwnType } from '../event.ts';
import { compileCondition, compileExpression } from '../expression/compile.ts';
import { ExpressionError } from '../expression/errors.ts';
import { isObject } from '../json.ts';
import { hoursFaults, rateFault } from '../limits/faults.ts';
import type { Rate } from '../limits/rates.ts';
import { CHANNELS, type Channel, parseMessageType } from '../message/message.ts';
import { webhookUrlFault } from '../message/webhook-url.ts';
import { neverRecorded } from '../recorded-types.ts';
import { parseDuration } from '../time/duration.ts';
import type { Hours } from '../time/hours.ts';
import { zoneFault } from '../time/zone.ts';
import { constantDateFault } from './constant-date.ts';
import type { CampaignDefinition } from './definition.ts';
import { type Fault, listed, type Path, quoted, readText, type SourceText } from './faults.ts';
import * as schema from './schema.ts';

/** What every condition and computed value of a campaign may use. */
export const CAMPAIGN_VARIABLES = ['event', 'prospect', 'company', 'enrollment', 'now'] as const;

/** A template that a step names, the channel it is for, and the place where it stands. */
export interface TemplateUse {
  readonly channel: Channel;
  readonly template: string;
  readonly fault: (message: string) => Fault;
}

export type ParsedCampaign =
  | { readonly ok: true; readonly definition: CampaignDefinition; readonly templates: readonly TemplateUse[] }
  | {
      readonly ok: false;
      /** The first 50. */
      readonly faults: readonly Fault[];
      /** How many there are in all. */
      readonly count: number;
    };

const MAX_TEXT = 256 * 1024;
const MAX_STEPS = 500;
const MAX_EXPRESSIONS = 1_000;
/** characters of all expressions together: compiling 100,000 takes a tenth of a second. */
const MAX_EXPRESSION_TEXT = 64 * 1024;
const MAX_FAULTS = 50;
const MAX_NESTING = 10;
const LATER_KINDS = ['split', 'repeat'];
const THEN_OF_SENDS =
  'of a step that sends must be dontWait, or be left out; what comes next is the next step of the list';

const check = {
  id: Compile(schema.campaignId),
  stepId: Compile(schema.stepId),
  enter: Compile(schema.enter),
  exitRule: Compile(schema.exitRule),
  window: Compile(schema.hours),
  rate: Compile(schema.rate),
  email: Compile(schema.email),
  sms: Compile(schema.sms),
  call: Compile(schema.call),
  webhook: Compile(schema.webhook),
  waitFor: Compile(schema.waitFor),
  untilTime: Compile(schema.untilTime),
  untilDate: Compile(schema.untilDate),
  update: Compile(schema.update),
  emit: Compile(schema.emit),
  exit: Compile(schema.exit),
};

/**
 * A campaign from YAML or JSON text: the definition, or every mistake with its place. Checks the shape, ids,
 * event types, durations, zones, and that every expression compiles; whether the templates exist is for the
 * caller, with what `templates` gives.
 */
export function parseCampaign(text: string): ParsedCampaign {
  if (text.length > MAX_TEXT) {
    return {
      ok: false,
      faults: [{ path: '', line: 1, column: 1, message: `longer than ${MAX_TEXT} characters` }],
      count: 1,
    };
  }
  const source = readText(text);
  if (source.faults.length > 0) return { ok: false, faults: source.faults, count: source.faults.length };
  const checker = createChecker(source);
  checker.campaign(source.value);
  const count = checker.count();
  if (count > 0) return { ok: false, faults: checker.faults, count };
  return { ok: true, definition: source.value as CampaignDefinition, templates: checker.templates };
}

function createChecker(source: SourceText) {
  const faults: Fault[] = [];
  const templates: TemplateUse[] = [];
  const places = new Map<string, Path>();

  let count = 0;
  let stepCount = 0;
  let expressionCount = 0;
  let expressionText = 0;

  /**
   * Looking up where a mistake stands costs as much as the text is long: only those that are shown are looked
   * up.
   */
  const fault = (path: Path, message: string, inside?: { line: number; column: number }): void => {
    count += 1;
    if (faults.length < MAX_FAULTS) faults.push(source.faultAt(path, message, inside));
  };

  const matches = (validator: ReturnType<typeof Compile<TSchema>>, value: unknown, path: Path): boolean => {
    if (validator.Check(value)) return true;
    if (value === undefined) {
      fault(path, 'is missing');
      return false;
    }
    for (const error of validator.Errors(value)) {
      // The library also reports each alternative of a union, and a property that no schema allows twice.
      if (error.keyword === 'const' || error.keyword === 'boolean') continue;
      const inner = error.instancePath.split('/').slice(1);
      fault([...path, ...inner], sentence(error));
    }
    return false;
  };

  const expression = (text: string | undefined, path: Path, compile = compileExpression): void => {
    if (text === undefined) return;
    expressionCount += 1;
    if (expressionCount === MAX_EXPRESSIONS + 1) fault(path, `more than ${MAX_EXPRESSIONS} expressions`);
    const before = expressionText;
    expressionText += text.length;
    if (before <= MAX_EXPRESSION_TEXT && expressionText > MAX_EXPRESSION_TEXT)
      fault(path, `the expressions are longer than ${MAX_EXPRESSION_TEXT} characters together`);
    if (expressionCount > MAX_EXPRESSIONS || expressionText > MAX_EXPRESSION_TEXT) return;
    try {
      compile(text, CAMPAIGN_VARIABLES);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      fault(path, `CEL: ${error.message}`, error);
    }
  };

  const condition = (text: string | undefined, path: Path): void => expression(text, path, compileCondition);

  const eventType = (type: string, path: Path): void => {
    const wrong = neverRecorded(type);
    if (wrong !== undefined) fault(path, wrong);
  };

  const named: { stepId: string; path: Path; inside: { line: number; column: number } }[] = [];
  /** A condition on a message names a step of this campaign, unless it says of which campaign. */
  const ownSteps = (on: string, when: string | undefined, path: Path): void => {
    if (when === undefined || parseMessageType(on) === undefined || when.includes('campaignId')) return;
    for (const found of when.matchAll(NAMES_A_STEP))
      named.push({
        stepId: found[1] ?? '',
        path,
        inside: { line: when.slice(0, found.index).split('\n').length, column: found.index + 1 },
      });
  };

  const duration = (text: string | undefined, path: Path): void => {
    if (text === undefined) return;
    try {
      parseDuration(text);
    } catch (error) {
      fault(path, error instanceof Error ? error.message : String(error));
    }
  };

  const onlyKeys = (value: Record<string, unknown>, allowed: readonly string[], path: Path): void => {
    for (const key of Object.keys(value)) {
      if (!allowed.includes(key))
        fault([...path, key], `unknown field "${quoted(key)}"; known here: ${allowed.join(', ')}`);
    }
  };

  const steps = (value: unknown, path: Path, nesting: number): void => {
    if (!Array.isArray(value)) return fault(path, 'must be a list of steps');
    if (nesting > MAX_NESTING) return fault(path, `steps are nested deeper than ${MAX_NESTING}`);
    value.forEach((step: unknown, index) => {
      oneStep(step, [...path, index], nesting);
    });
  };

  const oneStep = (step: unknown, path: Path, nesting: number): void => {
    stepCount += 1;
    if (stepCount === MAX_STEPS + 1) fault(path, `more than ${MAX_STEPS} steps`);
    if (stepCount > MAX_STEPS) return;
    if (!isObject(step)) return fault(path, 'must be a step: an id and one of the things a step does');
    if (matches(check.stepId, step.id, [...path, 'id'])) {
      const id = String(step.id);
      const first = places.get(id);
      if (first !== undefined)
        fault([...path, 'id'], `step id "${id}" is already used at ${first.join('/')}`);
      places.set(id, path);
    }
    const isSend = CHANNELS.some((channel) => channel in step);
    const kinds = Object.keys(step).filter(
      (key) =>
        key !== 'id' &&
        !(key === 'then' && isSend) &&
        !('waitFor' in step && (key === 'then' || key === 'else')),
    );
    if (isSend && !('waitFor' in step) && step.then !== undefined && step.then !== 'dontWait')
      fault([...path, 'then'], THEN_OF_SENDS);
    const [kind, ...more] = kinds;
    if (kind === undefined)
      return fault(path, `says nothing to do; one of ${Object.keys(byKind).join(', ')} is needed`);
    const checkKind = byKind[kind];
    if (checkKind === undefined) {
      const later = LATER_KINDS.includes(kind) ? ' (not available in this version)' : '';
      return fault(
        [...path, kind],
        `unknown step "${quoted(kind)}"${later}; known: ${Object.keys(byKind).join(', ')}`,
      );
    }
    if (more.length > 0)
      fault([...path, more[0] ?? ''], `a step does one thing; this one has ${listed(kinds, ' and ')}`);
    checkKind(step, path, nesting);
  };

  const oneBranch = (branch: unknown, here: Path, isLast: boolean, nesting: number): void => {
    if (!isObject(branch)) return fault(here, 'must be { when, steps } or { otherwise: [...] }');
    if ('otherwise' in branch) {
      onlyKeys(branch, ['otherwise'], here);
      if (!isLast) fault(here, 'otherwise must be the last branch');
      return steps(branch.otherwise, [...here, 'otherwise'], nesting + 1);
    }
    onlyKeys(branch, ['when', 'steps'], here);
    if (typeof branch.when !== 'string') fault([...here, 'when'], 'must be a CEL condition');
    else condition(branch.when, [...here, 'when']);
    steps(branch.steps, [...here, 'steps'], nesting + 1);
  };

  const sends = (channel: Channel, value: unknown, path: Path): void => {
    if (!matches(check[channel], value, path)) return;
    const { template, url } = value as { template: string; url?: string };
    const wrong = url === undefined ? undefined : webhookUrlFault(url);
    if (wrong !== undefined) fault([...path, 'url'], wrong);
    templates.push({
      channel,
      template,
      fault: (message) => source.faultAt([...path, 'template'], message),
    });
  };

  const byKind: Record<string, (step: Record<string, unknown>, path: Path, nesting: number) => void> = {
    email: (step, path) => sends('email', step.email, [...path, 'email']),
    sms: (step, path) => sends('sms', step.sms, [...path, 'sms']),
    call: (step, path) => sends('call', step.call, [...path, 'call']),
    webhook: (step, path) => sends('webhook', step.webhook, [...path, 'webhook']),
    wait(step, path) {
      const at = [...path, 'wait'];
      if (typeof step.wait === 'string') return duration(step.wait, at);
      if (!isObject(step.wait) || !isObject(step.wait.until)) {
        return fault(
          at,
          'must be a duration such as P2D, or until: { at: "09:00" }, or until: { date: <CEL> }',
        );
      }
      onlyKeys(step.wait, ['until'], at);
      const { until } = step.wait;
      const isDate = 'date' in until;
      if (!matches(isDate ? check.untilDate : check.untilTime, until, [...at, 'until'])) return;
      const wrong = until.zone === undefined || until.zone === 'prospect' ? undefined : zoneFault(until.zone);
      if (wrong !== undefined) fault([...at, 'until', 'zone'], wrong);
      if (!isDate) return;
      const place = [...at, 'until', 'date'];
      expression(String(until.date), place);
      const never = constantDateFault(String(until.date));
      if (never !== undefined) fault(place, never);
    },
    waitFor(step, path, nesting) {
      if (matches(check.waitFor, step.waitFor, [...path, 'waitFor'])) {
        const { on, when, timeout } = step.waitFor as { on: string; when?: string; timeout?: string };
        eventType(on, [...path, 'waitFor', 'on']);
        ownSteps(on, when, [...path, 'waitFor', 'when']);
        condition(when, [...path, 'waitFor', 'when']);
        duration(timeout, [...path, 'waitFor', 'timeout']);
        if (timeout === undefined && step.else !== undefined) {
          fault([...path, 'else'], 'is never reached: waitFor has no timeout');
        }
      }
      for (const branch of ['then', 'else']) {
        if (step[branch] !== undefined) steps(step[branch], [...path, branch], nesting + 1);
      }
    },
    choose(step, path, nesting) {
      const at = [...path, 'choose'];
      if (!Array.isArray(step.choose) || step.choose.length === 0)
        return fault(at, 'must be a list of branches');
      for (const [index, branch] of step.choose.entries()) {
        oneBranch(branch, [...at, index], index === step.choose.length - 1, nesting);
      }
    },
    update(step, path) {
      if (!matches(check.update, step.update, [...path, 'update'])) return;
      const { traits } = step.update as { traits: Record<string, string> };
      for (const [name, text] of Object.entries(traits))
        expression(text, [...path, 'update', 'traits', name]);
    },
    emit(step, path) {
      if (!matches(check.emit, step.emit, [...path, 'emit'])) return;
      const { type, data } = step.emit as { type: string; data?: Record<string, string> };
      if (isOwnType(type))
        fault([...path, 'emit', 'type'], `"${type}" is a type that only Herald itself records`);
      for (const [name, text] of Object.entries(data ?? {}))
        expression(text, [...path, 'emit', 'data', name]);
    },
    exit(step, path) {
      matches(check.exit, step.exit, [...path, 'exit']);
    },
  };

  const campaign = (value: unknown): void => {
    if (!isObject(value)) return fault([], 'must be a campaign: id, enter and steps');
    onlyKeys(value, ['id', 'name', 'enter', 'exit', 'window', 'rate', 'steps'], []);
    matches(check.id, value.id, ['id']);
    if (value.name !== undefined && typeof value.name !== 'string') fault(['name'], 'must be text');
    if (matches(check.enter, value.enter, ['enter'])) {
      const enter = value.enter as { on: string; when?: string; notWithin?: string; maxAge?: string };
      eventType(enter.on, ['enter', 'on']);
      condition(enter.when, ['enter', 'when']);
      duration(enter.notWithin, ['enter', 'notWithin']);
      duration(enter.maxAge, ['enter', 'maxAge']);
    }
    if (value.exit !== undefined) {
      if (!Array.isArray(value.exit)) fault(['exit'], 'must be a list of { on, when? }');
      else {
        value.exit.forEach((rule: unknown, index) => {
          if (!matches(check.exitRule, rule, ['exit', index])) return;
          const { on, when } = rule as { on: string; when?: string };
          eventType(on, ['exit', index, 'on']);
          ownSteps(on, when, ['exit', index, 'when']);
          condition(when, ['exit', index, 'when']);
        });
      }
    }
    if (value.window !== undefined && matches(check.window, value.window, ['window']))
      for (const { path, message } of hoursFaults(value.window as Hours)) fault(['window', path], message);
    if (value.rate !== undefined && matches(check.rate, value.rate, ['rate'])) {
      const wrong = rateFault(value.rate as Rate);
      if (wrong !== undefined) fault(['rate', 'per'], wrong);
    }
    if (value.steps === undefined) return fault([], 'has no steps');
    steps(value.steps, ['steps'], 0);
    if (Array.isArray(value.steps) && value.steps.length === 0) fault(['steps'], 'has no steps');
    for (const { stepId, path, inside } of named) {
      if (!places.has(stepId) && stepCount <= MAX_STEPS) fault(path, unknownStep(stepId), inside);
    }
  };

  return { campaign, faults, templates, count: () => count };
}

const NAMES_A_STEP = /event\.data\.stepId *== *["']([A-Za-z0-9_-]{1,63})["']/g;

const unknownStep = (stepId: string): string =>
  `there is no step "${stepId}" in this campaign; where another campaign is meant, ask for ` +
  'event.data.campaignId too';

/** A schema error in words that say what to do. */
function sentence(error: { keyword: string; message: string; params: object }): string {
  const params = error.params as {
    additionalProperties?: string[];
    requiredProperties?: string[];
    allowedValues?: string[];
    pattern?: string;
  };
  if (error.keyword === 'additionalProperties')
    return `unknown field "${listed(params.additionalProperties ?? [], '", "')}"`;
  if (error.keyword === 'required') return `needs "${params.requiredProperties?.join('", "')}"`;
  if (error.keyword === 'enum') return `must be one of ${params.allowedValues?.join(', ')}`;
  if (error.keyword === 'pattern')
    return `must be ${schema.patternWords[params.pattern ?? ''] ?? params.pattern}`;
  return error.message;
}
