import {
  type CampaignDocument,
  type CampaignVersionDocument,
  changeMessage,
  collections,
  eventsMessages,
} from '@herald/contracts';
import {
  type CampaignDefinition,
  type CampaignStatus,
  canonicalJson,
  deriveId,
  type Fault,
  type JsonObject,
  newEvent,
  parseCampaign,
  streamOf,
} from '@herald/domain';
import { Problem } from '@herald/http';
import { createOutbox } from '@herald/outbox';
import type { ServiceDeps } from '@herald/process';
import { insertNumbered } from '@herald/store';
import type { CampaignLibrary } from './library.ts';

interface SavedCampaign {
  readonly doc: CampaignDocument;
  readonly version: CampaignVersionDocument;
  readonly created: boolean;
}

/**
 * Writes campaigns. Each change is announced to every replica and told in the log; when a call resolves, this
 * replica knows it too.
 */
export interface CampaignCommands {
  /**
   * Saves a text as a new version; the same definition again is the version that is there. Throws 422 with
   * every mistake and its place.
   */
  save(workspace: string, id: string, text: string): Promise<SavedCampaign>;
  /** Lets people into a version, the newest unless told. */
  launch(workspace: string, id: string, version?: number): Promise<CampaignDocument>;
  pause(workspace: string, id: string): Promise<CampaignDocument>;
  resume(workspace: string, id: string): Promise<CampaignDocument>;
  archive(workspace: string, id: string): Promise<CampaignDocument>;
  /** Announces what a crash left unannounced. */
  finish(doc: CampaignDocument): Promise<void>;
}

/** A version number may have been taken by a save that crashed half way, or by one at the same moment. */
const TRIES = 10;

export function createCampaignCommands(
  deps: Pick<ServiceDeps, 'store' | 'broker' | 'clock' | 'log'> & { library: CampaignLibrary },
): CampaignCommands {
  const { store, broker, clock, library, log } = deps;
  const campaigns = store.collection(collections.campaigns);
  const versions = store.collection(collections.campaignVersions);
  const templates = store.collection(collections.templates);
  const templateVersions = store.collection(collections.templateVersions);
  const outbox = createOutbox({
    ...{ noun: 'campaign', collection: campaigns, broker, clock, nextSweepAt: () => null },
    // What is stored is a success, told to the other replicas now or by the sweep.
    unpublished: (err) => log.warn({ err }, 'a campaign is stored; it is announced once the broker takes it'),
  });

  const check = async (workspace: string, id: string, text: string): Promise<CampaignDefinition> => {
    const parsed = parseCampaign(text);
    if (!parsed.ok) throw invalid(parsed.faults, parsed.count);
    if (parsed.definition.id !== id) {
      throw invalid([
        {
          path: 'id',
          line: 1,
          column: 1,
          message: `is "${parsed.definition.id}", but the address says "${id}"`,
        },
      ]);
    }
    const found = await templates.getMany(parsed.templates.map((use) => ({ workspace, id: use.template })));
    const missing = parsed.templates.filter((_use, index) => found[index] === undefined);
    if (missing.length > 0)
      throw invalid(missing.map((use) => use.fault(`there is no template "${use.template}"`)));
    const latest = await templateVersions.getMany(
      parsed.templates.map(({ template }, index) => ({
        workspace,
        id: `${template}@${found[index]?.latest ?? 0}`,
      })),
    );
    const foreign = parsed.templates.flatMap((use, index) => {
      const { channel = use.channel } = latest[index] ?? {};
      return channel === use.channel
        ? []
        : [use.fault(`template "${use.template}" is for ${channel}, not for ${use.channel}`)];
    });
    if (foreign.length > 0) throw invalid(foreign);
    return parsed.definition;
  };

  const tell = (doc: CampaignDocument, what: string, data: JsonObject): CampaignDocument => {
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
    return commit(tell(next, what, { version: next.launched ?? null }), doc.version);
  };

  return {
    async save(workspace, id, text) {
      const definition = await check(workspace, id, text);
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
      const saved = await commit(tell(doc, 'saved', { version: version.n }), current?.version ?? null);
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
    archive: (workspace, id) =>
      move(workspace, id, 'archived', ['draft', 'active', 'paused'], () => ({ status: 'archived' })),
    async finish(doc) {
      await outbox.flush(doc);
    },
  };
}

function invalid(faults: readonly Fault[], count = faults.length): Problem {
  const errors = faults.map(({ path, line, column, message }) => ({
    path: `/${path}`,
    message: `line ${line}, column ${column}: ${message}`,
  }));
  const mistakes = count === 1 ? 'one mistake' : `${count.toLocaleString('en-US')} mistakes`;
  return new Problem(422, 'invalid_campaign', `the campaign has ${mistakes}`, { errors, errorCount: count });
}
