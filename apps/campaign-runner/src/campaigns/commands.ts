import {
  type CampaignDocument,
  type CampaignVersionDocument,
  changeMessage,
  collections,
  eventsMessages,
} from '@herald/contracts';
import {
  type CampaignStatus,
  canonicalJson,
  deriveId,
  type JsonObject,
  newEvent,
  streamOf,
} from '@herald/domain';
import { Problem } from '@herald/http';
import { createOutbox } from '@herald/outbox';
import type { ServiceDeps } from '@herald/process';
import { insertNumbered } from '@herald/store';
import { createCheckCampaign } from './check-campaign.ts';
import type { CampaignLibrary } from './library.ts';

interface SavedCampaign {
  readonly doc: CampaignDocument;
  readonly version: CampaignVersionDocument;
  readonly created: boolean;
}

/**
 * Writes campaigns. Each change is announced to every replica and recorded in the log; when a call resolves,
 * this replica knows it too.
 */
export interface CampaignCommands {
  /**
   * Saves a text as a new version; the same definition again gives the version that is there. Throws 422
   * with every mistake and its place.
   */
  save(workspace: string, id: string, text: string): Promise<SavedCampaign>;
  /** Lets people into a version. Default: the newest. */
  launch(workspace: string, id: string, version?: number): Promise<CampaignDocument>;
  pause(workspace: string, id: string): Promise<CampaignDocument>;
  resume(workspace: string, id: string): Promise<CampaignDocument>;
  /** Also begins to end its enrollments. */
  archive(workspace: string, id: string): Promise<CampaignDocument>;
  /** After a crash: publishes an outbox that was left full. */
  finish(doc: CampaignDocument): Promise<void>;
}

export interface CampaignCommandsDeps extends Pick<ServiceDeps, 'store' | 'broker' | 'clock' | 'log'> {
  readonly library: CampaignLibrary;
  /** Begins to end the enrollments of an archived campaign. */
  readonly windDown: (workspace: string, campaignId: string) => void;
}

/** A version number may have been taken by a save that crashed half way, or by one at the same moment. */
const TRIES = 10;

export function createCampaignCommands(deps: CampaignCommandsDeps): CampaignCommands {
  const { store, broker, clock, library, log, windDown } = deps;
  const campaigns = store.collection(collections.campaigns);
  const versions = store.collection(collections.campaignVersions);
  const checkCampaign = createCheckCampaign(store);
  const outbox = createOutbox({
    noun: 'campaign',
    collection: campaigns,
    broker,
    clock,
    nextSweepAt: () => null,
    // What is stored is a success, announced to the other replicas now or at the next start.
    unpublished: (err) => log.warn({ err }, 'a campaign is stored; it is announced once the broker takes it'),
  });

  /** The document with the event of its change, and the announcement to the replicas, in its outbox. */
  const withEvent = (doc: CampaignDocument, what: string, data: JsonObject): CampaignDocument => {
    const { workspace, id, version } = doc;
    const eventId = deriveId('campaign-event', workspace, id, version);
    const event = newEvent({
      workspace,
      id: eventId,
      stream: streamOf('campaign', id),
      type: `campaign.${what}`,
      occurredAt: doc.changedAt,
      receivedAt: doc.changedAt,
      source: 'campaign-runner',
      data: { campaignId: id, ...data },
    });
    const announced = changeMessage({ kind: 'campaign', workspace, id, version });
    return { ...doc, outbox: [announced, ...eventsMessages([event])] };
  };

  const commit = async (doc: CampaignDocument, ifVersion: number | null): Promise<CampaignDocument> => {
    const committed = await outbox.commit(doc, ifVersion);
    if (committed === undefined)
      throw new Problem(409, 'conflict', 'the campaign was changed at the same moment; try again');
    await library.refresh(doc.workspace, doc.id);
    return committed;
  };

  const insertVersion = async (
    draft: Omit<CampaignVersionDocument, 'n' | 'id' | 'version'>,
    after: number,
  ): Promise<CampaignVersionDocument> => {
    const version = await insertNumbered(versions, {
      after,
      tries: TRIES,
      docOf: (n) => ({ ...draft, n, id: `${draft.campaignId}@${n}`, version: 1 }),
      isSame: (taken) => canonicalJson(taken.definition) === canonicalJson(draft.definition),
    });
    if (version !== undefined) return version;
    throw new Problem(409, 'conflict', 'the campaign is being saved by many at once; try again');
  };

  const existing = async (workspace: string, id: string): Promise<CampaignDocument> => {
    const doc = await outbox.load(workspace, id);
    if (doc === undefined) throw new Problem(404, 'campaign_unknown', `there is no campaign "${id}"`);
    return doc;
  };

  const move = async (
    workspace: string,
    id: string,
    what: string,
    from: readonly CampaignStatus[],
    change: (doc: CampaignDocument) => Partial<CampaignDocument> & { status: CampaignStatus },
  ): Promise<CampaignDocument> => {
    const doc = await existing(workspace, id);
    const changed = change(doc);
    if (doc.status === changed.status && doc.launched === (changed.launched ?? doc.launched)) return doc;
    if (!from.includes(doc.status))
      throw new Problem(409, 'wrong_status', `a campaign that is ${doc.status} cannot be ${what}`);
    const next = { ...doc, ...changed, version: doc.version + 1, changedAt: clock.now() };
    return commit(withEvent(next, what, { version: next.launched ?? null }), doc.version);
  };

  return {
    async save(workspace, id, text) {
      const definition = await checkCampaign(workspace, id, text);
      const current = await outbox.load(workspace, id);
      const latest = current && (await versions.get(workspace, `${id}@${current.latest}`));
      if (current && latest && canonicalJson(latest.definition) === canonicalJson(definition)) {
        return { doc: current, version: latest, created: false };
      }
      const savedAt = clock.now();
      const version = await insertVersion(
        { workspace, campaignId: id, definition, text, savedAt },
        current?.latest ?? 0,
      );
      const doc: CampaignDocument = {
        ...(current ?? { workspace, id, status: 'draft', outbox: [] }),
        version: (current?.version ?? 0) + 1,
        name: definition.name ?? id,
        latest: version.n,
        changedAt: savedAt,
      };
      const saved = await commit(withEvent(doc, 'saved', { version: version.n }), current?.version ?? null);
      return { doc: saved, version, created: current === undefined };
    },
    launch: (workspace, id, version) =>
      move(workspace, id, 'launched', ['draft', 'active', 'paused'], (doc) => {
        const launched = version ?? doc.latest;
        if (launched > doc.latest)
          throw new Problem(404, 'version_unknown', `"${id}" has no version ${launched}`);
        return { status: 'active', launched };
      }),
    pause: (workspace, id) => move(workspace, id, 'paused', ['active'], () => ({ status: 'paused' })),
    resume: (workspace, id) => move(workspace, id, 'resumed', ['paused'], () => ({ status: 'active' })),
    async archive(workspace, id) {
      const from = ['draft', 'active', 'paused'] as const;
      const doc = await move(workspace, id, 'archived', from, () => ({ status: 'archived' }));
      windDown(workspace, id);
      return doc;
    },
    async finish(doc) {
      await outbox.flush(doc);
    },
  };
}
