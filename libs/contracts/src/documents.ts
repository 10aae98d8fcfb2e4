import type { OutMessage } from '@herald/broker';
import type {
  CallFacts,
  CampaignDefinition,
  CampaignStatus,
  Cause,
  Channel,
  CompanyState,
  CountedSend,
  EnrollmentState,
  Instant,
  MessageState,
  ProspectState,
  Tries,
} from '@herald/domain';
import type { CollectionSpec, Document } from '@herald/store';
import type { SecretDocument } from './secrets.ts';
import type { SendRequest } from './send.ts';
import type { SettingsDocument } from './settings.ts';
import type { SourceDocument } from './sources.ts';

/**
 * The documents in the store. Each kind is written by one service and may be read by others, so they are
 * declared here; those of settings, secrets and sources are in files of their own.
 */

/** Written by event-handler. `version` is the sequence number of the last folded event. */
export interface ProspectDocument extends Document {
  readonly state: ProspectState;
}

/** Written by event-handler. */
export interface CompanyDocument extends Document {
  readonly state: CompanyState;
}

/** A document that carries the envelopes to publish because of it, until the broker has confirmed them. */
export interface OutboxDocument extends Document {
  readonly outbox: readonly OutMessage[];
}

/** Written by campaign-runner. `state` is the fold of its events; the rest is for the runner's work. */
export interface EnrollmentDocument extends OutboxDocument {
  readonly state: EnrollmentState;
  readonly cause: Cause;
}

/** Written by messaging. A `lease` is a provider call under way: the message is `sending`. */
export interface MessageDocument extends OutboxDocument {
  readonly state: MessageState;
  /** Absent once the prospect has been erased. */
  readonly request?: Pick<SendRequest, 'event' | 'enrollment' | 'url' | 'receivedAt' | 'after'>;
  readonly cause: Cause;
  /** `facts`: what will be recorded of the call, whatever its outcome. */
  readonly lease?: {
    readonly until: Instant;
    readonly facts: CallFacts;
  };
  /** Attempts since the message was requested, or requested again; absent before the first. */
  readonly tries?: Tries;
  /** The ids of the latest recorded reports, so that a redelivered report is not recorded twice. */
  readonly heard?: readonly string[];
  /**
   * It waits in a waitlist of its workspace (the message with the lowest `order` first), or `after:` another
   * message of its run. `passed`: the waitlists that have let it through. `since`: when it began to wait for
   * the other message.
   */
  readonly hold?: {
    readonly waitlist: string;
    readonly order: number;
    readonly passed: readonly string[];
    readonly since?: Instant;
  };
}

/**
 * Written by messaging. A waitlist of a workspace. `id` is `share` (there were more messages than its share
 * at once), or the name of a rate. `sweepAt`: when to let some through; null if none waits.
 */
export interface WaitlistDocument extends Document {
  /** For a rate: when the calls granted so far are used up. */
  readonly nextAt?: Instant;
  /**
   * The last look found nothing waiting. If the next one finds nothing either, the waitlist is not looked at
   * any more.
   */
  readonly looksEmpty?: boolean;
}

/** Written by messaging. The latest messages to one prospect, for caps. `id` is the prospect's. */
export interface CountedDocument extends Document {
  readonly sends: readonly CountedSend[];
}

/** Written by campaign-runner. `id` is the campaign's. */
export interface CampaignDocument extends OutboxDocument {
  readonly status: CampaignStatus;
  readonly name: string;
  /** The newest saved version. */
  readonly latest: number;
  /** The version that new people enter; set by launch. */
  readonly launched?: number;
  readonly changedAt: Instant;
}

/** Written by campaign-runner, once. `id` is `<campaign>@<n>`. */
export interface CampaignVersionDocument extends Document {
  readonly campaignId: string;
  readonly n: number;
  readonly definition: CampaignDefinition;
  /** As it was sent: YAML or JSON, with comments. */
  readonly text: string;
  readonly savedAt: Instant;
}

/** Written by messaging, once per version. `id` is `<template>@<n>`. */
export interface TemplateVersionDocument extends Document {
  readonly templateId: string;
  readonly n: number;
  readonly savedAt: Instant;
  readonly channel: Channel | 'layout' | 'partial';
  /** The partials that it includes, found when it was checked; absent if there are none. */
  readonly partials?: readonly string[];
  readonly subject?: string;
  readonly preheader?: string;
  readonly html?: string;
  readonly text?: string;
  readonly layout?: string;
  /** Who else gets it: templates of an address each. */
  readonly cc?: readonly string[];
  readonly bcc?: readonly string[];
  readonly attachments?: readonly TemplateFile[];
  readonly transactional?: boolean;
  /** Its subject. People can opt out of it, or into it, independent of the channel. */
  readonly topic?: string;
  /** The stream of the settings that sends it. */
  readonly stream?: string;
  readonly voice?: string;
  readonly language?: string;
  readonly menu?: readonly { readonly key: string; readonly say: string }[];
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `false`: its links take no parameters of campaigns. */
  readonly utm?: boolean;
  /** What it says in other languages, by BCP 47 tag. */
  readonly locales?: Readonly<Record<string, TemplateTexts>>;
}

