import { readEmail } from '@herald/addresses';
import { type MessageCopies, plainAddress } from '@herald/domain';
import type { Fault } from '@herald/http';
import type { PlainSources } from '@herald/templates';
import { Type } from 'typebox';
import type { TemplateContent } from '../channel.ts';
import type { OutgoingCopies } from './outgoing-copies.ts';

/** Who else gets a mail that is owed, as its template gives it: each text is one address, or empty. */
export interface CopyTexts {
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
}

const FIELDS = ['cc', 'bcc'] as const;

const Addresses = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), { minItems: 1, maxItems: 10, description }),
  );

export const copyFields = {
  cc: Addresses('who else gets it, for all to see: an address each, as a template; for owed mail only'),
  bcc: Addresses('who else gets it, unseen by others'),
};

/**
 * Copies are for receipts and the like. Marketing needs the consent of each reader, and its links, to
 * unsubscribe above all, belong to one person.
 */
export const copyFaults = ({ cc, bcc, transactional, topic }: TemplateContent): Fault[] =>
  Object.entries({ cc, bcc }).flatMap(([field, texts]) =>
    texts === undefined || (transactional === true && topic === undefined)
      ? []
      : [{ path: `/${field}`, message: 'is for templates that are transactional and have no topic' }],
  );

export const copySources = (content: TemplateContent): PlainSources =>
  Object.fromEntries(
    FIELDS.flatMap((field) =>
      (content[field] ?? []).map((source, index) => [`${field}/${index}`, { source }] as const),
    ),
  );

/** What the sources rendered to. */
export const copyTexts = (
  content: TemplateContent,
  rendered: Readonly<Record<string, string>>,
): CopyTexts | undefined => {
  const of = (field: (typeof FIELDS)[number]): string[] =>
    (content[field] ?? []).map((_source, index) => (rendered[`${field}/${index}`] ?? '').trim());
  return content.cc === undefined && content.bcc === undefined ? undefined : { cc: of('cc'), bcc: of('bcc') };
};

/**
 * Who gets a copy, in the form for envelopes. Left out, with the reason: what is no address, and an address
 * that is suppressed, whoever's it is. Not named again: who gets the mail already. `whySuppressed`: undefined
 * where the address is not.
 */
export async function readCopies(
  texts: CopyTexts,
  to: string,
  whySuppressed: (address: string) => Promise<string | undefined>,
): Promise<MessageCopies> {
  const taken = new Set([plainAddress(to)]);
  const leftOut: string[] = [];
  const read = async (field: (typeof FIELDS)[number]): Promise<string[]> => {
    const found: string[] = [];
    for (const [index, text] of texts[field].entries()) {
      if (text === '') continue;
      const email = readEmail(text);
      const why = 'fault' in email ? email.fault : await whySuppressed(email.address);
      if (why !== undefined || 'fault' in email) {
        leftOut.push(`${field} ${index + 1}: ${why}`);
      } else if (!taken.has(plainAddress(email.address))) {
        taken.add(plainAddress(email.address));
        found.push(email.address);
      }
    }
    return found;
  };
  const cc = await read('cc');
  const bcc = await read('bcc');
  return {
    ...(cc.length > 0 && { cc }),
    ...(bcc.length > 0 && { bcc }),
    ...(leftOut.length > 0 && { leftOut }),
  };
}

/** The copies as they leave; undefined: nobody gets one. */
export const outgoingCopies = (
  { cc = [], bcc = [] }: MessageCopies,
  mark: string | undefined,
): OutgoingCopies | undefined =>
  cc.length + bcc.length === 0 ? undefined : { cc, bcc, ...(mark !== undefined && { mark }) };
