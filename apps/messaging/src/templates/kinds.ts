import { CHANNELS } from '@herald/domain';
import type { TemplateContent, TemplateKind } from '../channels/channel.ts';
import { bodyFaults, bodyFields, bodySources } from '../channels/email/template.ts';
import { channels } from '../channels/index.ts';

/** Goes around mails. */
const layout: TemplateKind = {
  fields: bodyFields,
  faults: bodyFaults,
  sources: (content) => ({ mail: { layout: bodySources(content) } }),
};

/** Stands in mails and layouts. */
const partial: TemplateKind = {
  fields: bodyFields,
  faults: bodyFaults,
  sources: (content) => ({ mail: { partials: { self: bodySources(content) } } }),
};

/** What templates hold: those of each channel, and what mails take in. */
export const templateKinds = {
  ...Object.fromEntries(CHANNELS.map((channel) => [channel, channels[channel].template])),
  layout,
  partial,
} as Readonly<Record<TemplateContent['channel'], TemplateKind>>;
