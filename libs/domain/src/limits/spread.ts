import { deriveId } from '../ids.ts';

/**
 * A part of `within` ms that is always the same for the same message, and evenly spread over many: from 0 up
 * to, but not at, `within`.
 */
export const spreadOf = (messageId: string, within: number): number =>
  Math.floor((Buffer.from(deriveId('spread', messageId), 'base64url').readUInt32BE(0) / 2 ** 32) * within);
