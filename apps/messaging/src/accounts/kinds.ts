import type { Account } from '@herald/contracts';
import type { AccountKind } from './kind.ts';
import { sendgridAccount } from './sendgrid.ts';
import { smtpAccount } from './smtp.ts';
import { twilioAccount } from './twilio.ts';

const registry = {
  sendgrid: sendgridAccount,
  smtp: smtpAccount,
  twilio: twilioAccount,
} satisfies { readonly [K in Account['provider']]: AccountKind<Extract<Account, { provider: K }>> };

/** The kinds of accounts, by the name of the provider. */
export const accountKinds = registry as unknown as Readonly<Record<Account['provider'], AccountKind>>;

export const ACCOUNT_PROVIDERS = Object.keys(registry) as readonly Account['provider'][];
