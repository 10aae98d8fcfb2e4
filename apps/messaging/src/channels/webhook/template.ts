import { isHeaderSafe } from '@herald/addresses';
import type { Fault } from '@herald/http';
import { type PartFault, type PlainSources, TemplateError } from '@herald/templates';
import { Type } from 'typebox';
import { type ChannelTemplate, type Content, missing, type TemplateContent } from '../channel.ts';
import { streamField } from '../template-fields.ts';

/** What a webhook says. */
export interface WebhookContent extends Content {
  readonly channel: 'webhook';
  /** JSON. */
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Characters. */
const MAX_BODY = 256 * 1024;
const MAX_HEADER = 1_000;

const HEADER_NAME = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;
/** Herald sets these itself, or they are not for a single request to decide. */
const NOT_THEIRS =
  /^(?:webhook-.*|host|content-.*|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*|cookie|user-agent|traceparent|tracestate)$/i;

export const webhookTemplate: ChannelTemplate<WebhookContent> = {
  fields: {
    body: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 262_144,
        description: 'JSON; each <%= %> is a whole JSON value',
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 4_000 }), { maxProperties: 20 }),
    ),
    ...streamField,
  },
  faults: (content) => [...missing(content, ['body']), ...headerFaults(content)],
  sources: (content) => ({ plain: plainSources(content) }),
  preview: {
    body: Type.Optional(Type.String()),
    headers: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  compose: async (content, render) => webhookContent(content, await render.plain(plainSources(content))),
};

const plainSources = ({ body = '', headers = {} }: TemplateContent): PlainSources => ({
  body: { source: body, json: true },
  ...Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [headerPart(name), { source: value }]),
  ),
});

/** Throws `TemplateError` for a body that is not JSON, and for a header that would become several. */
function webhookContent(
  { headers: sources = {} }: Pick<TemplateContent, 'headers'>,
  texts: Readonly<Record<string, string>>,
): WebhookContent {
  const faults: PartFault[] = [];
  const body = texts.body ?? '';
  if (body.length > MAX_BODY)
    faults.push({ part: 'body', reason: `it is longer than ${MAX_BODY} characters` });
  else if (!isJson(body)) faults.push({ part: 'body', reason: 'what it gives is not JSON' });
  const headers: Record<string, string> = {};
  for (const name of Object.keys(sources)) {
    const value = (texts[headerPart(name)] ?? '').trim();
    headers[name.toLowerCase()] = value;
    if (!/^[\x20-\x7e]*$/.test(value) || !isHeaderSafe(value) || value.length > MAX_HEADER)
      faults.push({
        part: headerPart(name),
        reason: `it must be one line of at most ${MAX_HEADER} plain characters`,
      });
  }
  if (faults.length > 0) throw new TemplateError(faults);
  return { channel: 'webhook', body, headers };
}

const headerPart = (name: string): string => `headers/${name}`;

const headerFaults = ({ headers = {} }: TemplateContent): Fault[] => {
  const names = Object.keys(headers);
  return names.flatMap((name, index): Fault[] => {
    const path = `/headers/${name}`;
    if (!HEADER_NAME.test(name)) return [{ path, message: 'is no name of a header' }];
    if (NOT_THEIRS.test(name)) return [{ path, message: 'is a header that Herald sets itself' }];
    return names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) === index
      ? []
      : [{ path, message: 'is given twice' }];
  });
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false; // the fault names the part
  }
}
