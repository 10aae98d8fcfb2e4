import { expect, test } from 'vitest';
import { serviceUrl } from './service-url.ts';

const smtp = (url: string, more: { username?: string; password?: string } = {}): string =>
  serviceUrl({
    name: 'SMTP_URL',
    url,
    schemes: ['smtp', 'smtps'],
    example: 'smtp://host:587',
    credentials: ['SMTP_USERNAME', 'SMTP_PASSWORD'],
    ...more,
  });

test.each([
  'smtp://mail.example:587',
  'smtp://mail.example',
  'smtps://me:secret@mail.example:465/',
  'smtp://me%40home.example:p%23%2F%3F%25@mail.example:587',
  'smtp://127.0.0.1:25?tls.rejectUnauthorized=false',
  'smtp://[::1]:2525',
])('%s is taken as it is', (url) => {
  expect(smtp(url)).toBe(url);
});

test.each([
  'smtp://me:hunter#2@mail.example:587',
  'smtp://me:12#hunter@mail.example',
  'smtp://me:hunter/2@mail.example:587',
  'smtp://me:12/hunter@mail.example',
  'smtp://me:hunter?2@mail.example:587',
  'smtp://me:12?hunter@mail.example',
  'smtp://me:hunter%@mail.example',
  'smtp://me:hunter%zz@mail.example',
  'smtp://me:hunter%ff@mail.example',
  'smtp://me:hunter@',
  'smtp://',
  'mail.hunter.example:587',
  'https://me:hunter@mail.example',
  'smtp://me:hunter@mail.example/path',
  'smtp://me:hunter@mail.example:port',
])('%s is a fault that names the variable and the remedy, and shows nothing of the URL', (url) => {
  const attempt = () => smtp(url);
  expect(attempt).toThrow(/SMTP_URL is not right: .*percent-encode.*SMTP_USERNAME and SMTP_PASSWORD/s);
  expect(attempt).not.toThrow(/hunter/);
});

test('a user and password beside it may hold any character, and replace those in it', () => {
  const password = 'a#b/c?d%e@f:g h&é%41';
  const url = new URL(smtp('smtp://old:older@mail.example:587', { username: 'me@home.example', password }));
  expect(decodeURIComponent(url.username)).toBe('me@home.example');
  expect(decodeURIComponent(url.password)).toBe(password);
  expect(url.host).toBe('mail.example:587');
});

test('a password without a user is a fault', () => {
  expect(() => smtp('smtp://mail.example', { password: 'hunter' })).toThrow('set SMTP_USERNAME');
});
