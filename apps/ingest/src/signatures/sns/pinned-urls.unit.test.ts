import { describe, expect, it } from 'vitest';
import { CERTIFICATE_URL, SUBSCRIBE_URL, TOPIC } from '../../testing/sns.ts';
import { certificateUrl, confirmationUrl, snsHost } from './pinned-urls.ts';

describe('the host of SNS', () => {
  it.each([
    [TOPIC, 'sns.eu-west-1.amazonaws.com'],
    ['arn:aws:sns:ap-southeast-2:123456789012:t', 'sns.ap-southeast-2.amazonaws.com'],
    ['arn:aws-us-gov:sns:us-gov-west-1:123456789012:t', 'sns.us-gov-west-1.amazonaws.com'],
    ['arn:aws-cn:sns:cn-north-1:123456789012:t', 'sns.cn-north-1.amazonaws.com.cn'],
  ])('of %s is that of its region', (topic, host) => {
    expect(snsHost(topic)).toBe(host);
  });

  it.each([
    'arn:aws:sns:s3-eu-west-1:123456789012:t',
    'arn:aws:sns:eu-west-1.evil.example/:123456789012:t',
    'arn:aws:sqs:eu-west-1:123456789012:t',
    'arn:aws:sns:eu-west-1:123456789012:t.fifo',
    `${TOPIC}\n`,
    `${TOPIC}:subscription`,
    '',
  ])('of %j is unknown', (topic) => {
    expect(snsHost(topic)).toBeUndefined();
  });
});

const evil = (url: string, host: string) => url.replace('sns.eu-west-1.amazonaws.com', host);
const hosts = [
  'sns.us-east-1.amazonaws.com',
  'sns.eu-west-1.amazonaws.com.cn',
  'sns.eu-west-1.amazonaws.com.evil.example',
  'sns.s3-eu-west-1.amazonaws.com',
  'sns.eu-west-1.amazonaws.com:8443',
  'evil.example',
  'user@sns.eu-west-1.amazonaws.com',
  'user:word@sns.eu-west-1.amazonaws.com',
  'sns.eu-west-1.amazonaws.com@evil.example',
  'sns.eu-west-1.amazonaws.com.',
  'sns.eu-west-1.amazonaws.com\\.evil.example',
  '127.0.0.1',
];

describe('the address of a certificate', () => {
  it('is a file at SNS in the region of the topic', () => {
    expect(certificateUrl(CERTIFICATE_URL, TOPIC)?.href).toBe(CERTIFICATE_URL);
  });
  it.each([
    ...hosts.map((host) => evil(CERTIFICATE_URL, host)),
    CERTIFICATE_URL.replace('https', 'http'),
    `${CERTIFICATE_URL}?x=.pem`,
    `${CERTIFICATE_URL}#x.pem`,
    CERTIFICATE_URL.replace('.pem', '.txt'),
    'https://sns.eu-west-1.amazonaws.com/?Action=GetEndpointAttributes&x=.pem',
    'https://sns.eu-west-1.amazonaws.com/a/b.pem',
    'https://sns.eu-west-1.amazonaws.com/.pem',
    'file:///etc/ssl/cert.pem',
    'cert.pem',
  ])('is never %s', (url) => {
    expect(certificateUrl(url, TOPIC)).toBeUndefined();
  });
});

describe('the address that confirms', () => {
  it('is the operation of SNS on this topic', () => {
    expect(confirmationUrl(SUBSCRIBE_URL, TOPIC)?.href).toBe(SUBSCRIBE_URL);
  });
  it.each([
    ...hosts.map((host) => evil(SUBSCRIBE_URL, host)),
    SUBSCRIBE_URL.replace('https', 'http'),
    SUBSCRIBE_URL.replace('ConfirmSubscription', 'DeleteTopic'),
    SUBSCRIBE_URL.replace(':orders', ':others'),
    SUBSCRIBE_URL.replace('/?', '/elsewhere?'),
    '',
  ])('is never %s', (url) => {
    expect(confirmationUrl(url, TOPIC)).toBeUndefined();
  });
});