/** A file that mails of a template take along: at `url`, or `content` in base64. */
export interface TemplateFile {
  readonly filename: string;
  readonly url?: string;
  readonly content?: string;
  readonly contentType?: string;
  readonly cid?: string;
  readonly ifMissing?: 'fail' | 'sendWithout';
}

/** What a template says in one language. */
export type TemplateTexts = Pick<
  TemplateVersionDocument,
  'subject' | 'preheader' | 'html' | 'text' | 'voice' | 'language' | 'menu'
>;

/** Written by messaging. `id` is the template's; `latest` is the version that is sent. */
export interface TemplateDocument extends Document {
  readonly latest: number;
  readonly changedAt: Instant;
}

/**
 * Written by the service that owns the queue. A dead letter that was discarded. Its body is not kept: it may
 * hold personal data. `workspace` is that of the key.
 */
export interface DiscardDocument extends Document {
  readonly discardedAt: Instant;
  /** The id of the API key. */
  readonly by: string;
  /** The reason that the caller gave. */
  readonly reason: string;
  readonly letter: {
    readonly queue: string;
    readonly token: string;
    readonly id: string;
    readonly key: string;
    /** Why it could not be handled. */
    readonly reason: string;
    readonly attempts: number;
    readonly publishedAt: Instant;
    readonly diedAt: Instant;
  };
}

const spec = <T extends Document>(
  name: string,
  indexes: CollectionSpec<T>['indexes'] = {},
): CollectionSpec<T> => ({
  name,
  indexes,
});

export const collections = {
  prospects: spec<ProspectDocument>('prospects', {
    bySeen: ['workspace', 'state.lastSeenAt'],
    // The prospect that holds the suppression of an address. It applies to the address, whoever else has it.
    byEmailSuppressed: ['workspace', 'state.suppressions.email.address'],
    bySmsSuppressed: ['workspace', 'state.suppressions.sms.address'],
  }),
  companies: spec<CompanyDocument>('companies'),
  enrollments: spec<EnrollmentDocument>('enrollments', {
    byProspect: ['workspace', 'state.prospectId', 'state.campaignId', 'state.n'],
    byCampaign: ['workspace', 'state.campaignId', 'state.status', 'state.stepId'],
    byStatus: ['workspace', 'state.status'],
    byDue: ['state.wait.dueAt'],
  }),
  messages: spec<MessageDocument>('messages', {
    byProspect: ['workspace', 'state.prospectId', 'state.requestedAt'],
    byEnrollment: ['workspace', 'state.enrollmentId'],
    byCampaign: [
      'workspace',
      'state.campaignId',
      'state.channel',
      'state.status',
      'state.stepId',
      'state.locale',
    ],
    byStatus: ['workspace', 'state.status', 'state.requestedAt'],
    byTime: ['workspace', 'state.requestedAt'],
    byDue: ['state.status', 'state.dueAt'],
    byTo: ['workspace', 'state.to', 'state.channel', 'state.requestedAt'],
    byHold: ['workspace', 'hold.waitlist', 'hold.order'],
  }),
  waitlists: spec<WaitlistDocument>('waitlists'),
  counted: spec<CountedDocument>('counted'),
  campaigns: spec<CampaignDocument>('campaigns', { byWorkspace: ['workspace'] }),
  campaignVersions: spec<CampaignVersionDocument>('campaign_versions', {
    byCampaign: ['workspace', 'campaignId', 'n'],
  }),
  templates: spec<TemplateDocument>('templates', { byWorkspace: ['workspace'] }),
  templateVersions: spec<TemplateVersionDocument>('template_versions', {
    byTemplate: ['workspace', 'templateId', 'n'],
  }),
  settings: spec<SettingsDocument>('settings'),
  secrets: spec<SecretDocument>('secrets', { byWorkspace: ['workspace'] }),
  sources: spec<SourceDocument>('sources', { byWorkspace: ['workspace'] }),
  discards: spec<DiscardDocument>('discards', { byTime: ['workspace', 'discardedAt'] }),
} as const;

/**
 * The index of prospects that finds who holds the suppression of an address in a channel. Each index costs
 * every write of a prospect; calls have none.
 */
export const suppressedBy: { readonly [C in Channel]?: keyof typeof collections.prospects.indexes & string } =
  {
    email: 'byEmailSuppressed',
    sms: 'bySmsSuppressed',
  };
