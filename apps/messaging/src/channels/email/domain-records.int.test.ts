import { generateKeyPairSync } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { startNameServer, type Zone } from '../../testing/name-server.ts';
import { type DkimKey, dnsNameOf, dnsRecordOf } from './dkim/read-keys.ts';
import { createDomainRecords } from './domain-records.ts';

const keyOf = (): DkimKey => ({
  selector: '2026a',
  domain: 'acme.example',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey,
});
const dkim = keyOf();
const sender = { from: 'news@mail.acme.example', returnDomain: 'bounces.acme.example', dkim };

/** Looks records up at a name server with these texts. */
async function setUp(zone: Zone) {
  const records = createDomainRecords([await startNameServer(zone)]);
  onTestFinished(() => records.cancel());
  return records;
}

const COMPLETE = {
  'bounces.acme.example': 'v=spf1 ip4:192.0.2.1 -all',
  [dnsNameOf(dkim)]: dnsRecordOf(dkim),
  '_dmarc.acme.example': 'v=DMARC1; p=reject',
};

test('a domain whose records are there has nothing missing; that of DMARC may be of the domain above', async () => {
  expect(await (await setUp(COMPLETE)).missing(sender)).toEqual([]);
});

test('a domain without any record is told what is missing, and where it belongs', async () => {
  expect(await (await setUp({})).missing(sender)).toEqual([
    'SPF: there is no record v=spf1 at bounces.acme.example',
    'DKIM: there is no key at 2026a._domainkey.acme.example',
    'DMARC: there is no record v=DMARC1 at _dmarc.mail.acme.example',
  ]);
});

test('another key than the one that signs is found, as is that there is none', async () => {
  const records = await setUp({ ...COMPLETE, [dnsNameOf(dkim)]: dnsRecordOf(keyOf()) });
  expect(await records.missing(sender)).toEqual([expect.stringMatching(/^DKIM: the key at .* is another/)]);
  expect(await records.missing({ ...sender, dkim: undefined })).toEqual([
    expect.stringMatching(/^DKIM: Herald has no key/),
  ]);
});

test('a name server that cannot answer is no missing record', async () => {
  const fails = Object.fromEntries(Object.keys(COMPLETE).map((name) => [name, 'fails']));
  expect(await (await setUp({ ...fails, '_dmarc.mail.acme.example': 'fails' })).missing(sender)).toEqual([]);
});
