import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { shown } from '../options.ts';
import type { Played } from '../playing/play.ts';
import { counted } from '../report/layout.ts';
import type { Check } from './checks.ts';
import type { Outcome } from './outcome.ts';

/** The result of the examples on any machine, in the shape of `expected.yaml`. */
function summaryOf(outcome: Outcome, played: Played) {
  return {
    accepted: played.accepted.size,
    duplicates: played.duplicates,
    skipped: played.skipped,
    refused: played.refused.map(({ what, status }) => `${status} ${what}`),
    messages: Object.fromEntries(
      [...Map.groupBy(outcome.messages, ({ channel }) => channel)].map(([channel, messages]) => [
        channel,
        Object.fromEntries(counted(messages.map(({ status }) => status))),
      ]),
    ),
    campaigns: Object.fromEntries(
      outcome.reports.map(({ campaignId, entered, completed, exited, failed, messagesByStep }) => [
        campaignId,
        { entered, completed, exited, failed, steps: messagesByStep },
      ]),
    ),
  };
}

/** ms by which the examples stay away from every boundary. */
const MARGIN = 20 * 3_600_000;

/** Compares the result of the examples with the expected one. */
export async function asExpected(file: string, outcome: Outcome, played: Played): Promise<Check> {
  const problems: string[] = [];
  compare(
    '',
    parse(await readFile(file, 'utf8')),
    JSON.parse(JSON.stringify(summaryOf(outcome, played))),
    problems,
  );
  if (problems.length > 0 && played.behind > MARGIN) {
    const hours = Math.round(played.behind / 3_600_000);
    problems.unshift(
      `this machine was too busy: an event was sent ${hours} h late on the clock; try DEMO_SECONDS=120`,
    );
  }
  return { what: `the examples came to what ${shown(file)} says`, problems };
}

function compare(path: string, wanted: unknown, found: unknown, problems: string[]): void {
  if (isTree(wanted) && isTree(found)) {
    for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)]))
      compare(path === '' ? key : `${path}.${key}`, wanted[key], found[key], problems);
  } else if (wanted !== found) {
    problems.push(
      `${path} is ${JSON.stringify(found) ?? 'missing'}, not ${JSON.stringify(wanted) ?? 'there'}`,
    );
  }
}

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
