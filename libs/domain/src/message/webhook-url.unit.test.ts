import { expect, test } from 'vitest';
import { webhookUrlFault } from './webhook-url.ts';

test.each(['https://crm.example/hook', 'http://127.0.0.1:8080/', 'https://crm.example/h?key=1'])(
  'a webhook can go to %s',
  (url) => {
    expect(webhookUrlFault(url)).toBeUndefined();
  },
);

test.each([
  ['crm.example/hook', 'must be a URL'],
  ['/hook', 'must be a URL'],
  ['ftp://crm.example', 'must be a URL'],
  ['file:///etc/passwd', 'must be a URL'],
  ['https://', 'must be a URL'],
  ['https://me:secret@crm.example', 'must not have a name or password'],
  ['https://me@crm.example', 'must not have a name or password'],
  [`https://crm.example/${'x'.repeat(2_000)}`, 'longer than 2000'],
])('a webhook cannot go to %s', (url, why) => {
  expect(webhookUrlFault(url)).toContain(why);
});
