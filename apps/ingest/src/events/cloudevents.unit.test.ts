import { deriveId } from '@herald/domain';
import { CloudEvent, HTTP } from 'cloudevents';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBinaryMode, mapCloudEvent } from './cloudevents.ts';
import { collectFaults } from './faults.ts';

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const attributes = { specversion: '1.0', id: 'e-1', source: '/shop/1', type: 'order.placed' };

const map = (event: unknown) => {
  const faults = collectFaults();
  return { ...mapCloudEvent(event, faults), faults: faults.found.map(({ path }) => path) };
};

describe('a CloudEvent', () => {
  it('becomes an event about its subject', () => {
    const event = {
      ...attributes,
      subject: 'p-1',
      time: '2026-01-31T09:00:00Z',
      data: { total: 5 },
      traceparent: TRACE,
    };
    expect(map(event)).toEqual({
      fields: {
        id: deriveId('cloudevent', '/shop/1', 'e-1'),
        type: 'order.placed',
        prospectId: 'p-1',
        occurredAt: '2026-01-31T09:00:00Z',
        data: { total: 5 },
      },
      traceparent: TRACE,
      faults: [],
    });
  });

  it('is about whom its extension attribute names, rather than its subject', () => {
    expect(map({ ...attributes, subject: 'order-7', prospectid: 'p' }).fields.prospectId).toBe('p');
    expect(map({ ...attributes, subject: 'order-7', companyid: 'c' }).fields).toMatchObject({
      companyId: 'c',
    });
    expect(map({ ...attributes, subject: 'order-7', companyid: 'c' }).fields.prospectId).toBeUndefined();
  });

  it.each([
    ['Microsoft.Storage.BlobCreated', 'microsoft.storage.blobcreated'],
    ['com.github.pull_request.opened', 'com.github.pull_request.opened'],
    ['google.cloud/storage object v1.finalized', 'google.cloud-storage-object-v1.finalized'],
    ['order', 'cloudevent.order'],
    ['2026.order', 'cloudevent.2026.order'],
    ['.a..b.', 'a.b'],
    ['Bestellung.größer', 'bestellung.gr--er'],
    ['Email.Sent', 'email.sent'],
  ])('of the type %s is an event of the type %s', (type, ours) => {
    expect(map({ ...attributes, type }).fields.type).toBe(ours);
  });

  it('keeps its data unchanged, also as bytes of JSON', () => {
    const data = { zero: 0, no: false, empty: '', none: null, list: [], deep: { zero: 0 } };
    expect(map({ ...attributes, data }).fields.data).toEqual(data);
    const data_base64 = Buffer.from(JSON.stringify(data)).toString('base64');
    expect(map({ ...attributes, datacontenttype: 'application/json', data_base64 })).toMatchObject({
      fields: { data },
      faults: [],
    });
  });

  it('has an id of its own for each source', () => {
    const idOf = (more: object) => map({ ...attributes, ...more }).fields.id;
    expect(idOf({})).toBe(idOf({ type: 'other.type' }));
    expect(idOf({})).not.toBe(idOf({ source: '/shop/2' }));
    expect(idOf({})).not.toBe(idOf({ id: 'e-2' }));
  });

  it('may have attributes that are null or unknown, or an invalid trace', () => {
    const event = {
      ...attributes,
      subject: 'p',
      data: null,
      time: null,
      partitionkey: 'x',
      traceparent: 'bogus',
    };
    const { fields, traceparent, faults } = map(event);
    expect([Object.keys(fields), traceparent, faults]).toEqual([['id', 'type', 'prospectId'], undefined, []]);
  });

  it.each([
    [{ specversion: '0.3' }, '/specversion'],
    [{ specversion: undefined }, '/specversion'],
    [{ id: '' }, '/id'],
    [{ id: 1 }, '/id'],
    [{ source: undefined }, '/source'],
    [{ type: null }, '/type'],
    [{ data_base64: 'AAAA' }, '/data_base64'],
    [{ datacontenttype: 'application/xml' }, '/datacontenttype'],
    [{ Subject: 'p' }, '/Subject'],
    [{ my_ext: 'p' }, '/my_ext'],
  ])('with %j is refused', (more, path) => {
    expect(map({ ...attributes, ...more }).faults).toEqual([path]);
  });

  it.each([[null], ['x'], [[]]])('is an object, not %j', (event) => {
    expect(map(event).faults).toEqual(['']);
  });

  it('means the same in both modes, as the package of the specification writes them', () => {
    const text = fc.stringMatching(/^[\x20-\x7e]{1,30}$/).filter((t) => t.trim() === t);
    fc.assert(
      fc.property(text, text, (id, subject) => {
        const event = new CloudEvent({ ...attributes, id, subject, data: { total: 5 }, prospectid: 'p' });
        const message = HTTP.structured(event);
        const structured = mapCloudEvent(JSON.parse(String(message.body)), collectFaults());
        expect(structured.fields).toMatchObject({
          id: deriveId('cloudevent', '/shop/1', id),
          prospectId: 'p',
        });

        // The package sends header values unencoded; the binding demands that space, quote and percent are
        // encoded.
        const { headers, body } = HTTP.binary(event);
        const encoded = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, encodeURIComponent(String(value))]),
        );
        const faults = collectFaults();
        const binary = mapCloudEvent(fromBinaryMode(encoded, JSON.parse(String(body)), faults), faults);
        expect([binary, faults.found]).toEqual([structured, []]);
      }),
    );
  });

  it('in headers may be quoted, and must be percent-encoded UTF-8', () => {
    const read = (subject: string) => {
      const faults = collectFaults();
      return {
        subject: fromBinaryMode({ 'ce-subject': subject }, undefined, faults).subject,
        faults: faults.found.length,
      };
    };
    expect(read('Euro%20%E2%82%AC')).toEqual({ subject: 'Euro €', faults: 0 });
    expect(read('"a \\" b"')).toEqual({ subject: 'a " b', faults: 0 });
    expect(read('%zz')).toEqual({ subject: undefined, faults: 1 });
    expect(read('%ff')).toEqual({ subject: undefined, faults: 1 });
  });

  it('in headers does not pass off its data or their type as attributes', () => {
    const faults = collectFaults();
    fromBinaryMode({ 'ce-data': 'x', 'ce-datacontenttype': 'application/json' }, undefined, faults);
    expect(faults.found.map(({ path }) => path)).toEqual(['/data', '/datacontenttype']);
  });
});
