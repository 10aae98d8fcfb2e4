import { type Static, Type } from 'typebox';
import type { Channel } from '../message/channel.ts';
import { strict } from './fields.ts';

/**
 * The parameters by which web analytics tell where a visitor came from (Google Analytics, *Campaigns and
 * traffic sources*): they are added to the links of a campaign's messages.
 */
const PARTS = ['source', 'medium', 'campaign', 'content', 'term'] as const;

const value = Type.String({
  maxLength: 200,
  description:
    'text, in which {campaign}, {step}, {template} and {channel} stand for these; "" leaves it out',
});

export const utm = Type.Object(
  {
    source: Type.String({ ...value, minLength: 1 }),
    /** Default: `{channel}`. */
    medium: Type.Optional(value),
    /** Default: `{campaign}`. */
    campaign: Type.Optional(value),
    /** Default: `{step}`. */
    content: Type.Optional(value),
    term: Type.Optional(value),
    except: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
        maxItems: 50,
        description: 'hosts whose links stay as they are, with those below them: docs.acme.example',
      }),
    ),
  },
  strict,
);

/** A campaign's parameters for links. */
export type Utm = Static<typeof utm>;

/** What the placeholders stand for. */
export interface UtmNames {
  readonly campaign: string;
  readonly step: string;
  readonly template: string;
  readonly channel: Channel;
}

const DEFAULTS = { medium: '{channel}', campaign: '{campaign}', content: '{step}' } as const;
const PLACEHOLDER = /\{([^{}]*)\}/g;
const NAMES: readonly string[] = ['campaign', 'step', 'template', 'channel'] satisfies (keyof UtmNames)[];

/** The parameters of one message, such as `['utm_source', 'acme']`; those without a value are left out. */
export const utmParameters = (given: Utm, names: UtmNames): readonly (readonly [string, string])[] =>
  PARTS.flatMap((part) => {
    const text = { ...DEFAULTS, ...given }[part] ?? '';
    const filled = text.replace(PLACEHOLDER, (_, name: keyof UtmNames) => names[name]).trim();
    return filled === '' ? [] : [[`utm_${part}`, filled] as const];
  });

/** A mistake that no schema finds. `column`: where in the text it is, from 1. */
interface UtmFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly column?: number;
}

export function utmFaults(given: Utm): UtmFault[] {
  const unknown = PARTS.flatMap((part): UtmFault[] =>
    [...(given[part] ?? '').matchAll(PLACEHOLDER)]
      .filter(([, name = '']) => !NAMES.includes(name))
      .map(({ 0: whole, index }) => ({
        path: [part],
        message: `there is no ${whole}; there are {${NAMES.join('}, {')}}`,
        column: index + 1,
      })),
  );
  const hosts = (given.except ?? []).flatMap((host, index): UtmFault[] =>
    hostOf(host) === undefined
      ? [{ path: ['except', index], message: 'must be a host such as docs.acme.example' }]
      : [],
  );
  return [...unknown, ...hosts];
}

/** A host as URLs have it; undefined for what is none. */
function hostOf(text: string): string | undefined {
  const url = /[/?#@:\\\s]/.test(text) ? null : URL.parse(`https://${text}`);
  return url === null || url.pathname !== '/' ? undefined : url.hostname;
}

/** Tells whether the parameters go onto a link to a host, which is as URLs have it. */
export function takesUtm({ except = [] }: Utm): (host: string) => boolean {
  const leftOut = except.flatMap((text) => hostOf(text) ?? []);
  return (host) => !leftOut.some((left) => host === left || host.endsWith(`.${left}`));
}
