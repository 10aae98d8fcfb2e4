import { Compile } from 'typebox/compile';
import { isObject } from '../../json.ts';
import { hoursFaults, rateFault } from '../../limits/faults.ts';
import type { SourceText } from '../../text/source-text.ts';
import { campaignId } from '../fields.ts';
import * as schema from '../schema.ts';
import { utm, utmFaults } from '../utm.ts';
import { createChecker } from './checker.ts';
import type { Checker } from './checks.ts';
import { createFaultList } from './fault-list.ts';
import { createStepsCheck } from './steps.ts';

const shape = {
  id: Compile(campaignId),
  enter: Compile(schema.enter),
  exitRule: Compile(schema.exitRule),
  window: Compile(schema.hours),
  rate: Compile(schema.rate),
  utm: Compile(utm),
};

/** Every mistake of a campaign, and the templates that it names. */
export function checkCampaign(source: SourceText) {
  const list = createFaultList(source);
  const { checker, templates, checkReferences } = createChecker(source, list.add);
  const { steps, isStep } = createStepsCheck(checker);
  const { value } = source;
  if (!isObject(value)) {
    list.add([], 'must be a campaign: id, enter and steps');
  } else {
    checker.onlyFields(value, ['id', 'name', 'enter', 'exit', 'window', 'rate', 'utm', 'steps'], []);
    checker.matches(shape.id, value.id, ['id']);
    if (value.name !== undefined && typeof value.name !== 'string') list.add(['name'], 'must be text');
    checkEnter(value.enter, checker);
    if (value.exit !== undefined) checkExit(value.exit, checker);
    if (value.window !== undefined) checkWindow(value.window, checker);
    if (value.rate !== undefined) checkRate(value.rate, checker);
    if (value.utm !== undefined) checkUtm(value.utm, checker);
    if (value.steps === undefined) {
      list.add([], 'has no steps');
    } else {
      steps(value.steps, ['steps']);
      if (Array.isArray(value.steps) && value.steps.length === 0) list.add(['steps'], 'has no steps');
      checkReferences(isStep);
    }
  }
  return { faults: list.faults, count: list.count(), templates };
}

function checkEnter(enter: unknown, { matches, eventType, condition, duration }: Checker): void {
  if (!matches(shape.enter, enter, ['enter'])) return;
  eventType(enter.on, ['enter', 'on']);
  condition(enter.when, ['enter', 'when']);
  duration(enter.notWithin, ['enter', 'notWithin']);
  duration(enter.maxAge, ['enter', 'maxAge']);
}

function checkExit(rules: unknown, { fault, matches, awaited }: Checker): void {
  if (!Array.isArray(rules)) return fault(['exit'], 'must be a list of { on, when? }');
  for (const [index, rule] of rules.entries()) {
    const path = ['exit', index];
    if (matches(shape.exitRule, rule, path)) awaited(rule, path);
  }
}

function checkWindow(window: unknown, { fault, matches }: Checker): void {
  if (!matches(shape.window, window, ['window'])) return;
  for (const { path, message } of hoursFaults(window)) fault(['window', path], message);
}

function checkRate(rate: unknown, { fault, matches }: Checker): void {
  if (!matches(shape.rate, rate, ['rate'])) return;
  const wrong = rateFault(rate);
  if (wrong !== undefined) fault(['rate', 'per'], wrong);
}

function checkUtm(given: unknown, { fault, matches }: Checker): void {
  if (!matches(shape.utm, given, ['utm'])) return;
  for (const { path, message, column } of utmFaults(given))
    fault(['utm', ...path], message, column === undefined ? undefined : { line: 1, column });
}
