/**
 * A request as it came, before anything was made of it. Header names are lower case; a repeated header is its
 * values joined by `, `.
 */
export interface RawRequest {
  readonly method: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As the world knows it, in full. */
  readonly url: string;
}
