import * as part from './schema.ts';

/**
 * JSON Schema (2020-12) of a campaign, for editors: completion and first checks. `parseCampaign` knows more
 * and explains better.
 */
export function campaignJsonSchema(): object {
  const steps = { type: 'array', items: { $ref: '#/$defs/step' } };
  const step = (name: string, schema: object, more: object = {}) => ({
    type: 'object',
    required: ['id', name],
    properties: { id: part.stepId, [name]: schema, ...more },
    additionalProperties: false,
  });
  const branch = {
    anyOf: [
      {
        type: 'object',
        required: ['when', 'steps'],
        properties: { when: { type: 'string' }, steps },
        additionalProperties: false,
      },
      {
        type: 'object',
        required: ['otherwise'],
        properties: { otherwise: steps },
        additionalProperties: false,
      },
    ],
  };
  const until = {
    type: 'object',
    required: ['until'],
    properties: { until: { anyOf: [part.untilTime, part.untilDate] } },
    additionalProperties: false,
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Herald campaign',
    type: 'object',
    required: ['id', 'enter', 'steps'],
    properties: {
      id: part.campaignId,
      name: { type: 'string' },
      enter: part.enter,
      exit: { type: 'array', items: part.exitRule },
      window: part.hours,
      rate: part.rate,
      steps: { ...steps, minItems: 1 },
    },
    additionalProperties: false,
    $defs: {
      step: {
        anyOf: [
          step('email', part.email, { then: part.dontWait }),
          step('sms', part.sms, { then: part.dontWait }),
          step('call', part.call, { then: part.dontWait }),
          step('webhook', part.webhook, { then: part.dontWait }),
          step('wait', { anyOf: [part.waitDuration, until] }),
          step('waitFor', part.waitFor, { then: steps, else: steps }),
          step('choose', { type: 'array', minItems: 1, items: branch }),
          step('update', part.update),
          step('emit', part.emit),
          step('exit', part.exit),
        ],
      },
    },
  };
}
