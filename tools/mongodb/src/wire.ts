import type { Socket } from 'node:net';
import { BSON } from 'mongodb';

/** What is needed of a command to answer it. */
export interface Request {
  readonly id: number;
  readonly command: string;
  /** Came as OP_QUERY, as the first greeting does, and needs an OP_REPLY. */
  readonly isLegacy: boolean;
}

const HEADER = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** Calls back with each whole message of MongoDB's wire protocol. */
export function onFrames(socket: Socket, handle: (frame: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= HEADER && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0);
      handle(rest.subarray(0, length));
      rest = rest.subarray(length);
    }
  });
}

/** Undefined for other than OP_MSG and OP_QUERY, such as a compressed message. */
export function requestIn(frame: Buffer): Request | undefined {
  const id = frame.readInt32LE(4);
  const code = frame.readInt32LE(12);
  if (code === OP_QUERY) {
    // Flags, collection name, numbers to skip and to return, then the document.
    const document = frame.indexOf(0, HEADER + 4) + 1 + 8;
    return { id, isLegacy: true, command: firstKey(frame, document) };
  }
  // Flags, then the kind of the first section. Drivers put the command's document first.
  if (code === OP_MSG && frame[HEADER + 4] === 0)
    return { id, isLegacy: false, command: firstKey(frame, HEADER + 5) };
  return undefined;
}

/** The frame that answers a request with this document. */
export function answerTo({ id, isLegacy }: Request, document: Record<string, unknown>): Buffer {
  const body = BSON.serialize(document);
  const prefix = Buffer.alloc(isLegacy ? 20 : 5);
  if (isLegacy) prefix.writeInt32LE(1, 16);
  const header = Buffer.alloc(HEADER);
  header.writeInt32LE(HEADER + prefix.length + body.length, 0);
  header.writeInt32LE(id, 8);
  header.writeInt32LE(isLegacy ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, prefix, body]);
}

/** The command's name is the first key of its document, after the length and the value's type. */
const firstKey = (frame: Buffer, at: number): string =>
  frame.toString('utf8', at + 5, frame.indexOf(0, at + 5));
