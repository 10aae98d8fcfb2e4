import type { Topic } from '@herald/contracts';
import { NAME_PATTERN } from '@herald/domain';
import type { Fault } from '@herald/http';
import { Type } from 'typebox';
import type { SettingsArea } from './area.ts';

const strict = { additionalProperties: false } as const;
const Effect = Type.Enum(['suppress', 'unsubscribe', 'ignore']);

export const consentFields = {
  onBounce: Type.Optional(
    Type.Object(
      {
        hard: Type.Optional(Effect),
        softAfter: Type.Optional(
          Type.Integer({
            minimum: 0,
            maximum: 50,
            description: 'soft bounces in a row that suppress the address. Default: 5; 0: never',
          }),
        ),
      },
      { ...strict, description: 'a hard bounce suppresses the address by default' },
    ),
  ),
  onComplaint: Type.Optional(Effect),
  tracking: Type.Optional(
    Type.Object(
      { opens: Type.Optional(Type.Boolean()), clicks: Type.Optional(Type.Boolean()) },
      {
        ...strict,
        description:
          'whether opens and clicks of e-mails are tracked where the provider does not. Default: off',
      },
    ),
  ),
  topics: Type.Optional(
    Type.Unsafe<readonly Topic[]>(
      Type.Array(
        Type.Object(
          {
            id: Type.String({ pattern: NAME_PATTERN }),
            name: Type.String({ minLength: 1, maxLength: 100, description: 'as people see it' }),
            description: Type.Optional(Type.String({ maxLength: 300 })),
            stream: Type.Optional(
              Type.String({ pattern: NAME_PATTERN, description: 'of its messages, where no template says' }),
            ),
            optIn: Type.Optional(
              Type.Boolean({ description: 'true: nobody gets it who has not asked for it' }),
            ),
          },
          strict,
        ),
        { maxItems: 50 },
      ),
    ),
  ),
};

/** What follows for people from bounces, complaints and what they choose. */
export const consentSettings: SettingsArea = {
  fields: consentFields,
  faults({ topics = [] }) {
    const errors: Fault[] = [];
    for (const [index, { id }] of topics.entries())
      if (topics.findIndex((topic) => topic.id === id) !== index)
        errors.push({ path: `/topics/${index}/id`, message: `${id} is there twice` });
    return errors;
  },
};
