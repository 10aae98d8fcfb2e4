import { describe, expect, it } from 'vitest';
import { confirmation, notification, PUBLISHED, SUBSCRIBE_URL, TOPIC } from '../../testing/sns.ts';
import { readSnsMessage } from './message.ts';

const lines = (...texts: string[]): string => texts.map((text) => `${text}\n`).join('');
const ID = '6f1c2d3e-0000-4000-8000-000000000001';

describe('what SNS signs', () => {
  it('of a notification is message, id, subject, time, topic and type', () => {
    const end = ['Timestamp', PUBLISHED, 'TopicArn', TOPIC, 'Type', 'Notification'];
    const signed = (subject?: unknown) =>
      readSnsMessage(notification({ Message: 'a\nb', Subject: subject }))?.signed;
    expect(signed('S')).toBe(lines('Message', 'a\nb', 'MessageId', ID, 'Subject', 'S', ...end));
    expect(signed()).toBe(lines('Message', 'a\nb', 'MessageId', ID, ...end));
    expect(signed(null)).toBe(signed());
    expect(signed('')).toBe(lines('Message', 'a\nb', 'MessageId', ID, 'Subject', '', ...end));
  });

  it.each(['SubscriptionConfirmation', 'UnsubscribeConfirmation'])(
    'of a %s has address and token',
    (Type) => {
      const message = confirmation({ Type, Subject: 'not signed' });
      expect(readSnsMessage(message)?.signed).toBe(
        lines(
          ...['Message', 'You have chosen to subscribe.', 'MessageId', ID, 'SubscribeURL', SUBSCRIBE_URL],
          ...['Timestamp', PUBLISHED, 'Token', 't0ken', 'TopicArn', TOPIC, 'Type', Type],
        ),
      );
    },
  );
});

describe('no message of SNS', () => {
  it.each([
    ['a text', 'x'],
    ['a list', [notification()]],
    ['another type', notification({ Type: 'Other' })],
    ['another version of the signature', notification({}, '3')],
    ['a version that is a number', { ...notification(), SignatureVersion: 1 }],
    ['no signature', { ...notification(), Signature: undefined }],
    ['a signature that is not base64', { ...notification(), Signature: '***' }],
    ['a message that is no text', notification({ Message: { a: 1 } })],
    ['no message', notification({ Message: undefined })],
    ['no address to confirm', confirmation({ SubscribeURL: undefined })],
    ['no token', confirmation({ Token: undefined })],
    ['a subject of two lines', notification({ Subject: 'a\nTimestamp\nb' })],
    ['an id of two lines', notification({ MessageId: 'a\nSubject\nb' })],
    ['fields that are inherited', Object.create(notification())],
  ])('is %s', (_what, body) => {
    expect(readSnsMessage(body)).toBeUndefined();
  });
});
