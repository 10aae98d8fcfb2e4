/** A file as it leaves. */
export interface OutgoingFile {
  readonly filename: string;
  readonly contentType: string;
  readonly cid?: string;
  readonly content: Buffer;
}
