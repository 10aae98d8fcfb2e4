import { exactInstant, zoneFault } from '@herald/domain';
import { type TSchemaOptions, Type } from 'typebox';

interface DurationOptions extends TSchemaOptions {
  /** ms */
  readonly default?: number;
  /** ms */
  readonly minimum?: number;
  /** ms */
  readonly maximum?: number;
}

/**
 * A length of time: ms in code; in the environment an ISO 8601 duration (`PT15M`) or a number of seconds
 * (`900`).
 */
export const Duration = (options: DurationOptions) =>
  Type.Integer({ minimum: 0, ...options, duration: true });

/** A text that no error and no table shows. */
export const Secret = (options: TSchemaOptions) => Type.String({ minLength: 1, ...options, secret: true });

/** One of several words. */
export const Choice = <const W extends string>(
  words: readonly W[],
  options: TSchemaOptions & { default?: W },
) => Type.Unsafe<W>({ ...options, type: 'string', enum: [...words] });

/** An absolute address with a scheme and a host, without a trailing slash: `https://herald.example`. */
export const HttpUrl = (options: TSchemaOptions) =>
  Type.String({
    maxLength: 2048,
    pattern: '^https?://[^\\s/?#@]+(/[^\\s?#]*[^\\s?#/])?$',
    expected: 'an http or https address without a trailing slash, such as https://herald.example',
    ...options,
  });

/** An instant: ISO 8601 with an offset, or seconds or ms since 1970. */
export const ExactInstant = (options: TSchemaOptions) =>
  Type.String({
    expected: 'a date and time with an offset, such as 2026-01-31T09:30:00Z',
    fault: instantFault,
    ...options,
  });

function instantFault(text: string): string | undefined {
  try {
    exactInstant(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A time zone of the IANA database. */
export const Zone = (options: TSchemaOptions) =>
  Type.String({ expected: 'an IANA time zone such as Europe/Paris', fault: zoneFault, ...options });
