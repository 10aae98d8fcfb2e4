import { collections, type MessageDocument } from '@herald/contracts';
import { initialProspect, type SendCircumstances } from '@herald/domain';
import type { Store } from '@herald/store';
import type { ReadCampaign } from '../read-campaign.ts';
import type { TemplateSubject } from '../templates/data.ts';

/** What is read at the moment of sending. */
interface Circumstances extends Pick<SendCircumstances, 'enrollment' | 'prospect'> {
  /** Undefined once the prospect's data has been removed from the message. */
  readonly subject: TemplateSubject | undefined;
}

export type ReadCircumstances = (doc: MessageDocument) => Promise<Circumstances>;

export function createReadCircumstances(store: Store, readCampaign: ReadCampaign): ReadCircumstances {
  const enrollments = store.collection(collections.enrollments);
  const prospects = store.collection(collections.prospects);
  const companies = store.collection(collections.companies);
  const campaigns = store.collection(collections.campaigns);
  return async ({ workspace, state, request }) => {
    const [enrollment, found, campaign, { utm }] = await Promise.all([
      enrollments.get(workspace, state.enrollmentId),
      prospects.get(workspace, state.prospectId),
      campaigns.get(workspace, state.campaignId),
      readCampaign(workspace, state.campaignId, state.campaignVersion),
    ]);
    const prospect = found?.state;
    const companyId = prospect?.companyId;
    const company = companyId === undefined ? undefined : await companies.get(workspace, companyId);
    const { campaignId: id, campaignVersion: version } = state;
    return {
      enrollment: enrollment?.state,
      prospect,
      subject: request && {
        ...request,
        prospect: prospect ?? initialProspect(state.prospectId),
        company: company?.state,
        campaign: { id, version, name: campaign?.name ?? id },
        message: state,
        utm,
      },
    };
  };
}
