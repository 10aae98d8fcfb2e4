import type { CompanyState, JsonObject, MessageState, ProspectState, SeenEvent } from '@herald/domain';
import { personZone } from '@herald/domain';
import type { Locality } from '@herald/templates';

/** What a template is about. */
export interface TemplateSubject {
  readonly prospect: ProspectState;
  readonly company: CompanyState | undefined;
  readonly campaign: { readonly id: string; readonly version: number; readonly name: string };
  readonly event: SeenEvent;
  readonly enrollment: JsonObject;
  readonly message: Pick<MessageState, 'messageId' | 'stepId' | 'template' | 'channel'>;
  /** Absent in what is owed: it cannot be unsubscribed from. */
  readonly unsubscribe?: string;
}

export type TemplateData = Readonly<Record<string, unknown>>;

/** The template's `it`: what JSON can hold, instants as ISO 8601. */
export const templateData = (subject: TemplateSubject): TemplateData => ({
  prospect: viewProspect(subject.prospect),
  company: viewCompany(subject.prospect.companyId, subject.company),
  campaign: subject.campaign,
  event: viewEvent(subject.event),
  enrollment: subject.enrollment,
  message: {
    id: subject.message.messageId,
    channel: subject.message.channel,
    template: subject.message.template,
    stepId: subject.message.stepId,
  },
  links: subject.unsubscribe === undefined ? {} : { unsubscribe: subject.unsubscribe },
});

const viewProspect = ({ prospectId, traits, companyId }: ProspectState) => ({
  id: prospectId,
  traits,
  companyId: companyId ?? null,
});

const viewCompany = (id: string | undefined, company: CompanyState | undefined) => ({
  id: id ?? null,
  traits: company?.traits ?? {},
});

const viewEvent = ({ id, type, occurredAt, data }: SeenEvent) => ({
  id,
  type,
  occurredAt: new Date(occurredAt).toISOString(),
  data,
});

const MAX_TAG = 64;

/**
 * The zone and language that the reader's traits name, if they exist. Default: the workspace's zone, and
 * English.
 */
export const localityOf = (traits: JsonObject, defaultZone: string): Locality => ({
  zone: personZone(traits, defaultZone),
  locale: isTag(traits.locale) ? (localeOf(traits.locale) ?? 'en') : 'en',
});

const isTag = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TAG;

function localeOf(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag.replaceAll('_', '-'))[0];
  } catch {
    return undefined; // an invalid tag counts as not given
  }
}
