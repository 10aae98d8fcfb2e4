import { readFile } from 'node:fs/promises';
import type { PhoneScript, SendGridEvent } from '@herald/vendors';
import { parse } from 'yaml';

/** How the receivers of messages behave, and what people do by themselves. */
export interface Outside {
  /** The URL in campaigns that stands for the simulated receiver of webhooks. */
  readonly crm: string;
  /** What happens to mails, by address. Default: they are delivered. */
  readonly mailboxes: Readonly<Record<string, readonly SendGridEvent[]>>;
  /** What happens to texts and calls, by number. */
  readonly phones: Readonly<Record<string, PhoneScript>>;
  readonly doings: readonly Doing[];
}

/** What a person does. `who`: an address, or a number. */
export type Doing = { readonly at: string; readonly who: string } & (
  | { readonly does: 'one-click' | 'forged-bounce' }
  | { readonly does: 'text'; readonly says: string }
);

/** Reads a file of the examples, which is trusted to be right. */
export const readYaml = async (file: string): Promise<unknown> => parse(await readFile(file, 'utf8'));

export const readOutside = async (file: string): Promise<Outside> => (await readYaml(file)) as Outside;
