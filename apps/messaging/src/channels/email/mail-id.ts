import { deriveId } from '@herald/domain';

const SAFE_ID = /^[A-Za-z0-9._-]{1,100}$/;

/** A message's id as it may stand in a header. */
export const headerId = (messageId: string): string =>
  SAFE_ID.test(messageId) ? messageId : deriveId(messageId);

/** The header in which a mail carries it. */
export const ID_HEADER = 'X-Herald-Message-Id';
