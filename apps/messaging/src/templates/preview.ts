import type { TemplateVersionDocument } from '@herald/contracts';
import { type Channel, type Clock, type ProviderOutcome, randomId } from '@herald/domain';
import { Problem } from '@herald/http';
import type { Store } from '@herald/store';
import { type PartFault, TemplateError } from '@herald/templates';
import type { Attachments } from '../attachments/index.ts';
import type { Content } from '../channels/channel.ts';
import { FileLaterError, filesIn, hasFilesToFetch, type PlannedFile } from '../channels/email/attachments.ts';
import { channels } from '../channels/index.ts';
import type { Lanes } from '../channels/lanes.ts';
import { noSenderAsProblem } from '../channels/no-sender.ts';
import type { FewAtOnce } from '../providers/few-at-once.ts';
import type { ReadCampaign } from '../read-campaign.ts';
import type { Settings } from '../settings/settings.ts';
import { streamOf } from '../settings/streams.ts';
import { busyAsProblem } from './busy.ts';
import type { Compose } from './compose.ts';
import type { TemplateLibrary } from './library.ts';
import { createReadSample, type Sample } from './sample.ts';
import { canonicalTag } from './variants.ts';

/**
 * Shows a template to its author before people get it, by the code that sends. `locale`: instead of the
 * sample's language. Both throw a `Problem`.
 */
export interface Preview {
  show(
    workspace: string,
    id: string,
    sample: Sample,
    locale?: string,
  ): Promise<Content & { version: number; locale?: string }>;
  /** Sends it to the address given. It is no message to a prospect: nothing is recorded. */
  sendTest(
    workspace: string,
    id: string,
    to: string,
    sample: Sample,
    locale?: string,
  ): Promise<{ messageId: string; outcome: ProviderOutcome; subject?: string; locale?: string }>;
}

export interface PreviewDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly library: TemplateLibrary;
  readonly compose: Compose;
  readonly lanes: Lanes;
  readonly attachments: Attachments;
  readonly settings: Pick<Settings, 'of'>;
  readonly fewAtOnce: FewAtOnce;
  readonly readCampaign: ReadCampaign;
  /** The country of phone numbers without a country code. */
  readonly countryOf: (workspace: string) => string | undefined;
}

type Sendable = TemplateVersionDocument & { readonly channel: Channel };

export function createPreview(deps: PreviewDeps): Preview {
  const { store, clock, library, compose, lanes, attachments, settings, fewAtOnce, countryOf } = deps;
  const readSample = createReadSample(store, deps.readCampaign, () => clock.now());

  const existing = async (workspace: string, id: string, n?: number): Promise<Sendable> => {
    const version =
      n === undefined ? await library.latest(workspace, id) : await library.version(workspace, id, n);
    if (version === undefined)
      throw new Problem(404, 'template_unknown', 'There is no such template, or no such version of it.');
    const { channel } = version;
    if (channel === 'layout' || channel === 'partial')
      throw new Problem(409, 'not_sendable', `A ${channel} is seen by way of a template that uses it.`);
    return { ...version, channel };
  };

  const setUp = async (workspace: string, id: string, sample: Sample) => {
    const version = await existing(workspace, id, sample.version);
    const messageId = `test-${randomId()}`;
    const { subject, over } = await readSample(version, messageId, sample);
    const unsubscribe = compose.unsubscribeLink(version, undefined);
    return { version, messageId, over, subject: unsubscribe ? { ...subject, unsubscribe } : subject };
  };

  /** Those to fetch. */
  const filesOf: (...about: Parameters<Compose['content']>) => Promise<readonly PlannedFile[]> = async (
    version,
    ...about
  ) => {
    if (!hasFilesToFetch(version)) return [];
    const { content } = await compose.content(version, ...about).catch(asProblem);
    return filesIn(content);
  };

  return {
    async show(workspace, id, sample, wanted) {
      const { version, subject, over } = await setUp(workspace, id, sample);
      const locale = readLocale(wanted);
      const { content, ...shown } = await compose
        .content(version, subject, { over, locale })
        .catch(asProblem);
      return { ...content, ...shown, version: version.n };
    },
    async sendTest(workspace, id, address, sample, wanted) {
      const { version, subject, over, messageId } = await setUp(workspace, id, sample);
      const { channel } = version;
      const { address: addresses, isPerReceiver } = channels[channel];
      const to = addresses.parse(address, countryOf(workspace));
      if (to === undefined)
        throw new Problem(422, 'invalid_address', 'There is nowhere to send it.', {
          errors: [{ path: '/to', message: `must be ${addresses.description}` }],
        });
      const stream = streamOf(version, settings.of(workspace));
      const target = { workspace, stream, url: isPerReceiver ? to : undefined };
      const options = { over, locale: readLocale(wanted), isTest: true };
      return fewAtOnce(workspace, async () => {
        const files = await attachments.fetch(workspace, await filesOf(version, subject, options));
        try {
          const lane = lanes.choose(channel, target);
          if (lane === undefined) throw new Problem(409, 'no_provider', `Nothing here sends ${channel}.`);
          const isAccount = lane.account !== undefined;
          const given = { ...options, isAccount, fetched: files.fetched, attempts: Infinity };
          const { message, locale } = await compose.message(version, subject, to, given).catch(asProblem);
          const outcome = await lane.whenFree(workspace, () => lane.send(message, target));
          return { messageId, outcome, ...(locale !== undefined && { locale }), ...subjectOf(message) };
        } finally {
          files.release();
        }
      });
    },
  };
}

function readLocale(wanted: string | undefined): string | undefined {
  const locale = canonicalTag(wanted);
  if (wanted === undefined || locale !== undefined) return locale;
  throw new Problem(422, 'invalid_locale', 'There is no such language.', {
    errors: [{ path: '/locale', message: 'must be a language tag by BCP 47, such as de or pt-BR' }],
  });
}

/** The subject, where the channel has one. */
const subjectOf = (message: object): { subject?: string } =>
  'subject' in message && typeof message.subject === 'string' ? { subject: message.subject } : {};

function asProblem(error: unknown): never {
  if (error instanceof TemplateError)
    throw new Problem(422, 'template_error', `The template cannot be rendered: ${error.message}`, {
      errors: error.faults.map(faultOf),
    });
  if (error instanceof FileLaterError)
    throw new Problem(422, 'attachment_missing', `A file cannot be had: ${error.message}.`);
  throw busyAsProblem(noSenderAsProblem(error));
}

const faultOf = ({ part, place, reason }: PartFault) => ({
  path: part === undefined ? '' : `/${part.replace('.', '/')}`,
  message: place === undefined ? reason : `line ${place.line}, column ${place.column}: ${reason}`,
});
