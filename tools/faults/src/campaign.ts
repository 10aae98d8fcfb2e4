import { type Client, describeProblem } from '@herald/harness';

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
  for (const [method, path, body] of [
    ['PUT', '/v1/templates/note', JSON.stringify(TEMPLATE)],
    ['PUT', '/v1/campaigns/faults', CAMPAIGN],
    ['POST', '/v1/campaigns/faults/launch', undefined],
  ] as const) {
    const answer = await client.send(method, path, body);
    if (!answer.ok) throw new Error(`${method} ${path}: ${describeProblem(answer)}`);
  }
}
