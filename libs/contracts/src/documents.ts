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
 * The documents in the store. Each kind is written by one service and may be read by others, so they are
 * declared here.
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
    readonly facts: Pick<MessageFacts, 'to' | 'templateVersion' | 'provider'>;
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
  readonly transactional?: boolean;
  /** Its subject. People can opt out of it, or into it, independent of the channel. */
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

/** The sender of a workspace's messages, by channel. */
export interface Senders {
  readonly email?: {
    readonly from: { readonly email: string; readonly name?: string };
    readonly replyTo?: string;
  };
  /** `from`: E.164, or a name of up to eleven letters and digits. */
  readonly sms?: { readonly from: string };
  /** `from`: E.164. */
  readonly call?: { readonly from: string };
  /** The name of the workspace's secret that signs webhooks. */
  readonly webhook?: { readonly secret: string };
}

/** A subject that people can choose to get messages about, independent of the channel. */
export interface Topic extends TopicRule {
  /** The name that people see where they choose. */
  readonly name: string;
  readonly description?: string;
}

/** What an outcome of a message changes for its recipient. */
export type ConsentEffect = 'suppress' | 'unsubscribe' | 'ignore';

/**
 * Written by messaging. One per workspace: `id` is `settings`. Each area of settings has its own file in
 * messaging.
 */
export interface SettingsDocument extends Document {
  readonly zone?: string;
  /** ISO 3166, two letters: the country of phone numbers without a country code. */
  readonly country?: string;
  readonly senders?: Senders;
  /** By channel: the names of the providers to try, in order. */
  readonly providers?: { readonly [C in Channel]?: readonly string[] };
  /**
   * `hard`: default `suppress` (the address). `softAfter`: soft bounces in a row that suppress it. Default:
   * 5; 0 for never.
   */
  readonly onBounce?: { readonly hard?: ConsentEffect; readonly softAfter?: number };
  /** Default: `unsubscribe`. */
  readonly onComplaint?: ConsentEffect;
  /** Whether Herald tracks opens and clicks of e-mails if the provider does not. Default: no. */
  readonly tracking?: { readonly opens?: boolean; readonly clicks?: boolean };
  readonly topics?: readonly Topic[];
  /** When nothing is sent, and the only hours in which something is. */
  readonly quietHours?: readonly ChannelHours[];
  readonly windows?: readonly ChannelHours[];
  /** The time over which messages that waited for such hours are spread. ISO 8601. */
  readonly spread?: string;
  readonly caps?: readonly Cap[];
  readonly rates?: readonly ChannelRate[];
}

/** Senders whose HMAC scheme is known, and the form that most others use. */
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
  /** The topics of `sns` that may send. Every AWS account can sign for topics of its own. */
  readonly topicArn?: string | readonly string[];
  readonly header?: string;
  /** How old a timestamp may be, in s. */
  readonly tolerance?: number;
  /** All that follows is for `hmac` only. */
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512';
  readonly encoding?: 'hex' | 'base64' | 'base64url';
  /** Precedes a signature: `sha1=`. */
  readonly prefix?: string;
  /** Separates several signatures, or several fields, in the header. */
  readonly separator?: string;
  /** Names in a header such as `t=…,v1=…`. */
  readonly fields?: { readonly signature: string; readonly timestamp?: string };
  /** A template of what is signed: `v0:{timestamp}:{body}`. */
  readonly signed?: string;
  readonly timestampHeader?: string;
  readonly timestampUnit?: 's' | 'ms' | 'rfc3339';
  readonly secretEncoding?: 'text' | 'hex' | 'base64';
  /** Precedes the key in the secret: `whsec_`. */
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
  /** For `cloudevents`: the origins that may send (default: any), and how many requests per minute. */
  readonly origins?: readonly string[];
  readonly rate?: number;
}

/**
 * CEL over `body`, `headers` and `query`, and with `each` also over `item` and `index`: the parts of a
 * webhook that become the event.
 */
export interface SourceMap {
  /** A list; each item of it is an event. */
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
 * The index of prospects that finds who holds the suppression of an address in a channel. Each index costs
 * every write of a prospect; calls have none.
 */
export const suppressedBy: { readonly [C in Channel]?: keyof typeof collections.prospects.indexes & string } =
  {
    email: 'byEmailSuppressed',
    sms: 'bySmsSuppressed',
  };
