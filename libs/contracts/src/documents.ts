import type { OutMessage } from '@herald/broker';
import type {
  CampaignDefinition,
  CampaignStatus,
  CompanyState,
  EnrollmentState,
  Event,
  Instant,
  MessageFacts,
  MessageState,
  ProspectState,
  Tries,
} from '@herald/domain';
import type { CollectionSpec, Document } from '@herald/store';
import type { SendRequest } from './send.ts';

/**
 * The documents in the store. Each kind is written by one service and may be read by others; that is why they stand here.
 */

/** Written by event-handler. `version` is the seq of the last event folded. */
export interface ProspectDocument extends Document {
  readonly state: ProspectState;
}

/** Written by event-handler. */
export interface CompanyDocument extends Document {
  readonly state: CompanyState;
}

/** A document that carries what must be published because of it, until that is confirmed. */
export interface OutboxDocument extends Document {
  readonly outbox: readonly OutMessage[];
}

/** What an effect carries on from its cause. */
export type Cause = Pick<Event, 'correlationId' | 'causationId' | 'depth' | 'traceparent'>;

/** Written by campaign-runner. `state` is the fold of its events; the rest is for doing. */
export interface EnrollmentDocument extends OutboxDocument {
  readonly state: EnrollmentState;
  readonly cause: Cause;
}

/** Written by messaging. A `lease` is a call of a provider under way: the message is `sending`. */
export interface MessageDocument extends OutboxDocument {
  readonly state: MessageState;
  /** Absent once the prospect has been erased. */
  readonly request?: Pick<SendRequest, 'event' | 'enrollment'>;
  readonly cause: Cause;
  /** `facts`: what will be told of the call, whatever comes of it. */
  readonly lease?: {
    readonly until: Instant;
    readonly facts: Pick<MessageFacts, 'to' | 'templateVersion' | 'provider'>;
  };
  /** Attempts since it was asked for, or asked for again; absent before the first. */
  readonly tries?: Tries;
}

/** Written by campaign-runner. `id` is the campaign's. */
export interface CampaignDocument extends OutboxDocument {
  readonly status: CampaignStatus;
  readonly name: string;
  /** The newest version saved. */
  readonly latest: number;
  /** The version new people enter; set by launch. */
  readonly launched?: number;
  readonly changedAt: Instant;
}

/** Written by campaign-runner, once. `id` is `<campaign>@<n>`. */
export interface CampaignVersionDocument extends Document {
  readonly campaignId: string;
  readonly n: number;
  readonly definition: CampaignDefinition;
  /** As it was sent: YAML or JSON, comments and all. */
  readonly text: string;
  readonly savedAt: Instant;
}

/** Written by messaging, once per version. `id` is `<template>@<n>`. */
export interface TemplateVersionDocument extends Document {
  readonly templateId: string;
  readonly n: number;
  readonly savedAt: Instant;
  readonly channel: 'email' | 'layout';
  readonly subject?: string;
  readonly html?: string;
  readonly text?: string;
  readonly layout?: string;
  readonly transactional?: boolean;
}

/** Written by messaging. `id` is the template's; `latest` is the version that is sent. */
export interface TemplateDocument extends Document {
  readonly latest: number;
  readonly changedAt: Instant;
}

/** Written by messaging. One a workspace: `id` is `settings`. */
export interface SettingsDocument extends Document {
  readonly zone?: string;
  readonly sender?: { readonly email: string; readonly name?: string };
  readonly replyTo?: string;
}

/** How a source proves who it is. `secret` is the name of a secret of the workspace, never the secret itself. */
export interface SourceVerify {
  readonly scheme: 'none' | 'bearer' | 'hmac-sha256' | 'github' | 'standard-webhooks';
  readonly secret?: string;
  readonly header?: string;
  /** How old a timestamp may be, in s. */
  readonly tolerance?: number;
}

/** CEL over `body`, `headers` and `query`: what of a webhook becomes the event. */
export interface SourceMap {
  readonly id?: string;
  readonly type: string;
  readonly prospectId: string;
  readonly occurredAt?: string;
  readonly data?: string;
  readonly skip?: string;
}

/** Written by ingest. */
export interface SourceDocument extends Document {
  readonly name?: string;
  readonly verify: SourceVerify;
  readonly map: SourceMap;
  readonly changedAt: Instant;
}

const spec = <T extends Document>(
  name: string,
  indexes: CollectionSpec<T>['indexes'] = {},
): CollectionSpec<T> => ({
  name,
  indexes,
});

export const collections = {
  prospects: spec<ProspectDocument>('prospects', { bySeen: ['workspace', 'state.lastSeenAt'] }),
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
    byCampaign: ['workspace', 'state.campaignId', 'state.channel', 'state.status', 'state.stepId'],
    byStatus: ['workspace', 'state.status', 'state.requestedAt'],
    byTime: ['workspace', 'state.requestedAt'],
    byDue: ['state.status', 'state.dueAt'],
  }),
  campaigns: spec<CampaignDocument>('campaigns', { byWorkspace: ['workspace'] }),
  campaignVersions: spec<CampaignVersionDocument>('campaign_versions', {
    byCampaign: ['workspace', 'campaignId', 'n'],
  }),
  templates: spec<TemplateDocument>('templates', { byWorkspace: ['workspace'] }),
  templateVersions: spec<TemplateVersionDocument>('template_versions', {
    byTemplate: ['workspace', 'templateId', 'n'],
  }),
  settings: spec<SettingsDocument>('settings'),
  sources: spec<SourceDocument>('sources', { byWorkspace: ['workspace'] }),
} as const;
