import { createFairQueue } from '@herald/fair-queue';
import type { Locality } from '../language/helpers.ts';
import { createBreaker } from './breaker.ts';
import {
  type Checked,
  type PlainSources,
  type Rendered,
  TemplateError,
  type TemplateSources,
} from './parts.ts';
import { createRenderThread, endsThread, type RenderThread, type ThreadOutcome } from './render-thread.ts';
import type { ThreadRequest } from './thread-protocol.ts';

interface Job {
  readonly workspace: string;
  /** Names the template and its version. A template that keeps ending threads is refused for a while. */
  readonly template: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly locality: Locality;
}

/** Checks and renders templates outside of the main thread, within limits of time, memory and size. */
export interface Renderer {
  /** Every fault that shows without data, the partials that are taken in, and the data that are named. */
  check(workspace: string, sources: TemplateSources, plain?: PlainSources): Promise<Checked>;
  /** An e-mail. Rejects with `TemplateError` when this template cannot be rendered with this data. */
  render(job: Job & { readonly sources: TemplateSources }): Promise<Rendered>;
  /** The same for plain texts, by their names. */
  plain(job: Job & { readonly plain: PlainSources }): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

export interface RendererOptions {
  /** ms of processor time for one message. */
  readonly timeLimit?: number;
  readonly threads?: number;
  /** Characters of any part of a message. */
  readonly sizeLimit?: number;
  /** Jobs of one workspace that may wait. */
  readonly waiting?: number;
}

/** Too many jobs are waiting: try again later. It says nothing about the template. */
export class RendererBusyError extends Error {
  override readonly name = 'RendererBusyError';
}

interface Waiting {
  readonly request: ThreadRequest;
  readonly resolve: (outcome: ThreadOutcome) => void;
  readonly reject: (error: unknown) => void;
}

export function createRenderer(options: RendererOptions = {}): Renderer {
  const { timeLimit = 500, threads = 2, sizeLimit = 512 * 1024, waiting = 1_000 } = options;
  const breaker = createBreaker({ limit: 3, pause: 60_000, now: () => performance.now() });
  const queue = createFairQueue<Waiting>(waiting);
  const all = Array.from({ length: threads }, () => createRenderThread({ timeLimit }));
  const idle = [...all];
  let closed = false;

  const work = async (thread: RenderThread, job: Waiting): Promise<void> => {
    await thread.run(job.request).then(job.resolve, job.reject);
    idle.push(thread);
    pump();
  };

  const pump = (): void => {
    while (idle.length > 0) {
      const job = queue.shift();
      const thread = job && idle.pop();
      if (job === undefined || thread === undefined) return;
      void work(thread, job);
    }
  };

  const ask = (workspace: string, request: ThreadRequest): Promise<ThreadOutcome> =>
    new Promise((resolve, reject) => {
      if (!queue.push(workspace, { request, resolve, reject }))
        reject(new RendererBusyError('too many templates are waiting to be rendered'));
      else pump();
    });

  const tooLong = `it takes longer than ${timeLimit} ms`;

  const askUnlessOpen = async (
    workspace: string,
    key: string,
    request: ThreadRequest,
  ): Promise<ThreadOutcome> => {
    if (breaker.isOpen(key)) return { kind: 'fault', fault: { reason: `${tooLong}, again and again` } };
    const outcome = await ask(workspace, request);
    // The renderer ended it: that says nothing about the template.
    if (closed) throw new Error('the renderer is closed');
    if (endsThread(outcome)) breaker.recordFailure(key);
    return outcome;
  };

  const refuse = (outcome: ThreadOutcome): TemplateError => {
    if (outcome.kind === 'fault') return new TemplateError([outcome.fault]);
    if (outcome.kind === 'overrun') return new TemplateError([{ reason: tooLong }]);
    return new TemplateError([
      { reason: outcome.kind === 'memory' ? 'it needs too much memory' : 'it crashed' },
    ]);
  };

  return {
    async check(workspace, sources, plain = {}) {
      const request = { kind: 'check', sources, plain } as const;
      const outcome = await askUnlessOpen(workspace, `${workspace} check`, request);
      if (outcome.kind !== 'checked') return { faults: refuse(outcome).faults, partials: [], variables: [] };
      const { faults, partials, variables } = outcome;
      return { faults, partials, variables };
    },
    async render({ workspace, template, sources, data, locality }) {
      const request = { kind: 'render', sources, data, locality, limit: sizeLimit } as const;
      const outcome = await askUnlessOpen(workspace, `${workspace} ${template}`, request);
      if (outcome.kind === 'rendered') return outcome.rendered;
      throw refuse(outcome);
    },
    async plain({ workspace, template, plain, data, locality }) {
      const request = { kind: 'plain', plain, data, locality, limit: sizeLimit } as const;
      const outcome = await askUnlessOpen(workspace, `${workspace} ${template}`, request);
      if (outcome.kind === 'plain') return outcome.texts;
      throw refuse(outcome);
    },
    async close() {
      closed = true;
      await Promise.all(all.map((thread) => thread.close()));
    },
  };
}
