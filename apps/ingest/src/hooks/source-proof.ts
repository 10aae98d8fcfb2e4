import type { Secrets } from '@herald/config';
import type { SourceDocument, SourceVerify } from '@herald/contracts';
import type { Clock } from '@herald/domain';
import { Problem } from '@herald/http';
import { isAuthentic, pretendToVerify, secretsOf } from '../signatures/authentic.ts';
import type { RawRequest } from '../signatures/raw-request.ts';
import type { Sns } from '../signatures/sns/sns.ts';
import type { Source } from '../sources/definition.ts';
import type { SourceMemory } from '../sources/source-memory.ts';
import { type HookBody, readHookBody } from './hook-body.ts';

export interface SourceProofDeps {
  readonly memory: Pick<SourceMemory, 'find'>;
  readonly secrets: Secrets;
  readonly sns: Pick<Sns, 'isAuthentic'>;
  readonly clock: Clock;
}

export interface SourceProof {
  /**
   * The source that sent this. Throws a 401 `Problem` if the request does not prove that. An unknown source
   * and a failed proof get the same answer at the same cost, so nobody can list sources by asking.
   */
  authenticate(workspace: string, id: string, request: RawRequest): Promise<Source>;
  /** The secrets of a source. `name`: default, that of its scheme. Throws a 503 if they are missing. */
  secretsFor(doc: SourceDocument, name?: string): string[];
}

export function createSourceProof({ memory, secrets, sns, clock }: SourceProofDeps): SourceProof {
  const authenticate = async (workspace: string, id: string, request: RawRequest): Promise<Source> => {
    const source = memory.find(workspace, id);
    if (source === undefined) {
      pretendToVerify(request);
      throw unauthorized();
    }
    const { verify } = source.doc;
    const authentic =
      verify.scheme === 'sns'
        ? await isFromSns(verify, request)
        : isAuthentic(verify, secretsFor(source.doc), request, clock);
    if (!authentic) throw unauthorized();
    return source;
  };

  /**
   * SNS proves itself in the body. A body that cannot be read proves nothing, and costs what an unknown
   * source costs.
   */
  const isFromSns = async (verify: SourceVerify, request: RawRequest): Promise<boolean> => {
    pretendToVerify(request);
    try {
      return await sns.isAuthentic(verify, bodyOf(request).value);
    } catch (error) {
      if (error instanceof Problem && error.status < 500) return false;
      throw error;
    }
  };

  const secretsFor = ({ workspace, id, verify }: SourceDocument, name = verify.secret): string[] => {
    if (name === undefined) return [];
    const values = secretsOf(secrets.read(workspace, name) ?? '');
    if (values.length > 0) return values;
    // A fault of the installation, which the sender must not take for a refusal: most senders give up on a
    // 4xx.
    const cause = new Error(`the secret ${name} of the source ${workspace}/${id} is missing or empty`);
    throw new Problem(503, 'not_configured', 'This source cannot be verified now.', {
      retryAfter: 60,
      lasting: true,
      cause,
    });
  };

  return { authenticate, secretsFor };
}

export const bodyOf = ({ body, headers }: RawRequest): HookBody =>
  readHookBody(body, headers['content-type']);

/** The same answer to all who prove nothing. */
export const unauthorized = (): Problem =>
  new Problem(
    401,
    'unauthorized',
    'There is no such source, or the webhook does not prove that it is from it.',
    // Some senders send their credentials only after this challenge.
    { headers: { 'www-authenticate': 'Basic realm="webhooks", Bearer realm="webhooks"' } },
  );
