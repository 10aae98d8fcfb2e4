import { readFile } from 'node:fs/promises';
import { isObject } from '@herald/domain';
import { shown } from '../options.ts';
import { type FileFault, reasonOf } from './faults.ts';

/** A line of a file of events. It is sent as it is: the server checks it. */
export interface EventLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** Its type, if that is text. */
  readonly type?: string;
  /** When it arrives: at its own time or, where it is late or has none, with the line before it. */
  readonly arrives: number;
}

/** The lines of a file in order of arrival, and those that are no JSON. A first line without a time: 0. */
export async function readEvents(file: string): Promise<{ lines: EventLine[]; faults: FileFault[] }> {
  const lines: EventLine[] = [];
  const faults: FileFault[] = [];
  const name = shown(file);
  let arrives = 0;
  for (const [index, text] of (await readFile(file, 'utf8')).split('\n').entries()) {
    if (text.trim() === '') continue;
    const line = index + 1;
    let event: unknown;
    try {
      event = JSON.parse(text);
    } catch (error) {
      faults.push({ file: name, line, reason: reasonOf(error) });
    }
    arrives = Math.max(arrives, occurredAt(event) ?? 0);
    lines.push({ file: name, line, text, arrives, ...typeOf(event) });
  }
  if (lines.length === 0) faults.push({ file: name, reason: 'has no events' });
  return { lines, faults };
}

function occurredAt(event: unknown): number | undefined {
  if (!isObject(event) || typeof event.occurredAt !== 'string') return undefined;
  const at = Date.parse(event.occurredAt);
  return Number.isNaN(at) ? undefined : at;
}

const typeOf = (event: unknown): { type?: string } =>
  isObject(event) && typeof event.type === 'string' ? { type: event.type } : {};
