import { join } from 'node:path';
import { root } from '@herald/harness';
import { verify } from '@octokit/webhooks-methods';
import { expect, test } from 'vitest';
import { readGithub } from './github.ts';

const secret = 'a secret of this test';
const read = () => readGithub(join(root, 'examples/stargazers'), secret);

test('each delivery is signed as GitHub signs, save the one that is tampered with', async () => {
  const { deliveries } = await read();
  const unsigned: string[] = [];
  for (const { about, body, headers } of deliveries) {
    if (!(await verify(secret, body, headers['x-hub-signature-256'] ?? ''))) unsigned.push(about);
  }
  expect(unsigned).toEqual(['star.created by mallory']);
});

test('only a repeated delivery has the id of another', async () => {
  const { deliveries } = await read();
  const ids = deliveries.map(({ headers }) => headers['x-github-delivery']);
  expect(ids.length - new Set(ids).size).toBe(1);
});

test('the whole collection is delivered besides those that the campaign is about', async () => {
  const { deliveries } = await read();
  const events = new Set(deliveries.map(({ headers }) => headers['x-github-event']));
  expect(events.size).toBeGreaterThan(50);
});
