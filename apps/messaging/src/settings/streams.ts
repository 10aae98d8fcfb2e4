import type { Stream } from '@herald/contracts';
import { NAME_PATTERN } from '@herald/domain';
import { Type } from 'typebox';
import type { SettingsArea } from './area.ts';
import { providerFields } from './providers.ts';
import { senderFields } from './senders.ts';
import type { SettingsContent } from './settings.ts';

/** Of one workspace. */
const MAX_STREAMS = 20;

export const streamFields = {
  streams: Type.Optional(
    Type.Unsafe<Readonly<Record<string, Stream>>>(
      Type.Record(
        Type.String({ pattern: NAME_PATTERN }),
        Type.Object({ ...senderFields, ...providerFields }, { additionalProperties: false }),
        {
          additionalProperties: false,
          maxProperties: MAX_STREAMS,
          description:
            'senders and providers, by channel, in place of those of the workspace, for templates and ' +
            'topics that name the stream',
        },
      ),
    ),
  ),
};

/** Streams: checked as the workspace's own senders and providers are. `areas`: those of both. */
export const streamSettings = (areas: readonly SettingsArea[]): SettingsArea => ({
  fields: streamFields,
  faults: ({ streams = {}, topics = [], accounts }) => [
    ...Object.entries(streams).flatMap(([name, { senders, providers }]) =>
      areas
        .flatMap((area) => area.faults({ senders, providers, accounts }))
        .map((fault) => ({ ...fault, path: `/streams/${name}${fault.path}` })),
    ),
    ...topics.flatMap(({ stream }, n) =>
      stream === undefined || Object.hasOwn(streams, stream)
        ? []
        : [{ path: `/topics/${n}/stream`, message: streamFault(streams) }],
    ),
  ],
});

export const streamFault = (streams: NonNullable<SettingsContent['streams']>): string =>
  `must be a stream of the settings: ${Object.keys(streams).join(', ') || 'there is none'}`;

/** What sends the messages of a stream; without a name, those of no stream. Undefined: there is no such. */
export function sendingOf(content: SettingsContent, name: string | undefined): Required<Stream> | undefined {
  const { senders = {}, providers = {}, streams = {} } = content;
  if (name === undefined) return { senders, providers };
  const stream = Object.hasOwn(streams, name) ? streams[name] : undefined;
  if (stream === undefined) return undefined;
  return {
    senders: { ...senders, ...stream.senders },
    providers: { ...providers, ...stream.providers },
  };
}

/** The stream of a template's messages: its own, else that of its topic. */
export const streamOf = (
  { stream, topic }: { readonly stream?: string; readonly topic?: string },
  { topics = [] }: Pick<SettingsContent, 'topics'>,
): string | undefined => stream ?? topics.find(({ id }) => id === topic)?.stream;
