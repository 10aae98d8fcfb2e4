import { verifyUnsubscribe } from '@herald/contracts';
import { describe, expect, test } from 'vitest';
import { T0 } from '../testing/documents.ts';
import { ready } from '../testing/ready.ts';

describe('a topic', () => {
  test('that the prospect opted out of, or never asked for, suppresses the message', async () => {
    const stage = await ready();
    await stage.template('newsletter', { subject: 's', text: 't', topic: 'news' });
    await stage.template('digest', { subject: 's', text: 't', topic: 'digest' });
    await stage.call('PUT', '/v1/settings', { topics: [{ id: 'digest', name: 'Digest', optIn: true }] });
    await stage.prospect({ subscriptions: { 'email:news': { subscribed: false, at: T0, eventId: 'x' } } });
    const outcome = async (messageId: string, template: string, status: 'sent' | 'suppressed') => {
      await stage.ask({ messageId, template });
      return (await stage.until(messageId, status)).state.reason;
    };
    expect(await outcome('m1', 'newsletter', 'suppressed')).toBe('unsubscribed');
    expect(await outcome('m2', 'digest', 'suppressed')).toBe('not_subscribed');
    expect(await outcome('m3', 'welcome', 'sent')).toBeUndefined();
    await stage.prospect({ subscriptions: { 'email:digest': { subscribed: true, at: T0, eventId: 'x' } } });
    expect(await outcome('m4', 'digest', 'sent')).toBeUndefined();
    expect(await outcome('m5', 'newsletter', 'sent')).toBeUndefined();
    const links = stage
      .sent()
      .map((mail) => verifyUnsubscribe(mail.unsubscribe?.split('/u/')[1] ?? '', 'secret'));
    expect(links.map((claim) => claim?.topic)).toEqual([undefined, 'digest', 'news']);
  });

  test('twice in the settings is refused with its place', async () => {
    const stage = await ready();
    const topics = [
      { id: 'news', name: 'News' },
      { id: 'news', name: 'Again' },
    ];
    const { status, body } = await stage.call('PUT', '/v1/settings', { topics });
    expect([status, body.errors]).toEqual([422, [{ path: '/topics/1/id', message: 'news is there twice' }]]);
  });
});
