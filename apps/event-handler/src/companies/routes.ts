import { collections } from '@herald/contracts';
import { type Http, Problem, problemResponses } from '@herald/http';
import type { ServiceDeps } from '@herald/process';
import { CompanyBody, IdParams, viewCompany } from '../prospects/schemas.ts';

export function companyRoutes(app: Http, { store }: Pick<ServiceDeps, 'store'>) {
  const companies = store.collection(collections.companies);

  app.get(
    '/v1/companies/:id',
    {
      config: { scope: 'prospects:read' },
      schema: {
        tags: ['companies'],
        summary: 'A company',
        params: IdParams,
        response: { 200: CompanyBody, ...problemResponses(404) },
      },
    },
    async ({ params, principal }) => {
      const doc = await companies.get(principal.workspace, params.id);
      if (doc === undefined) throw new Problem(404, 'company_unknown', 'No event of this company is known.');
      return viewCompany(doc.state);
    },
  );
}
