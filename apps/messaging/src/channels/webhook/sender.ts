import type { Senders } from '@herald/contracts';
import { NAME_PATTERN } from '@herald/domain';
import { Type } from 'typebox';
import type { ChannelSender } from '../channel.ts';

/** The name of the secret that signs a workspace's webhooks. */
export const secretName = ({ webhook }: Senders): string => webhook?.secret ?? 'webhook';

export const noSecret = (workspace: string, name: string): string =>
  `the workspace has no secret ${name}, which signs its webhooks; PUT /v1/settings/secrets/${name}, or ` +
  `mount the file ${workspace}.${name} in SECRETS_DIR`;

export const webhookSender: ChannelSender<'webhook'> = {
  setting: Type.Object(
    {
      secret: Type.String({
        pattern: NAME_PATTERN,
        description: 'the name of the secret that signs webhooks. Default: `webhook`',
      }),
    },
    { additionalProperties: false },
  ),
  faults: () => [],
  of({ workspace, senders, secret }) {
    const name = secretName(senders);
    if (secret(name) === undefined) return { missing: noSecret(workspace, name) };
    return { from: `secret ${name}`, setBy: senders.webhook === undefined ? 'installation' : 'settings' };
  },
  whenUnset: () => 'they are signed with the secret called webhook.',
};
