import { SECRET_REFERENCE_PATTERN, type SecretReference } from '@herald/contracts';
import { type TSchemaOptions, Type } from 'typebox';

/** An option that names a secret. The secret itself is refused, so that it cannot end up in the settings. */
export const SecretField = (options: TSchemaOptions & { readonly description: string }) =>
  Type.Optional(
    Type.Unsafe<SecretReference>(
      Type.String({
        ...options,
        pattern: SECRET_REFERENCE_PATTERN,
        maxLength: 80,
        description: `${options.description}: secret://NAME, after PUT /v1/settings/secrets/NAME`,
      }),
    ),
  );
