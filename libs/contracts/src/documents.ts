import type { OutMessage } from '@herald/broker';
import type {
  CampaignDefinition,
  CampaignStatus,
  Cap,
  Cause,
  Channel,
  ChannelHours,
  ChannelRate,
  CompanyState,
  CountedSend,
  EnrollmentState,
  Instant,
  MessageFacts,
  MessageState,
  ProspectState,
  TopicRule,
  Tries,
} from '@herald/domain';
import type { CollectionSpec, Document } from '@herald/store';
import type { SendRequest } from './send.ts';

/**
 * The documents in the store. Each kind is written by one service and may be read by others; that is why they
 * stand here.
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

/** Written by campaign-runner. `state` is the fold of its events; the rest is for doing. */
export interface EnrollmentDocument extends OutboxDocument {
  readonly state: EnrollmentState;
  readonly cause: Cause;
}

/** Written by messaging. A `lease` is a call of a provider under way: the message is `sending`. */
export interface MessageDocument extends OutboxDocument {
  readonly state: MessageState;
  /** Absent once the prospect has been erased. */
  readonly request?: Pick<SendRequest, 'event' | 'enrollment' | 'url' | 'receivedAt' | 'after'>;
  readonly cause: Cause;
  /** `facts`: what will be told of the call, whatever comes of it. */
  readonly lease?: {
    readonly until: Instant;
    readonly facts: Pick<MessageFacts, 'to' | 'templateVersion' | 'provider'>;
  };
  /** Attempts since it was asked for, or asked for again; absent before the first. */
  readonly tries?: Tries;
  /** The ids of the last reports that were told of, so that one that is delivered again is not told again. */
  readonly heard?: readonly string[];
  /**
   * It waits in a waitlist of its workspace, the one of the least `order` first, or `after:` another message
   * of its run. `passed`: the waitlists it has already been let through. `since`: when it began to wait for
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
 * Written by messaging. Where messages of a workspace wait for their turn. `id` is `share` (there were more
 * than its share at once), or the name of a rate. `sweepAt`: when to let some through; null when none waits.
 */
export interface WaitlistDocument extends Document {
  /** A rate's: when the calls given out so far are used up. */
  readonly nextAt?: Instant;
  /** None was found waiting at the last look: if the next one finds none either, nobody looks any more. */
  readonly looksEmpty?: boolean;
}

/** Written by messaging. The latest messages to one prospect that caps count. `id` is the prospect's. */
export interface CountedDocument extends Document {
  readonly sends: readonly CountedSend[];
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
  readonly channel: Channel | 'layout' | 'partial';
  /** The partials that it takes in, found when it was checked; absent for none. */
  readonly partials?: readonly string[];
  readonly subject?: string;
  readonly preheader?: string;
  readonly html?: string;
  readonly text?: string;
  readonly layout?: string;
  readonly transactional?: boolean;
  /** What it is about; people can opt out of it, or into it, apart from the channel. */
  readonly topic?: string;
  readonly voice?: string;
  readonly language?: string;
  readonly menu?: readonly { readonly key: string; readonly say: string }[];
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Written by messaging. `id` is the template's; `latest` is the version that is sent. */
export interface TemplateDocument extends Document {
  readonly latest: number;
  readonly changedAt: Instant;
}

/** Whom a workspace's messages come from, by channel. */
export interface Senders {
  readonly email?: {
    readonly from: { readonly email: string; readonly name?: string };
    readonly replyTo?: string;
  };
  /** `from`: E.164, or a name of up to eleven letters and digits. */
  readonly sms?: { readonly from: string };
  /** `from`: E.164. */
  readonly call?: { readonly from: string };
  /** The name of the secret of the workspace that signs webhooks. */
  readonly webhook?: { readonly secret: string };
}

/** What people can want messages about, or not, apart from the channel. */
export interface Topic extends TopicRule {
  /** As people see it where they choose. */
  readonly name: string;
  readonly description?: string;
}

/** What follows for a person from what became of a message to them. */
export type ConsentEffect = 'suppress' | 'unsubscribe' | 'ignore';

/**
 * Written by messaging. One a workspace: `id` is `settings`. Each area of settings has its own file in
 * messaging.
 */
export interface SettingsDocument extends Document {
  readonly zone?: string;
  /** ISO 3166, two letters: where phone numbers without a country's code belong. */
  readonly country?: string;
  readonly senders?: Senders;
  /** By channel: the names of the providers that send it, in the order in which they are tried. */
  readonly providers?: { readonly [C in Channel]?: readonly string[] };
  /**
   * `hard`: suppress the address unless told. `softAfter`: soft bounces in a row that suppress it; 5 unless
   * told, 0 for never.
   */
  readonly onBounce?: { readonly hard?: ConsentEffect; readonly softAfter?: number };
  /** Unsubscribe unless told. */
  readonly onComplaint?: ConsentEffect;
  /** Whether opens and clicks of e-mails are tracked by us where the provider does not; not unless told. */
  readonly tracking?: { readonly opens?: boolean; readonly clicks?: boolean };
  readonly topics?: readonly Topic[];
  /** When nothing is sent, and when alone something is. */
  readonly quietHours?: readonly ChannelHours[];
  readonly windows?: readonly ChannelHours[];
  /** Over how much time messages that waited for such hours are spread. ISO 8601. */
  readonly spread?: string;
  readonly caps?: readonly Cap[];
  readonly rates?: readonly ChannelRate[];
}

/** Senders that sign by HMAC in a way we know, and the form that most others take. */
export const hmacPresets = [
  'hmac-sha256',
  'calendly',
  'customer-io',
  'dropbox',
  'github',
  'hubspot',
  'intercom',
  'linear',
  'meta',
  'paddle',
  'pagerduty',
  'paystack',
  'razorpay',
  'segment',
  'sentry',
  'shopify',
  'slack',
  'square',
  'standard-webhooks',
  'stripe',
  'twitch',
  'typeform',
  'woocommerce',
  'zendesk',
  'zoom',
] as const;
export type HmacPreset = (typeof hmacPresets)[number];

/**
 * How a source proves who it is. `secret` is the name of a secret of the workspace, never the secret itself.
 */
export interface SourceVerify {
  readonly scheme:
    | 'none'
    | 'bearer'
    | 'basic'
    | 'hmac'
    | HmacPreset
    | 'mandrill'
    | 'sendgrid'
    | 'sns'
    | 'twilio';
  readonly secret?: string;
  /** The topics of `sns` that may send: every AWS account can sign for topics of its own. */
  readonly topicArn?: string | readonly string[];
  readonly header?: string;
  /** How old a timestamp may be, in s. */
  readonly tolerance?: number;
  /** What follows is for `hmac` alone. */
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512';
  readonly encoding?: 'hex' | 'base64' | 'base64url';
  /** What stands before a signature: `sha1=`. */
  readonly prefix?: string;
  /** Between several signatures, or several fields, of the header. */
  readonly separator?: string;
  /** Names in a header such as `t=…,v1=…`. */
  readonly fields?: { readonly signature: string; readonly timestamp?: string };
  /** A template of what is signed: `v0:{timestamp}:{body}`. */
  readonly signed?: string;
  readonly timestampHeader?: string;
  readonly timestampUnit?: 's' | 'ms' | 'rfc3339';
  readonly secretEncoding?: 'text' | 'hex' | 'base64';
  /** What stands before the key in the secret: `whsec_`. */
  readonly secretPrefix?: string;
}

/** The ways in which senders ask, before they send, whether an address wants their webhooks. */
export const HANDSHAKES = [
  'cloudevents',
  'dropbox',
  'event-grid',
  'head',
  'hub-challenge',
  'microsoft-graph',
  'okta',
  'slack',
  'sns',
  'twitch',
  'zoom',
] as const;

/** How the sender of a source asks. */
export interface SourceHandshake {
  readonly kind: (typeof HANDSHAKES)[number];
  /** The name of the secret with the verify token of `hub-challenge`. */
  readonly secret?: string;
  /** For `cloudevents`: whose requests are allowed, anyone's where there are none; and how many a minute. */
  readonly origins?: readonly string[];
  readonly rate?: number;
}

/**
 * CEL over `body`, `headers` and `query`, with `each` also over `item` and `index`: what of a webhook becomes
 * the event.
 */
export interface SourceMap {
  /** A list: each item of it is an event. */
  readonly each?: string;
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
  readonly handshake?: SourceHandshake;
  readonly map: SourceMap;
  readonly changedAt: Instant;
}

/**
 * Written by the service that owns the queue. A dead letter that somebody discarded. The message itself is
 * not kept: it may hold personal data. `workspace` is that of the key.
 */
export interface DiscardDocument extends Document {
  readonly discardedAt: Instant;
  /** The id of the API key. */
  readonly by: string;
  /** Why, in the words of whoever discarded it. */
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
    // Who holds the suppression of an address: it is of the address, whoever else has it.
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
    byCampaign: ['workspace', 'state.campaignId', 'state.channel', 'state.status', 'state.stepId'],
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
  sources: spec<SourceDocument>('sources', { byWorkspace: ['workspace'] }),
  discards: spec<DiscardDocument>('discards', { byTime: ['workspace', 'discardedAt'] }),
} as const;

/**
 * The index of prospects that finds who holds the suppression of an address of a channel. Each costs every
 * write of a prospect: calls have none.
 */
export const suppressedBy: { readonly [C in Channel]?: keyof typeof collections.prospects.indexes & string } =
  {
    email: 'byEmailSuppressed',
    sms: 'bySmsSuppressed',
  };
