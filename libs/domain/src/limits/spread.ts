import { deriveId } from '../ids.ts';

/** From 0 up to, but not at, `within` (ms): the same for the same message, evenly spread over many. */
export const spreadOf = (messageId: string, within: number): number =>
  Math.floor((Buffer.from(deriveId('spread', messageId), 'base64url').readUInt32BE(0) / 2 ** 32) * within);
