import type { Cap, Channel, ChannelHours, ChannelRate, TopicRule } from '@herald/domain';
import type { Document } from '@herald/store';
import type { Account } from './accounts.ts';

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

/** The providers to try, in order, by channel: names of accounts, or of providers of the installation. */
export type ProviderOrder = { readonly [C in Channel]?: readonly string[] };

/** What takes the place of the workspace's own senders and providers, channel by channel. */
export interface Stream {
  readonly senders?: Senders | undefined;
  readonly providers?: ProviderOrder | undefined;
}

/** A subject that people can choose to get messages about, independent of the channel. */
export interface Topic extends TopicRule {
  /** The name that people see where they choose. */
  readonly name: string;
  readonly description?: string;
  /** The stream of its messages, unless their template names one. */
  readonly stream?: string;
}

/** What an outcome of a message changes for its recipient. */
export type ConsentEffect = 'suppress' | 'unsubscribe' | 'ignore';

/** The id of a workspace's settings. */
export const SETTINGS_ID = 'settings';

/**
 * Written by messaging. One per workspace: `id` is `SETTINGS_ID`. Each area of settings has its own file in
 * messaging.
 */
export interface SettingsDocument extends Document {
  readonly zone?: string;
  /** ISO 3166, two letters: the country of phone numbers without a country code. */
  readonly country?: string;
  readonly senders?: Senders | undefined;
  readonly providers?: ProviderOrder | undefined;
  /** The workspace's accounts at providers, by name. */
  readonly accounts?: Readonly<Record<string, Account>> | undefined;
  /** By name. Templates and topics name them. */
  readonly streams?: Readonly<Record<string, Stream>>;
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

/** The account of a workspace by its name; undefined: there is none. */
export const accountIn = (
  { accounts = {} }: Pick<SettingsDocument, 'accounts'>,
  name: string,
): Account | undefined => (Object.hasOwn(accounts, name) ? accounts[name] : undefined);
