/** The parts of the API's answers that the demo reads. Instants are ISO 8601. */

export interface LoggedEvent {
  readonly id: string;
  readonly type: string;
  readonly prospectId?: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly source: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Enrollment {
  readonly id: string;
  readonly campaignId: string;
  readonly prospectId: string;
  readonly status: 'active' | 'completed' | 'exited' | 'failed';
  readonly stepId: string | null;
  /** When its wait ends. Absent: only an event ends it. */
  readonly dueAt?: string;
  readonly reason?: string;
  readonly steps: Readonly<Record<string, { readonly at: string; readonly outcome: string }>>;
}

export interface Message {
  readonly id: string;
  readonly channel: 'email' | 'sms' | 'call' | 'webhook';
  readonly prospectId: string;
  readonly campaignId: string;
  readonly stepId: string;
  readonly template: string;
  readonly status: string;
  readonly reason?: string;
  readonly to?: string;
  readonly provider?: string;
  /** The provider's id of it. */
  readonly providerId?: string;
  /** When a provider took it. Absent: none has. */
  readonly sentAt?: string;
}

export interface Prospect {
  readonly id: string;
  readonly traits: Readonly<Record<string, unknown>>;
}

export interface TimelineItem {
  readonly at: string;
  readonly kind: 'event' | 'step' | 'message';
  readonly what: string;
  readonly why: string;
}

type Counts = Readonly<Record<string, number>>;

export interface Report {
  readonly campaignId: string;
  readonly entered: number;
  readonly active: number;
  readonly completed: number;
  readonly exited: number;
  readonly failed: number;
  readonly messagesByStep: Readonly<Record<string, Counts>>;
}

/** The statuses of messages that may still leave. */
export const OPEN_STATUSES = ['requested', 'scheduled'] as const;
/** Whether a provider took it, whatever happened then. A mail that a mail server refused has not left. */
export const hasLeft = ({ sentAt }: Message): boolean => sentAt !== undefined;
