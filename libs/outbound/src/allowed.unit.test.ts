import { describe, expect, test } from 'vitest';
import { createAllowedAddresses } from './allowed.ts';

describe('a webhook may go', () => {
  const { isAllowed, isOwn } = createAllowedAddresses([]);

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '223.255.255.255',
  ])('to %s', (address) => {
    expect(isAllowed(address)).toBe(true);
  });
  test.each(['2606:4700:4700::1111', '2a00:1450:4001:82a::200e', '2001:200::1'])('to %s', (address) => {
    expect(isAllowed(address)).toBe(true);
  });

  test.each([
    ['this host', '0.0.0.0'],
    ['this network', '0.1.2.3'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['shared by carriers', '100.64.0.1'],
    ['shared by carriers', '100.127.255.255'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['link-local', '169.254.1.1'],
    ['metadata of a cloud', '169.254.169.254'],
    ['metadata of another', '100.100.100.200'],
    ['protocols', '192.0.0.192'],
    ['documentation', '192.0.2.1'],
    ['documentation', '198.51.100.1'],
    ['documentation', '203.0.113.1'],
    ['relays', '192.88.99.1'],
    ['benchmarks', '198.18.0.1'],
    ['multicast', '224.0.0.1'],
    ['reserved', '240.0.0.1'],
    ['broadcast', '255.255.255.255'],
    ['unspecified', '::'],
    ['loopback', '::1'],
    ['mapped loopback', '::ffff:127.0.0.1'],
    ['mapped loopback in hexadecimal', '::ffff:7f00:1'],
    ['mapped private', '::ffff:10.0.0.1'],
    ['mapped public', '::ffff:8.8.8.8'],
    ['compatible', '::127.0.0.1'],
    ['translated', '64:ff9b::7f00:1'],
    ['translated locally', '64:ff9b:1::1'],
    ['unique local', 'fc00::1'],
    ['unique local', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local with a zone', 'fe80::1%eth0'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['documentation', '2001:db8::1'],
    ['documentation', '3fff::1'],
    ['Teredo', '2001::1'],
    ['ORCHID', '2001:20::1'],
    ['6to4 into loopback', '2002:7f00:1::'],
    ['discard', '100::1'],
    ['a name', 'localhost'],
    ['nothing', ''],
    ['a number', '2130706433'],
    ['octal', '0177.0.0.1'],
  ])('not to an address that is %s: %s', (_what, address) => {
    expect(isAllowed(address)).toBe(false);
    expect(isOwn(address)).toBe(false);
  });
});

test('an installation can allow networks of its own', () => {
  const { isAllowed, isOwn } = createAllowedAddresses(['10.1.0.0/16', '127.0.0.1/32', 'fd00::/8']);
  expect(['10.1.2.3', '127.0.0.1', 'fd12::1', '::ffff:10.1.2.3'].map(isAllowed)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['10.2.0.1', '127.0.0.2', 'fc00::1'].map(isAllowed)).toEqual([false, false, false]);
  expect(isOwn('8.8.8.8')).toBe(false);
});

test.each([
  '10.0.0.0',
  '10.0.0.0/33',
  'fd00::/129',
  'example.com/8',
  '10.0.0.0/8/8',
  '/8',
  '10.0.0/8',
  '10.0.0.0/-1',
])('%s is no network', (network) => {
  expect(() => createAllowedAddresses([network])).toThrow('is not a network such as');
});
