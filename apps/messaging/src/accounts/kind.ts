import type { Account, SecretReference } from '@herald/contracts';
import type { Channel } from '@herald/domain';
import type { Fault } from '@herald/http';
import type { AllowedAddresses } from '@herald/outbound';
import type { TProperties } from 'typebox';
import type { Provider } from '../providers/provider.ts';

/** One kind of provider at which a workspace can have an account. A line for each in `kinds.ts`. */
export interface AccountKind<A extends Account = Account> {
  readonly channels: readonly Channel[];
  /** The schemas of its options, beside `provider`. */
  readonly fields: TProperties;
  readonly required: readonly (keyof A & string)[];
  /** The options that name a secret. */
  readonly secrets: readonly (keyof A & string)[];
  /** Faults that neither the schema nor the lists above find; paths begin within the account. */
  faults(account: A, options: AccountOptions): Fault[];
  /** Its providers, whatever their names. May throw. */
  create(account: A, context: AccountContext): readonly Provider[];
}

/** What the installation says of all accounts. */
export interface AccountOptions {
  /** ms of wall time for one call. */
  readonly timeout: number;
  /** Where the APIs are, if not where the vendors have them. */
  readonly sendgridUrl?: string | undefined;
  readonly twilioUrl?: string | undefined;
  /** Where Twilio reaches ingest; undefined: it cannot. */
  readonly callbacks?: string | undefined;
  /** Where mail servers of workspaces may be. */
  readonly mailServers: AllowedAddresses;
  /** Whether that includes networks that are not public. */
  readonly hasOwnNetworks: boolean;
}

interface AccountContext extends AccountOptions {
  readonly workspace: string;
  readonly name: string;
  /** The secret that an option names. */
  secret(reference: SecretReference): string;
}
