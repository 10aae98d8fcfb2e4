import { describe, expect, it } from 'vitest';
import { CERTIFICATE, CERTIFICATE_URL, createSnsStandIn } from '../../testing/sns.ts';
import { createCertificates } from './certificates.ts';

const url = new URL(CERTIFICATE_URL);
const other = (n: number) => new URL(`https://sns.eu-west-1.amazonaws.com/other-${n}.pem`);
const start = () => {
  const sns = createSnsStandIn();
  const time = { now: Date.UTC(2026, 5) };
  return { sns, time, certificates: createCertificates(sns.fetchPinned, () => time.now) };
};

describe('a certificate of SNS', () => {
  it('is fetched once, also by many at once', async () => {
    const { sns, certificates } = start();
    const keys = await Promise.all(Array.from({ length: 20 }, () => certificates.keyOf(url)));
    expect(keys.every((key) => key?.asymmetricKeyType === 'rsa')).toBe(true);
    await certificates.keyOf(url);
    expect(sns.calls).toEqual([CERTIFICATE_URL]);
  });

  it.each([
    ['before it is valid', Date.UTC(2024, 11, 31)],
    ['when it is no longer valid', Date.UTC(2125, 0, 2)],
  ])('holds nothing %s', async (_when, at) => {
    const { time, certificates } = start();
    expect(await certificates.keyOf(url)).toBeDefined();
    time.now = at;
    expect(await certificates.keyOf(url)).toBeUndefined();
    const fresh = start();
    fresh.time.now = at;
    expect(await fresh.certificates.keyOf(url)).toBeUndefined();
  });

  it('is undefined if SNS has none, or answers with something else', async () => {
    const { sns, certificates } = start();
    expect(await certificates.keyOf(other(1))).toBeUndefined();
    for (const text of ['', 'hello', CERTIFICATE.slice(0, 300)]) {
      sns.answer = () => ({ status: 200, text });
      expect(await certificates.keyOf(url)).toBeUndefined();
    }
    sns.answer = () => ({ status: 302, text: CERTIFICATE });
    expect(await certificates.keyOf(url)).toBeUndefined();
  });

  it.each([500, 503, 429])('is requested again after a %i', async (status) => {
    const { sns, certificates } = start();
    sns.answer = () => ({ status, text: '' });
    await expect(certificates.keyOf(url)).rejects.toThrow(String(status));
    sns.answer = undefined;
    expect(await certificates.keyOf(url)).toBeDefined();
  });

  it('is kept for a bounded number of addresses, and requested for at most that many at once', async () => {
    const { sns, certificates } = start();
    sns.answer = () => ({ status: 200, text: CERTIFICATE });
    await certificates.keyOf(url);
    for (let n = 0; n < 100; n += 1) await certificates.keyOf(other(n));
    await certificates.keyOf(url);
    expect(sns.calls.filter((href) => href === CERTIFICATE_URL)).toHaveLength(2);
    const many = await Promise.allSettled(
      Array.from({ length: 50 }, (_, n) => certificates.keyOf(other(1_000 + n))),
    );
    expect(many.filter(({ status }) => status === 'fulfilled')).toHaveLength(8);
  });
});
