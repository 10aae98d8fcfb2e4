import { NAME_PATTERN } from '@herald/domain';
import { Type } from 'typebox';

/** The id of a topic. */

export const textField = {
  text: Type.Optional(Type.String({ minLength: 1, maxLength: 131_072 })),
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
