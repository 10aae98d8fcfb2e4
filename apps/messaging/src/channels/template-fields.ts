import { NAME_PATTERN } from '@herald/domain';
import { Type } from 'typebox';

export const textField = {
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 131_072 })),
};

/** Of channels whose messages have links. */
export const linkFields = {
  utm: Type.Optional(
    Type.Boolean({ description: 'false: its links take no UTM parameters of campaigns. Default: true' }),
  ),
};

/** What sends a message. */
export const streamField = {
  stream: Type.Optional(
    Type.String({
      pattern: NAME_PATTERN,
      description: 'the stream of the settings whose senders and providers it has. Default: its topic’s',
    }),
  ),
};

/** What decides whether somebody gets a message. */
export const consentTemplateFields = {
  transactional: Type.Optional(
    Type.Boolean({ description: 'owed to the reader, such as a receipt: sent without consent' }),
  ),
  topic: Type.Optional(
    Type.String({
      pattern: NAME_PATTERN,
      description: 'what it is about: people can opt out of it, or into it, apart from the channel',
    }),
  ),
};
