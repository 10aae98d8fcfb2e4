import type { Client } from '@herald/harness';

/** Three mails to each prospect, a wait, and a wait for an event that only half of them send. */
const CAMPAIGN = `
id: faults
enter: { on: trial.started }
steps:
  - { id: welcome, email: { template: note } }
  - { id: settle, wait: PT2S }
  - { id: second, email: { template: note } }
  - id: project
    waitFor: { on: project.created, timeout: PT3S }
    then: [{ id: well-done, email: { template: note } }]
    else: [{ id: nudge, email: { template: note } }]
  - { id: seen, update: { traits: { onboarded: "true" } } }
`;
export const MAILS_EACH = 3;

const TEMPLATE = {
  channel: 'email',
  subject: 'For <%= it.prospect.traits.name %>',
  html: '<p>Hello</p>',
  text: 'Hello',
};

export async function launchCampaign(client: Client): Promise<void> {
  await client.put('/v1/templates/note', TEMPLATE);
  await client.put('/v1/campaigns/faults', CAMPAIGN);
  await client.post('/v1/campaigns/faults/launch');
}
