import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addDuration } from '@herald/domain';
import collection from '@octokit/webhooks-examples/api.github.com/index.json' with { type: 'json' };
import { sign } from '@octokit/webhooks-methods';
import { parse } from 'yaml';

/** A webhook as GitHub sends it. */
export interface Delivery {
  readonly arrives: number;
  /** A description: `star.created by octocat`. */
  readonly about: string;
  readonly source: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Planned {
  readonly at: string;
  readonly event?: string;
  readonly example?: number;
  /** The sender's login, in place of the example's. */
  readonly as?: string;
  /** The signature belongs to another body. */
  readonly tampered?: boolean;
  /** The delivery before, again. */
  readonly again?: boolean;
  /** All examples of events that are not named, one every `every`. */
  readonly rest?: boolean;
  /** ISO 8601 duration. */
  readonly every?: string;
}

interface Payload {
  readonly action?: string;
  readonly sender?: { readonly login?: string };
}

/** GitHub's own example payloads, by the name of the event. */
const payloads: ReadonlyMap<string, readonly Payload[]> = new Map(
  collection.map(({ name, examples }) => [name, examples]),
);

export interface GithubExample {
  readonly source: string;
  /** The body of PUT /v1/sources/<source>. */
  readonly definition: string;
  readonly deliveries: readonly Delivery[];
}

/** Reads the folder's source and deliveries. Signs each delivery with the secret, as GitHub does. */
export async function readGithub(dir: string, secret: string): Promise<GithubExample> {
  const definition = parse(await readFile(join(dir, 'source.yaml'), 'utf8'));
  const plan: { source: string; deliveries: Planned[] } = parse(
    await readFile(join(dir, 'deliveries.yaml'), 'utf8'),
  );
  const named = new Set(plan.deliveries.map(({ event }) => event));
  const deliveries: Delivery[] = [];

  const deliver = async (
    planned: Planned,
    event: string,
    payload: Payload,
    arrives: number,
  ): Promise<void> => {
    const sent =
      planned.as === undefined ? payload : { ...payload, sender: { ...payload.sender, login: planned.as } };
    const body = JSON.stringify(sent);
    const previous = deliveries.at(-1);
    const delivery = planned.again ? previous?.headers['x-github-delivery'] : undefined;
    const what = sent.action === undefined ? event : `${event}.${sent.action}`;
    deliveries.push({
      arrives,
      about: `${what}${sent.sender?.login === undefined ? '' : ` by ${sent.sender.login}`}`,
      source: plan.source,
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'GitHub-Hookshot/demo',
        'x-github-event': event,
        'x-github-delivery':
          delivery ?? `00000000-0000-4000-8000-${String(deliveries.length).padStart(12, '0')}`,
        'x-hub-signature-256': await sign(secret, planned.tampered ? `${body} ` : body),
      },
    });
  };

  for (const planned of plan.deliveries) {
    let arrives = Date.parse(planned.at);
    if (planned.rest) {
      const others = [...payloads].filter(([event]) => !named.has(event));
      for (const [event, examples] of others) {
        for (const payload of examples) {
          await deliver(planned, event, payload, arrives);
          arrives = addDuration(arrives, planned.every ?? 'PT1M', 'UTC');
        }
      }
      continue;
    }
    const payload = payloads.get(planned.event ?? '')?.[planned.example ?? 0];
    if (payload === undefined) throw new Error(`no example ${planned.example} of ${planned.event}`);
    await deliver(planned, planned.event ?? '', payload, arrives);
  }
  return { source: plan.source, definition: JSON.stringify(definition), deliveries };
}
