/**
 * A request before anything of it is parsed. Header names are lower case; a repeated header is its values
 * joined by `, `.
 */
export interface RawRequest {
  readonly method: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The full public address. */
  readonly url: string;
}
