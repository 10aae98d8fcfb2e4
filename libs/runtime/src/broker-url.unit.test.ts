import { expect, test } from 'vitest';
import { brokerUrl } from './broker-url.ts';

test('a URL alone is taken as it is', () => {
  const AMQP_URL = 'amqp://me:p%40ss@broker:5672/campaigns';
  expect(brokerUrl({ AMQP_URL })).toBe(AMQP_URL);
});

test('user and password beside it replace those in it, whatever characters they hold', () => {
  const url = new URL(
    brokerUrl({
      AMQP_URL: 'amqp://me:old@broker:5672/a%2Fb',
      AMQP_USERNAME: 'ada@home',
      AMQP_PASSWORD: 'a/b:c%40?#é',
    }),
  );
  expect(decodeURIComponent(url.username)).toBe('ada@home');
  expect(decodeURIComponent(url.password)).toBe('a/b:c%40?#é');
  expect(`${url.host}${url.pathname}`).toBe('broker:5672/a%2Fb');
});

test('either may be given alone', () => {
  expect(brokerUrl({ AMQP_URL: 'amqps://me@broker', AMQP_PASSWORD: 'x' })).toBe('amqps://me:x@broker');
});

test('several hosts, or several URLs, are the nodes of a cluster', () => {
  const beside = { AMQP_USERNAME: 'ada', AMQP_PASSWORD: 'a,b@c' };
  const nodes = 'amqp://ada:a%2Cb%40c@a:5672/v,amqp://ada:a%2Cb%40c@b:5673/v';
  expect(brokerUrl({ AMQP_URL: 'amqp://a:5672,b:5673/v', ...beside })).toBe(nodes);
  expect(brokerUrl({ AMQP_URL: ' amqp://x:y@a:5672/v , amqp://b:5673/v ', ...beside })).toBe(nodes);
});

test('an invalid URL is an error that does not show it', () => {
  for (const url of [
    'broker with hunter2',
    'amqp://me:hun#ter@broker',
    'amqp://me:1/hunter@broker',
    'smtp://hunter',
    'amqp://me:hunter@broker,',
    'amqp://me:hunter@a,,b',
    'amqp://me:hunter@a,smtp://me:hunter@b',
  ]) {
    for (const more of [{}, { AMQP_PASSWORD: 'hunter3' }]) {
      const attempt = () => brokerUrl({ AMQP_URL: url, ...more });
      expect(attempt).toThrow(/AMQP_URL is not right.*AMQP_USERNAME and AMQP_PASSWORD/);
      expect(attempt).not.toThrow(/hunter|hun#ter/);
    }
  }
});
