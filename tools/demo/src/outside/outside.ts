import { readFile } from 'node:fs/promises';
import type { PhoneScript, SendGridEvent } from '@herald/vendors';
import { parse } from 'yaml';

/** How everybody behaves whom Herald writes to, calls and tells, and what they do by themselves. */
export interface Outside {
  /** Stands in campaigns for the receiver of webhooks that is played. */
  readonly crm: string;
  /** What becomes of mails, by address; elsewhere they are delivered. */
  readonly mailboxes: Readonly<Record<string, readonly SendGridEvent[]>>;
  /** What becomes of texts and calls, by number. */
  readonly phones: Readonly<Record<string, PhoneScript>>;
  readonly doings: readonly Doing[];
}

/** What somebody does. `who` is an address, or a number. */
export type Doing = { readonly at: string; readonly who: string } & (
  | { readonly does: 'one-click' | 'forged-bounce' }
  | { readonly does: 'text'; readonly says: string }
);

/** A file of the examples: what it holds is theirs to have right. */
export const readYaml = async (file: string): Promise<unknown> => parse(await readFile(file, 'utf8'));

export const readOutside = async (file: string): Promise<Outside> => (await readYaml(file)) as Outside;
