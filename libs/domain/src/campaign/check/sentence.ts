import { listed } from '../../text/source-text.ts';
import { patternWords } from '../fields.ts';

/** What typebox says of a value that does not fit a schema. */
export interface SchemaError {
  readonly keyword: string;
  readonly message: string;
  readonly params: object;
  /** A JSON pointer to the value. */
  readonly instancePath: string;
}

/** A schema error in words that say what to do. */
export function sentence(error: SchemaError): string {
  const params = error.params as {
    additionalProperties?: string[];
    requiredProperties?: string[];
    allowedValues?: string[];
    pattern?: string;
  };
  switch (error.keyword) {
    case 'additionalProperties':
      return `unknown field "${listed(params.additionalProperties ?? [], '", "')}"`;
    case 'required':
      return `needs "${params.requiredProperties?.join('", "')}"`;
    case 'enum':
      return `must be one of ${params.allowedValues?.join(', ')}`;
    case 'pattern':
      return `must be ${patternWords[params.pattern ?? ''] ?? params.pattern}`;
    default:
      return error.message;
  }
}
