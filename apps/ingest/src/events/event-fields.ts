import {
  type Clock,
  EVENT_TYPE,
  type Instant,
  isObject,
  isOwnType,
  type JsonObject,
  streamOf,
} from '@herald/domain';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { checkData } from './data.ts';
import { checkSchema, type Faults } from './faults.ts';
import { readOccurredAt } from './instants.ts';
import { idFault, MAX_ID_LENGTH } from './names.ts';
import { checkVocabulary } from './vocabulary.ts';

const Id = (description: string) => Type.String({ minLength: 1, maxLength: MAX_ID_LENGTH, description });

/**
 * An event as a client sends it. CloudEvents and mapped webhooks are converted to these fields first, so that
 * the same rules apply to all.
 */
export const EventFields = Type.Object(
  {
    id: Type.Optional(Id('Unique in the workspace: the same id again is the same event.')),
    type: Type.String({
      minLength: 3,
      maxLength: 120,
      pattern: EVENT_TYPE,
      description: 'Dotted, lower case, past tense: `trial.started`.',
    }),
    prospectId: Type.Optional(
      Id('The id of the prospect that it is about. Give either this or `companyId`.'),
    ),
    companyId: Type.Optional(Id('The id of the company that it is about.')),
    occurredAt: Type.Optional(
      Type.Unsafe<string | number>({
        type: ['string', 'number'],
        maxLength: 64,
        description:
          'ISO 8601 with an offset, or seconds or milliseconds since 1970. Default: when it was received.',
      }),
    ),
    data: Type.Optional(
      Type.Unsafe<JsonObject>(Type.Object({}, { description: 'Up to 64 KiB of JSON, 16 levels deep.' })),
    ),
  },
  {
    additionalProperties: false,
    examples: [
      {
        id: 'trial-1',
        type: 'trial.started',
        prospectId: 'ada',
        occurredAt: '2026-01-31T09:00:00Z',
        data: { plan: 'pro' },
      },
    ],
  },
);

const fields = Compile(EventFields);

/** A valid event, without the fields that only Herald adds. */
export interface CheckedEvent {
  readonly id?: string;
  readonly type: string;
  readonly stream: string;
  readonly occurredAt?: Instant;
  readonly data: JsonObject;
}

/**
 * The event; undefined if at least one fault was added. `country` is that of phone numbers without a country
 * code. Paths are inside the item: `/type`, `/data/traits/email`.
 */
export function checkEvent(
  item: unknown,
  clock: Clock,
  faults: Faults,
  country?: string,
): CheckedEvent | undefined {
  const before = faults.count;
  if (isObject(item)) checkSubject(item, faults);
  if (!checkSchema(fields, item, faults)) return undefined;
  const { id, type, prospectId, companyId, occurredAt, data = {} } = item;

  if (isOwnType(type)) faults.add('/type', `${type} is recorded by Herald alone`);
  for (const [name, value] of Object.entries({ id, prospectId, companyId })) {
    const wrong = value === undefined ? undefined : idFault(value);
    if (wrong !== undefined) faults.add(`/${name}`, wrong);
  }
  const when = occurredAt === undefined ? undefined : readOccurredAt(occurredAt, clock);
  if (when !== undefined && 'fault' in when) faults.add('/occurredAt', when.fault);

  const about = prospectId === undefined ? 'company' : 'prospect';
  const subject = prospectId ?? companyId;

  const dataFaults = faults.count;
  checkData(data, '/data', faults);
  const read = faults.count === dataFaults ? checkVocabulary(type, about, data, faults, country) : data;

  if (faults.count > before || subject === undefined) return undefined;
  return {
    ...(id === undefined ? {} : { id }),
    type,
    stream: streamOf(about, subject),
    ...(when !== undefined && 'at' in when ? { occurredAt: when.at } : {}),
    data: read,
  };
}

function checkSubject({ prospectId, companyId }: Record<string, unknown>, faults: Faults): void {
  if (prospectId === undefined && companyId === undefined) {
    faults.add('/prospectId', 'is required, or companyId');
  } else if (prospectId !== undefined && companyId !== undefined) {
    faults.add('/companyId', 'is too much: an event is about a prospect or a company');
  }
}
