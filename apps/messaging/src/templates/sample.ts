import { collections, type TemplateVersionDocument } from '@herald/contracts';
import { type Channel, type Instant, initialProspect, isObject, zoneFault } from '@herald/domain';
import { Problem } from '@herald/http';
import type { Store } from '@herald/store';
import { type Static, Type } from 'typebox';
import type { ReadCampaign } from '../read-campaign.ts';
import type { TemplateData, TemplateSubject } from './data.ts';

const Data = Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true });

/**
 * The data of a preview or a test: a stored prospect, sample data, or a prospect with parts replaced.
 */
export const Sample = {
  prospectId: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  prospect: Type.Optional(Data),
  company: Type.Optional(Data),
  campaign: Type.Optional(Data),
  event: Type.Optional(Data),
  enrollment: Type.Optional(Data),
  version: Type.Optional(Type.Integer({ minimum: 1 })),
  campaignId: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 128,
      description: 'as this campaign sends it, in its newest version',
    }),
  ),
  stepId: Type.Optional(Type.String({ minLength: 1, maxLength: 63, description: 'the step that sends it' })),
};
const SampleObject = Type.Object(Sample);
export type Sample = Static<typeof SampleObject>;

/** The person of a sample, and the parts of the data that replace stored ones. */
export type ReadSample = (
  version: TemplateVersionDocument & { readonly channel: Channel },
  messageId: string,
  sample: Sample,
) => Promise<{ subject: TemplateSubject; over: TemplateData }>;

/** A sample's zone is checked like a person's: a preview must not show the times of another zone. */
function checkZone({ prospect }: Sample): void {
  const traits = isObject(prospect?.traits) ? prospect.traits : {};
  const { timezone = null } = traits;
  const message = timezone === null ? undefined : zoneFault(timezone);
  if (message === undefined) return;
  throw new Problem(422, 'invalid_sample', 'The sample cannot be used.', {
    errors: [{ path: '/prospect/traits/timezone', message }],
  });
}

const PARTS = ['prospect', 'company', 'campaign', 'event', 'enrollment'] as const;

export function createReadSample(store: Store, readCampaign: ReadCampaign, now: () => Instant): ReadSample {
  const prospects = store.collection(collections.prospects);
  const companies = store.collection(collections.companies);
  const campaigns = store.collection(collections.campaigns);

  const campaignOf = async (workspace: string, { campaignId }: Sample) => {
    if (campaignId === undefined) return { campaign: { id: 'sample', version: 1, name: 'Sample' } };
    const found = await campaigns.get(workspace, campaignId);
    if (found === undefined)
      throw new Problem(422, 'campaign_unknown', 'There is no such campaign.', {
        errors: [{ path: '/campaignId', message: 'must be a campaign that exists' }],
      });
    const { name, latest: version } = found;
    const { utm } = await readCampaign(workspace, campaignId, version);
    return { campaign: { id: campaignId, version, name }, utm };
  };

  return async ({ workspace, templateId, channel }, messageId, sample) => {
    const { prospectId } = sample;
    const found = prospectId === undefined ? undefined : await prospects.get(workspace, prospectId);
    if (prospectId !== undefined && found === undefined)
      throw new Problem(422, 'prospect_unknown', 'There is no such prospect.', {
        errors: [{ path: '/prospectId', message: 'must be a prospect that exists' }],
      });
    const prospect = found?.state ?? initialProspect('sample');
    const { companyId } = prospect;
    const company = companyId === undefined ? undefined : await companies.get(workspace, companyId);
    checkZone(sample);
    const about = await campaignOf(workspace, sample);
    const given = PARTS.filter((part) => sample[part] !== undefined);
    return {
      over: Object.fromEntries(given.map((part) => [part, sample[part]])),
      subject: {
        prospect,
        company: company?.state,
        ...about,
        event: { id: 'sample', type: 'sample', occurredAt: now(), data: {} },
        enrollment: {},
        message: { messageId, stepId: sample.stepId ?? 'sample', template: templateId, channel },
      },
    };
  };
}
