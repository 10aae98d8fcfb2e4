import type { Broker } from '@herald/broker';
import type { Client, Four, Herald, Inbox, InboxOptions, ServiceName } from '@herald/harness';
import type { Gateway } from '@herald/mongodb-server';
import type { Rabbit } from '@herald/rabbitmq-server';
import type { Gate } from './servers/gate.ts';

/** A fault that the system is put through while it works, and how it heals. */
export interface Fault {
  /** Its row in the table. */
  readonly name: string;
  /** Whether the short selection has it. */
  readonly short: boolean;
  /**
   * Servers of our own that it needs: a node that may be killed, or three that form a cluster; a database
   * behind a gate.
   */
  readonly needs?: readonly ('node' | 'cluster' | 'gate' | 'gateway')[];
  /** Over the usual environment of every process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly inbox?: InboxOptions;
  /** Whether messages may end as `unknown`: the fault hides what a provider said. */
  readonly mayHide?: boolean;
  /** Does it, under load, and heals it. Throws when what the fault is about did not even happen. */
  run(stage: Stage): Promise<Aftermath | undefined>;
}

/** What the fault leaves behind on purpose. */
export interface Aftermath {
  /** Ids of messages that belong into the dead-letter queues, by queue. */
  readonly dead?: ReadonlyMap<string, readonly string[]>;
  /** A figure or two for the table. */
  readonly note?: string;
}

/**
 * A system of its own for one fault: an empty database, four services, a mail server, a campaign that is
 * running.
 */
export interface Stage {
  /** Whether there is time for the long form. */
  readonly long: boolean;
  readonly client: Client;
  readonly four: Four;
  readonly inbox: Inbox;
  /** The very broker of the services. */
  readonly broker: Broker;
  /** `amqp://` of it, or of one of its nodes. */
  readonly brokerUrl: string;
  readonly load: StageLoad;
  /** Throws where `needs` does not have it. */
  node(): NonNullable<Rabbit['node']>;
  cluster(): NonNullable<Rabbit['cluster']>;
  gate(): Gate;
  gateway(): Gateway;
  /** One more process of a service, ready. The stage ends it. */
  replica(service: ServiceName, env?: Readonly<Record<string, string>>): Promise<Replica>;
  /** A line of progress. */
  say(line: string): void;
  /** Notes something that must be so. What is not makes the verdict bad, and the run goes on. */
  check(holds: boolean, otherwise: string): void;
}

export interface Replica extends Herald {
  /** Ends it with SIGTERM and forgets it; a code other than 0 is a bad verdict. */
  leave(): Promise<void>;
}

export interface StageLoad {
  /**
   * Lets so many new prospects in, evenly over `over` ms; each insists until it is acknowledged. Resolves
   * when all are.
   */
  send(prospects: number, over: number): Promise<void>;
  /**
   * Lets a few new prospects in every so many ms until `work` is over, `atMost` of them. Resolves when all
   * are acknowledged.
   */
  during(pace: { readonly every: number; readonly atMost: number }, work: () => Promise<void>): Promise<void>;
  /** Prospects that have begun. */
  readonly prospects: number;
  /** Events acknowledged so far. */
  readonly acknowledged: number;
  /** Requests that were refused or not answered so far. */
  readonly refused: number;
  /** Says that these events were acknowledged too, for prospects that the fault let in itself. */
  note(prospects: readonly string[], eventIds: readonly string[]): void;
}
