import { expect, test } from 'vitest';
import { nodeUrls } from './nodes.ts';

test.each([
  ['amqp://a', ['amqp://a']],
  ['amqps://me:p%40ss@a:5671/v?heartbeat=5', ['amqps://me:p%40ss@a:5671/v?heartbeat=5']],
  ['amqp://me:x@a:1,b:2, [::1]:3/v', ['amqp://me:x@a:1/v', 'amqp://me:x@b:2/v', 'amqp://me:x@[::1]:3/v']],
  ['amqp://me:x@a:1/v,amqps://you:y@b:2/w', ['amqp://me:x@a:1/v', 'amqps://you:y@b:2/w']],
  ['amqp://me:x@a,b/v , amqp://me:x@c/v', ['amqp://me:x@a/v', 'amqp://me:x@b/v', 'amqp://me:x@c/v']],
  ['amqp://me:x,y@a,b', ['amqp://me:x,y@a', 'amqp://me:x,y@b']],
  ['amqp://a/with,comma', ['amqp://a/with,comma']],
  ['no URL', ['no URL']],
])('%s names the nodes %j', (url, nodes) => {
  expect(nodeUrls(url)).toEqual(nodes);
});
