import type { CompanyState, JsonObject, MessageState, ProspectState, SeenEvent, Utm } from '@herald/domain';
import { personZone } from '@herald/domain';
import type { Locality } from '@herald/templates';
import { canonicalTag } from './variants.ts';

/** What a template is about. */
export interface TemplateSubject {
  readonly prospect: ProspectState;
  readonly company: CompanyState | undefined;
  readonly campaign: { readonly id: string; readonly version: number; readonly name: string };
  readonly event: SeenEvent;
  readonly enrollment: JsonObject;
  readonly message: Pick<MessageState, 'messageId' | 'stepId' | 'template' | 'channel'>;
  /** The campaign's parameters for links. */
  readonly utm?: Utm | undefined;
  /** Absent in what is owed: it cannot be unsubscribed from. */
  readonly unsubscribe?: string;
}

export type TemplateData = Readonly<Record<string, unknown>>;

/** The template's `it`: what JSON can hold, instants as ISO 8601. `locale`: the variant of the template. */
export const templateData = (subject: TemplateSubject, locale: string | undefined): TemplateData => ({
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
    locale: locale ?? null,
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

/** The zone that the reader's traits name, if it exists, and their language. Default: `defaultZone`, English. */
export const localityOf = (
  traits: JsonObject,
  locale: string | undefined,
  defaultZone: string,
): Locality => ({ zone: personZone(traits, defaultZone), locale: locale ?? 'en' });

/** The language of a person, as a canonical BCP 47 tag: the trait `locale`, else `language`. */
export const languageOf = ({ locale, language }: JsonObject): string | undefined =>
  canonicalTag(locale) ?? canonicalTag(language);
