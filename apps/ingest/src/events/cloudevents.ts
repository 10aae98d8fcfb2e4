import { deriveId, EVENT_TYPE, isObject } from '@herald/domain';
import { Problem, parseJson, pointer } from '@herald/http';
import type { Faults } from './faults.ts';
import { isTraceparent } from './trace.ts';

/**
 * CloudEvents 1.0 in JSON (structured, batch) and in HTTP headers (binary), converted to Herald's event
 * fields. Strict: what the specification says a producer MUST do is checked. Unknown extension attributes are
 * allowed, as it demands, and dropped.
 */

/** An item with Herald's event fields, and the trace that the CloudEvent names. */
export interface Mapped {
  readonly fields: Record<string, unknown>;
  readonly traceparent?: string;
}

/** The sender's name for a field with a fault. */
export const attributeOf: Readonly<Record<string, string>> = {
  '/occurredAt': '/time',
  '/prospectId': '/subject',
  '/companyId': '/companyid',
};

const HEADER_PREFIX = 'ce-';
const ATTRIBUTE_NAME = /^[a-z0-9]+$/;
const JSON_TYPE = /^application\/(?:[a-z0-9.-]+\+)?json\s*(?:;|$)/i;

/** Whether the headers carry a CloudEvent in binary mode. */
export const isBinaryMode = (headers: Readonly<Record<string, unknown>>): boolean =>
  `${HEADER_PREFIX}specversion` in headers || `${HEADER_PREFIX}id` in headers;

/** The JSON form of a CloudEvent that came as headers and a body. */
export function fromBinaryMode(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  data: unknown,
  faults: Faults,
): Record<string, unknown> {
  const attributes: [string, unknown][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith(HEADER_PREFIX)) continue;
    const attribute = name.slice(HEADER_PREFIX.length);
    if (attribute === 'data' || attribute === 'datacontenttype') {
      faults.add(pointer('', attribute), 'is not sent as a header in binary mode');
      continue;
    }
    const text = typeof value === 'string' ? decodeHeader(value) : undefined;
    if (text === undefined) faults.add(pointer('', attribute), 'is not percent-encoded UTF-8');
    else attributes.push([attribute, text]);
  }
  if (data !== undefined) attributes.push(['data', data]);
  return Object.fromEntries(attributes);
}

/** HTTP binding 3.1.3.2: an outer pair of quotes is dropped, then percent-encoded UTF-8 is decoded. */
function decodeHeader(value: string): string | undefined {
  const quoted = /^"(.*)"$/s.exec(value)?.[1]?.replace(/\\(.)/gs, '$1') ?? value;
  try {
    return decodeURIComponent(quoted);
  } catch {
    return undefined; // the caller names the attribute
  }
}

/**
 * Herald's event fields of a CloudEvent in its JSON form. Faults of the CloudEvent itself go to `faults`; the
 * rules for events are checked later.
 */
export function mapCloudEvent(event: unknown, faults: Faults): Mapped {
  if (!isObject(event)) {
    faults.add('', 'must be object');
    return { fields: {} };
  }
  // In the JSON format null means that an attribute is absent.
  const given = new Map(Object.entries(event).filter(([, value]) => value !== null));
  for (const name of given.keys()) {
    if (name !== 'data_base64' && !ATTRIBUTE_NAME.test(name))
      faults.add(pointer('', name), 'an attribute is named by lower-case letters and digits');
  }
  if (given.get('specversion') !== '1.0') faults.add('/specversion', 'must be "1.0"');
  for (const name of ['id', 'source', 'type']) {
    const value = given.get(name);
    if (typeof value !== 'string' || value.length === 0) faults.add(`/${name}`, 'must be text, not empty');
  }
  const contentType = given.get('datacontenttype');
  if (contentType !== undefined && !(typeof contentType === 'string' && JSON_TYPE.test(contentType)))
    faults.add('/datacontenttype', 'must be JSON');

  if (given.has('data_base64')) given.set('data', jsonBytes(given.get('data_base64'), faults));

  const explicit = given.has('prospectid') || given.has('companyid');
  const fields = {
    id: cloudEventId(given.get('source'), given.get('id')),
    type: eventTypeOf(given.get('type')),
    prospectId: explicit ? given.get('prospectid') : given.get('subject'),
    companyId: given.get('companyid'),
    occurredAt: given.get('time'),
    data: given.get('data'),
  };
  const trace = given.get('traceparent');
  return {
    fields: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    ...(isTraceparent(trace) ? { traceparent: trace } : {}),
  };
}

/** The content of bytes that hold JSON. */
function jsonBytes(text: unknown, faults: Faults): unknown {
  try {
    return parseJson(Buffer.from(String(text), 'base64'));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    faults.add('/data_base64', 'must be a JSON object');
    return {};
  }
}

/**
 * A CloudEvent's type may be any text; Herald's are dotted and lower case. `Microsoft.Storage.BlobCreated`
 * becomes `microsoft.storage.blobcreated`. Invalid characters become hyphens. A type without a dot, or that
 * does not begin with a letter, gets the prefix `cloudevent.`.
 */
function eventTypeOf(type: unknown): unknown {
  if (typeof type !== 'string') return type;
  const text = type.toLowerCase().replace(/[^a-z0-9._-]/g, '-');
  if (OURS.test(text)) return text;
  const parts = text.split('.').filter((part) => part !== '');
  const whole = parts.join('.');
  if (whole === '') return type;
  return OURS.test(whole) ? whole : `cloudevent.${whole}`;
}
const OURS = new RegExp(EVENT_TYPE);

/** A CloudEvent's id is unique only together with its source, Herald's in the workspace. */
const cloudEventId = (source: unknown, id: unknown): string | undefined =>
  typeof source === 'string' && typeof id === 'string' ? deriveId('cloudevent', source, id) : undefined;
