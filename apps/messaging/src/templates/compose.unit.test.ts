import type { TemplateVersionDocument } from '@herald/contracts';
import { initialProspect } from '@herald/domain';
import { expect, test } from 'vitest';
import { createCompose } from './compose.ts';

const version: TemplateVersionDocument = {
  ...{ workspace: 'acme', id: 't@1', version: 1, templateId: 't', n: 1, savedAt: 0 },
  ...{ channel: 'email', subject: 's', text: 't' },
};

const subject = (messageId = 'm1') => ({
  prospect: initialProspect('ada'),
  company: undefined,
  campaign: { id: 'c', version: 1, name: 'c' },
  event: { id: 'e', type: 'a.b', occurredAt: 0, data: {} },
  enrollment: {},
  message: { messageId, stepId: 's', template: 't', channel: 'email' as const },
});

/** As if every check before this one had let something through. */
const composeWith = (given: { name?: string; replyTo?: string; rendered?: string }) =>
  createCompose({
    library: {} as never,
    renderer: { render: async () => ({ subject: given.rendered ?? 's', text: 't' }) } as never,
    settings: {
      of: () => ({
        senders: {
          email: {
            from: { email: 'news@acme.example', ...(given.name !== undefined && { name: given.name }) },
            ...(given.replyTo !== undefined && { replyTo: given.replyTo }),
          },
        },
      }),
    } as never,
    linkSecret: 'secret',
    publicUrl: 'https://herald.example/',
    defaultZone: 'UTC',
    secret: () => undefined,
    whySuppressed: async () => undefined,
  });

test('a mail is composed from clean parts', async () => {
  const compose = composeWith({ name: 'Acme', replyTo: 'help@acme.example' });
  const { message } = await compose.message(version, subject(), 'ada@home.example');
  expect(message).toMatchObject({
    from: { name: 'Acme' },
    replyTo: 'help@acme.example',
    reference: expect.stringMatching(/^[\w-]+\.[\w-]+$/),
  });
});

test.each<[string, Parameters<typeof composeWith>[0], string, string]>([
  ['the sender’s name', { name: 'Acme\r\nBcc: eve@evil.example' }, 'ada@home.example', 'm1'],
  ['the address to reply to', { replyTo: 'a@b.example\nBcc: eve@evil.example' }, 'ada@home.example', 'm1'],
  ['the subject', { rendered: 'Hi\r\n\r\n<html>' }, 'ada@home.example', 'm1'],
  ['the address', {}, 'ada@home.example\r\nBcc: eve@evil.example', 'm1'],
  ['the id', {}, 'ada@home.example', 'm1\r\nBcc: eve@evil.example'],
])('a line break in %s never gets to a library that writes mails', async (_what, given, to, messageId) => {
  await expect(composeWith(given).message(version, subject(messageId), to)).rejects.toThrow('line break');
});
