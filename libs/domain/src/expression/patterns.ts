import { RE2JS } from 're2js';
import type { Meter } from './meter.ts';

/** Instructions of a compiled pattern. `^[\w.+-]+@(example|test)\.com$` has 26. */
const MAX_SIZE = 300;

const TOO_LARGE = `the pattern is too large: repetitions count as often as they repeat, at most ${MAX_SIZE}`;

/** Instructions tried in the time of one step. */
const TRIED_AT_ONCE = 5;

/**
 * JavaScript's own regular expressions can take exponential time; RE2's take at most its size for each
 * character.
 */
const compiled = new Map<string, RE2JS>();

function compile(pattern: string): RE2JS {
  let program = compiled.get(pattern);
  if (program === undefined) {
    program = RE2JS.compile(pattern);
    if (compiled.size >= 1_000) compiled.clear();
    compiled.set(pattern, program);
  }
  return program;
}

/** Why a pattern cannot be used, in words; undefined if it can. */
export function patternFault(pattern: string): string | undefined {
  // Compiling a repetition of a repetition can itself take minutes.
  if (roughSize(pattern) > MAX_SIZE) return TOO_LARGE;
  try {
    return compile(pattern).programSize() > MAX_SIZE ? TOO_LARGE : undefined;
  } catch (error) {
    return `not a pattern: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Whether the pattern is found in the text; counts its size for each character. */
export function matches(text: string, pattern: string, meter: Meter): boolean {
  const program = compile(pattern);
  meter.steps((text.length * program.programSize()) / TRIED_AT_ONCE);
  // `find` and not `test`, whose automaton keeps megabytes for each pattern.
  return program.matcher(text).find();
}

const TOKEN = /\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{(\d+)(?:,(\d*))?\}|[\s\S]/gu;

/** An upper bound of the single characters of a pattern once its counted repetitions are written out. */
function roughSize(pattern: string): number {
  const open: number[] = [0];
  let last = 0;
  for (const [token, from, to] of pattern.matchAll(TOKEN)) {
    const inside = open.length - 1;
    if (token === '(') {
      open.push(0);
      last = 0;
    } else if (token === ')' && inside > 0) {
      last = open.pop() ?? 0;
      open[inside - 1] = (open[inside - 1] ?? 0) + last;
    } else if (from !== undefined) {
      const times = Math.max(Number(from), Number(to ?? 0), 1);
      open[inside] = (open[inside] ?? 0) + last * (times - 1);
      last *= times;
    } else if (token !== '?' && token !== '*' && token !== '+' && token !== '|') {
      last = 1;
      open[inside] = (open[inside] ?? 0) + 1;
    }
  }
  return open.reduce((sum, size) => sum + size, 0);
}
