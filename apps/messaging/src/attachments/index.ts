import { span } from '@herald/domain';
import { type AllowedAddresses, createAllowedAddresses } from '@herald/outbound';
import type { FetchedFile, PlannedFile } from '../channels/email/attachments.ts';
import { createByteBudget } from './byte-budget.ts';
import { createFetchFile } from './fetch-file.ts';

/** How much of files is fetched and kept in memory. Sizes in bytes, before base64. */
export interface AttachmentLimits {
  readonly file: number;
  /** Of all files of a message. */
  readonly message: number;
  /** Of all messages that are under way in this process: at least two messages. A workspace has half of it. */
  readonly memory: number;
  /** ms of wall time for one file. */
  readonly timeout: number;
  readonly allowed: AllowedAddresses;
}

/** The files of one message, in memory until `release` is called. */
export interface HeldFiles {
  /** By URL. */
  readonly fetched: ReadonlyMap<string, FetchedFile>;
  release(): void;
}

/** Fetches the files of messages before they are claimed. */
export interface Attachments {
  /** Waits until there is memory. Files are fetched one after the other. */
  fetch(workspace: string, planned: readonly PlannedFile[]): Promise<HeldFiles>;
  close(): Promise<void>;
}

const NO_FILES: HeldFiles = { fetched: new Map(), release() {} };

const USUAL: AttachmentLimits = {
  file: 5_000_000,
  message: 10_000_000,
  memory: 40_000_000,
  timeout: 10 * span.SECOND,
  allowed: createAllowedAddresses([]),
};

/** What is not given is as in `USUAL`. */
export function createAttachments(given: Partial<AttachmentLimits> = {}): Attachments {
  const limits = { ...USUAL, ...given };
  const fetchFile = createFetchFile(limits);
  const budget = createByteBudget({ total: limits.memory, share: limits.memory / 2 });
  return {
    close: () => fetchFile.close(),
    async fetch(workspace, planned) {
      const wanted = planned.flatMap(({ url, contentType }) =>
        url === undefined ? [] : [{ url, contentType }],
      );
      if (wanted.length === 0) return NO_FILES;
      const taken = await budget.take(workspace, limits.message);
      const fetched = new Map<string, FetchedFile>();
      const room = limits.message - inlineBytes(planned);
      let held = 0;
      for (const { url, contentType } of wanted) {
        if (fetched.has(url)) continue;
        const maxBytes = Math.max(0, Math.min(limits.file, room - held));
        const file = await fetchFile(url, { maxBytes, expected: contentType });
        fetched.set(url, file);
        if ('content' in file) held += file.content.length;
      }
      taken.keep(held);
      return { fetched, release: () => taken.keep(0) };
    },
  };
}

const inlineBytes = (planned: readonly PlannedFile[]): number =>
  planned.reduce((sum, { content = '' }) => sum + Math.floor((content.length * 3) / 4), 0);
