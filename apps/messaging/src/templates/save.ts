import { collections, type TemplateDocument, type TemplateVersionDocument } from '@herald/contracts';
import { createAnnouncer } from '@herald/definitions';
import { canonicalJson } from '@herald/domain';
import { Problem } from '@herald/http';
import type { ServiceDeps } from '@herald/process';
import { insertNumbered, retryOnConflict } from '@herald/store';
import type { TemplateContent } from '../channels/channel.ts';
import { contentOf } from './content.ts';
import { type TemplateLibrary, versionId } from './library.ts';

interface SavedTemplate {
  readonly head: TemplateDocument;
  readonly version: TemplateVersionDocument;
  readonly created: boolean;
}

/** Writes a template that has been checked. The same content again keeps its version. */
export type SaveTemplate = (
  workspace: string,
  id: string,
  content: TemplateContent,
  /** Those that it takes in. */
  partials: readonly string[],
) => Promise<SavedTemplate>;

const TRIES = 5;

export function createSaveTemplate(
  deps: Pick<ServiceDeps, 'store' | 'broker' | 'clock' | 'log'> & { readonly library: TemplateLibrary },
): SaveTemplate {
  const { store, broker, clock, library, log } = deps;
  const { announce } = createAnnouncer(broker, (err, { workspace, id }) =>
    log.warn(
      { err, workspace, template: id },
      'a template is stored; it is announced once the broker takes it',
    ),
  );
  const templates = store.collection(collections.templates);
  const versions = store.collection(collections.templateVersions);

  /** The version is written before the head that points to it. */
  const writeVersion = (
    workspace: string,
    id: string,
    after: number,
    content: TemplateContent,
    partials: readonly string[],
  ) =>
    insertNumbered(versions, {
      after,
      tries: TRIES,
      docOf: (n) => ({
        ...content,
        ...(partials.length > 0 && { partials }),
        workspace,
        id: versionId(id, n),
        version: 1,
        templateId: id,
        n,
        savedAt: clock.now(),
      }),
      isSame: (taken) => same(taken, content),
    });

  const save: SaveTemplate = async (workspace, id, content, partials) => {
    const saved = await retryOnConflict(TRIES, async () => {
      const head = await templates.get(workspace, id);
      const latest = head && (await versions.get(workspace, versionId(id, head.latest)));
      if (head !== undefined && latest !== undefined && same(latest, content))
        return { head, version: latest, created: false };
      const version = await writeVersion(workspace, id, head?.latest ?? 0, content, partials);
      if (version === undefined) return undefined;
      const next: TemplateDocument = {
        workspace,
        id,
        version: (head?.version ?? 0) + 1,
        latest: version.n,
        changedAt: clock.now(),
      };
      const [written] = await templates.write([{ doc: next, ifVersion: head?.version ?? null }]);
      return written === true ? { head: next, version, created: head === undefined } : undefined;
    });
    if (saved !== undefined) return saved;
    throw new Problem(409, 'conflict', 'The template is being changed by somebody else; try again.');
  };

  return async (workspace, id, content, partials) => {
    const saved = await save(workspace, id, content, partials);
    library.keep(saved.version);
    // Also when nothing changed: an earlier process may have ended between its write and this.
    await announce({ kind: 'template', workspace, id, version: saved.head.version });
    return saved;
  };
}

const same = (version: TemplateVersionDocument, content: TemplateContent): boolean =>
  canonicalJson(contentOf(version)) === canonicalJson(content);
