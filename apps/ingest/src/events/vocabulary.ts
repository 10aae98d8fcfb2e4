import { isCountry, readEmail, readPhone } from '@herald/addresses';
import {
  CHANNELS,
  isObject,
  type JsonObject,
  type JsonValue,
  NAME_PATTERN,
  writeJson,
  zoneFault,
} from '@herald/domain';
import { pointer } from '@herald/http';
import { type TSchema, Type } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { checkSchema, type Faults } from './faults.ts';
import { idFault } from './names.ts';

/** bytes of JSON of one trait: traits are values to decide by, not documents. */
const MAX_TRAIT_BYTES = 4 * 1024;
const TRAIT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

const Traits = Type.Optional(Type.Object({}));
const consent = Type.Object(
  {
    channel: Type.Optional(Type.Enum(['all', ...CHANNELS])),
    topic: Type.Optional(Type.String({ pattern: NAME_PATTERN })),
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

/** The types whose data Herald understands, and so checks. */
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

/**
 * Adds what is wrong with an event of a type that Herald understands; others may carry anything. Returns the
 * data with normalised addresses: phone numbers in E.164, e-mail addresses without surrounding text.
 * `country` is that of the workspace's national numbers; a `country` beside the number takes precedence.
 */
export function checkVocabulary(
  type: string,
  about: 'prospect' | 'company',
  data: JsonObject,
  faults: Faults,
  country?: string,
): JsonObject {
  const rules = known.get(type);
  if (rules === undefined) return data;
  if (rules.about !== about) faults.add('/type', `${type} is about a ${rules.about}: give ${rules.about}Id`);
  const given = data;
  if (!checkSchema(rules.data, data, faults, '/data')) return data;
  const { traits, address, channel } = given;
  if (typeof data.companyId === 'string') {
    const wrong = idFault(data.companyId);
    if (wrong !== undefined) faults.add('/data/companyId', wrong);
  }
  return {
    ...given,
    ...(isObject(traits) ? { traits: checkTraits(traits as JsonObject, faults, country) } : {}),
    ...(typeof address === 'string' ? { address: checkAddress(channel, address, faults, country) } : {}),
  };
}

/** A suppressed address in the form that messages are sent to, because that must find it. */
function checkAddress(channel: unknown, address: string, faults: Faults, country?: string): string {
  const isEmail = channel === 'email' || (channel !== 'sms' && channel !== 'call' && address.includes('@'));
  const read = isEmail ? readEmail(address) : readPhone(address, country);
  if ('fault' in read) faults.add('/data/address', read.fault);
  if ('address' in read) return read.address;
  return 'number' in read ? read.number : address;
}

function checkTraits(traits: JsonObject, faults: Faults, country?: string): JsonObject {
  const own = typeof traits.country === 'string' && isCountry(traits.country) ? traits.country : country;
  const used = new Map<string, JsonValue>();
  for (const [name, value] of Object.entries(traits)) {
    const path = pointer('/data/traits', name);
    if (!TRAIT_NAME.test(name)) {
      faults.add(path, 'a trait is named by letters, digits and _, not beginning with a digit, up to 64');
    } else if (Buffer.byteLength(writeJson(value)) > MAX_TRAIT_BYTES) {
      faults.add(path, `must not be more than ${MAX_TRAIT_BYTES} bytes of JSON`);
    } else if (name === 'email' && value !== null) {
      const read = readEmail(value);
      if ('fault' in read) faults.add(path, read.fault);
      else used.set(name, read.written);
    } else if (name === 'phone' && value !== null) {
      const read = readPhone(value, own);
      if ('fault' in read) faults.add(path, read.fault);
      else used.set(name, read.number);
    } else if (name === 'timezone' && value !== null) {
      const wrong = zoneFault(value);
      if (wrong !== undefined) faults.add(path, wrong);
    }
  }
  return { ...traits, ...Object.fromEntries(used) };
}
