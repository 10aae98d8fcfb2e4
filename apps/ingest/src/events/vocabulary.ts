import { CHANNELS, isObject, zoneFault } from '@herald/domain';
import { type TSchema, Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { IsIdnEmail } from 'typebox/format';
import { checkSchema, type Faults, pointer } from './faults.ts';
import { idFault } from './names.ts';

/** bytes of JSON of one trait: traits are values to decide by, not documents. */
const MAX_TRAIT_BYTES = 4 * 1024;
const TRAIT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const MAX_EMAIL_LENGTH = 254;

const Traits = Type.Optional(Type.Object({}));
const consent = Type.Object(
  {
    channel: Type.Optional(Type.Enum(['all', ...CHANNELS])),
    topic: Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9_-]{0,62}$' })),
    reason: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);
const suppression = Type.Object(
  {
    channel: Type.Optional(Type.Enum(['all', 'email', 'sms', 'call'])),
    address: Type.Optional(Type.String({ minLength: 1, maxLength: 254 })),
    reason: Type.Optional(Type.String({ maxLength: 500 })),
  },
  { additionalProperties: false },
);

interface KnownType {
  readonly about: 'prospect' | 'company';
  readonly data: Validator<Record<never, never>, TSchema>;
}

/** The types whose data Herald itself understands, and so checks. */
const known: ReadonlyMap<string, KnownType> = new Map(
  Object.entries({
    'prospect.updated': {
      about: 'prospect',
      data: Compile(
        Type.Object(
          { traits: Traits, companyId: Type.Optional(Type.Union([Type.String(), Type.Null()])) },
          { additionalProperties: false },
        ),
      ),
    },
    'company.updated': {
      about: 'company',
      data: Compile(Type.Object({ traits: Traits }, { additionalProperties: false })),
    },
    'prospect.subscribed': { about: 'prospect', data: Compile(consent) },
    'prospect.unsubscribed': { about: 'prospect', data: Compile(consent) },
    'prospect.suppressed': { about: 'prospect', data: Compile(suppression) },
    'prospect.unsuppressed': { about: 'prospect', data: Compile(suppression) },
  }),
);

/** Adds what is wrong with an event of a type that Herald understands; others may carry anything. */
export function checkVocabulary(
  type: string,
  about: 'prospect' | 'company',
  data: Record<string, unknown>,
  faults: Faults,
): void {
  const rules = known.get(type);
  if (rules === undefined) return;
  if (rules.about !== about) faults.add('/type', `${type} is about a ${rules.about}: give ${rules.about}Id`);
  if (!checkSchema(rules.data, data, faults, '/data')) return;
  if (isObject(data.traits)) checkTraits(data.traits, faults);
  if (typeof data.companyId === 'string') {
    const wrong = idFault(data.companyId);
    if (wrong !== undefined) faults.add('/data/companyId', wrong);
  }
}

function checkTraits(traits: Record<string, unknown>, faults: Faults): void {
  for (const [name, value] of Object.entries(traits)) {
    const path = pointer('/data/traits', name);
    if (!TRAIT_NAME.test(name)) {
      faults.add(path, 'a trait is named by letters, digits and _, not beginning with a digit, up to 64');
    } else if (Buffer.byteLength(JSON.stringify(value)) > MAX_TRAIT_BYTES) {
      faults.add(path, `must not be more than ${MAX_TRAIT_BYTES} bytes of JSON`);
    } else if (name === 'email' && value !== null && !isPlainAddress(value)) {
      faults.add(path, 'must be one plain e-mail address');
    } else if (name === 'timezone' && value !== null) {
      const wrong = zoneFault(value);
      if (wrong !== undefined) faults.add(path, wrong);
    }
  }
}

/** One address and nothing beside it: no name, no quotes, no list, no control or invisible characters. */
const isPlainAddress = (value: unknown): boolean =>
  typeof value === 'string' &&
  value.length <= MAX_EMAIL_LENGTH &&
  !/["\s\p{C}]/u.test(value) &&
  IsIdnEmail(value);
