import { describe, expect, test } from 'vitest';
import { faultsOf, head, step } from '../testing/campaign-text.ts';
import { parseCampaign } from './parse.ts';
import { STEP_KINDS } from './steps/index.ts';

const KINDS = Object.keys(STEP_KINDS).join(', ');

describe('a campaign', () => {
  test('is read from YAML and from JSON alike', () => {
    const yaml = parseCampaign(step('{ id: a, email: { template: welcome } }'));
    const json = parseCampaign(
      JSON.stringify({
        id: 'x',
        enter: { on: 'trial.started' },
        steps: [{ id: 'a', email: { template: 'welcome' } }],
      }),
    );
    expect(yaml).toMatchObject({ ok: true });
    expect(json.ok && yaml.ok && json.definition).toEqual(yaml.ok && yaml.definition);
    expect(yaml.ok && yaml.templates.map(({ template }) => template)).toEqual(['welcome']);
  });

  test.each(['email: { template: b }', 'sms: { template: b }', 'call: { template: b }'])(
    'may let the run go on without waiting for a message: %s',
    (sends) => {
      expect(faultsOf(step(`{ id: a, ${sends}, then: dontWait }`))).toEqual([]);
    },
  );

  // The place of the mistake is marked with ▸ in the text.
  test.each([
    ['nothing', '▸', '', 'must be a campaign: id, enter and steps'],
    ['a list', '▸- 1', '', 'must be a campaign: id, enter and steps'],
    ['no steps', `▸${head}`, '', 'has no steps'],
    [
      'an unknown field',
      `${head}colour: ▸red\nsteps: []`,
      'colour',
      'unknown field "colour"; known here: id, name, enter, exit, window, rate, utm, steps',
    ],
    [
      'a bad event type',
      'id: x\nenter: { on: ▸Trial }\nsteps: []',
      'enter/on',
      'must be an event type in lower case with a dot, such as trial.started',
    ],
    [
      'a window in no zone',
      `${head}window: { from: "09:00", to: "18:00", zone: ▸Europe/Atlantis }\nsteps: []`,
      'window/zone',
      '"Europe/Atlantis" is no IANA time zone such as Europe/Paris',
    ],
    [
      'a window at no time',
      `${head}window: { from: ▸"9:00", to: "18:00" }\nsteps: []`,
      'window/from',
      'must be a time of day such as "09:00"',
    ],
    [
      'a window that never opens',
      `${head}window: { from: "09:00", to: ▸"09:00" }\nsteps: []`,
      'window/to',
      'is the same as from: these hours never begin',
    ],
    [
      'a window on no day of the week',
      `${head}window: { days: [▸someday], from: "09:00", to: "18:00" }\nsteps: []`,
      'window/days/0',
      'must be one of mon, tue, wed, thu, fri, sat, sun',
    ],
    [
      'a rate over too short a time',
      `${head}rate: { count: 5, per: ▸PT0.1S }\nsteps: []`,
      'rate/per',
      'must be from PT1S to P1D',
    ],
    ['an unknown step', step('{ id: a, fax: ▸{} }'), 'steps/0/fax', `unknown step "fax"; known: ${KINDS}`],
    [
      'a step named like a part of every object',
      step('{ id: a, constructor: ▸{} }'),
      'steps/0/constructor',
      `unknown step "constructor"; known: ${KINDS}`,
    ],
    [
      'a webhook to nowhere',
      step('{ id: a, webhook: { url: ▸crm.example, template: t } }'),
      'steps/0/webhook/url',
      'must be a URL such as https://crm.example/hook',
    ],
    [
      'a webhook with a password',
      step('{ id: a, webhook: { template: t, url: ▸"https://me:secret@crm.example" } }'),
      'steps/0/webhook/url',
      'must not have a name or password: webhooks are signed',
    ],
    [
      'a webhook without a URL',
      step('{ id: a, webhook: ▸{ template: t } }'),
      'steps/0/webhook',
      'needs "url"',
    ],
    ['a text without a template', step('{ id: a, sms: ▸{} }'), 'steps/0/sms', 'needs "template"'],
    [
      'a step of later days',
      step('{ id: a, split: ▸[] }'),
      'steps/0/split',
      `unknown step "split" (not available in this version); known: ${KINDS}`,
    ],
    ['a step without an id', step('▸wait: P1D'), 'steps/0/id', 'is missing'],
    [
      'branches behind a step that sends',
      step('{ id: a, email: { template: b }, then: ▸[] }'),
      'steps/0/then',
      'of a step that sends must be dontWait, or be left out; what comes next is the next step of the list',
    ],
    [
      'a then that is misspelt',
      step('{ id: a, webhook: { template: b, url: "https://crm.example/hook" }, then: ▸dontwait }'),
      'steps/0/then',
      'of a step that sends must be dontWait, or be left out; what comes next is the next step of the list',
    ],
    [
      'a then of a step that neither sends nor waits for an event',
      step('{ id: a, wait: P1D, then: ▸dontWait }'),
      'steps/0/then',
      'a step does one thing; this one has wait and then',
    ],
    [
      'a step that does two things',
      step('{ id: a, wait: P1D, exit: ▸{} }'),
      'steps/0/exit',
      'a step does one thing; this one has wait and exit',
    ],
    [
      'a duration that is none',
      step('{ id: a, wait: ▸2 days }'),
      'steps/0/wait',
      '"2 days" is not an ISO 8601 duration such as P2D or PT30M',
    ],
    ['a negative duration', step('{ id: a, wait: ▸-P1D }'), 'steps/0/wait', '"-P1D" is negative'],
    [
      'a zone that is none',
      step('{ id: a, wait: { until: { at: "09:00", zone: ▸Europe/Atlantis } } }'),
      'steps/0/wait/until/zone',
      '"Europe/Atlantis" is no IANA time zone such as Europe/Paris',
    ],
    [
      'a wait for a date that is none',
      step(`{ id: a, wait: { until: { date: ▸'"2027-02-30"' } } }`),
      'steps/0/wait/until/date',
      'is not a date: the calendar has no such day',
    ],
    [
      'a wait for a date without quotes',
      step('{ id: a, wait: { until: { date: ▸2027-03-01 } } }'),
      'steps/0/wait/until/date',
      `a date in CEL is text: write '"2027-03-01"'`,
    ],
    [
      'a date in an abbreviated zone',
      step('{ id: a, wait: { until: { date: event.data.at, zone: ▸PST } } }'),
      'steps/0/wait/until/zone',
      '"PST" is no IANA time zone: write America/Los_Angeles or Asia/Manila',
    ],
    [
      'a condition that does not parse',
      step('{ id: a, waitFor: { on: a.b, when: "event.data.▸" } }'),
      'steps/0/waitFor/when',
      'CEL: Expected IDENTIFIER, got EOF',
    ],
    [
      'a condition on the unknown',
      step('{ id: a, waitFor: { on: a.b, when: "1 < ▸lead.x" } }'),
      'steps/0/waitFor/when',
      'CEL: Unknown variable: lead',
    ],
    [
      'a plain condition on the unknown',
      step('{ id: a, waitFor: { on: a.b, when: 1 < ▸lead.x } }'),
      'steps/0/waitFor/when',
      'CEL: Unknown variable: lead',
    ],
    [
      'an else that is never reached',
      step('{ id: a, waitFor: { on: a.b }, else: ▸[] }'),
      'steps/0/else',
      'is never reached: waitFor has no timeout',
    ],
    [
      'otherwise before the end',
      step('{ id: a, choose: [▸{ otherwise: [] }, { when: "true", steps: [] }] }'),
      'steps/0/choose/0',
      'otherwise must be the last branch',
    ],
    [
      'a forged event',
      step('{ id: a, emit: { type: ▸email.sent } }'),
      'steps/0/emit/type',
      '"email.sent" is a type that only Herald itself records',
    ],
    [
      'broken YAML',
      'id: [▸',
      '',
      'Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
  ])('with %s is refused, with the place', (_what, marked, path, message) => {
    const before = marked.slice(0, marked.indexOf('▸')).split('\n');
    const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    expect(faultsOf(marked.replace('▸', ''))).toContain(`${path} ${place} ${message}`);
  });

  test('with an id used twice says where it was used first, at any depth', () => {
    const text = step('{ id: a, choose: [{ otherwise: [{ id: a, exit: {} }] }] }');
    expect(faultsOf(text)).toEqual([
      'steps/0/choose/0/otherwise/0/id 4:43 step id "a" is already used at steps/0',
    ]);
  });

  test('names all of its mistakes at once', () => {
    expect(faultsOf('id: X\nenter: {}\nexit: 3\nsteps: [{ id: a }]').length).toBeGreaterThanOrEqual(4);
  });

  test('cannot blow up by aliases, size or depth', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghij'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghij'[i]}`)}]`),
    ];
    expect(faultsOf(bomb.join('\n')).join()).toContain('alias');
    expect(faultsOf('x'.repeat(300_000)).join()).toContain('longer than');
    const deep = (n: number): string =>
      n === 0 ? '' : `{ id: s${n}, choose: [{ otherwise: [${deep(n - 1)}] }] }`;
    expect(faultsOf(`${head}steps: [${deep(30)}]`).join()).toContain('nested deeper');
  });
});

describe('an event type', () => {
  const entering = (type: string) => `id: x\nenter: { on: ${type} }\nsteps: [{ id: a, exit: {} }]\n`;

  test.each([
    ['email.openned', 'did you mean email.opened?'],
    ['sms.deliverd', 'did you mean sms.delivered?'],
    ['call.no-answer', 'did you mean call.no_answer?'],
    ['email.answered', 'Herald records no "email.answered"'],
    ['enrollment.complete', 'did you mean enrollment.completed?'],
    ['campaign.launched', 'Herald records no "campaign.launched" about a prospect'],
    ['webhook.clicked', 'one of webhook.'],
  ])('that Herald itself never records is a mistake with the nearest right name: %s', (type, message) => {
    for (const text of [
      entering(type),
      `${head}exit: [{ on: ${type} }]\nsteps: [{ id: a, exit: {} }]\n`,
      step(`{ id: a, waitFor: { on: ${type}, timeout: P1D } }`),
    ])
      expect(faultsOf(text).join()).toContain(message);
  });

  test.each([
    ['email.opened'],
    ['sms.received'],
    ['enrollment.completed'],
    ['prospect.updated'],
    ['emails.opened'],
  ])('that Herald records, or that is not Herald’s, is fine: %s', (type) => {
    expect(faultsOf(entering(type))).toEqual([]);
  });

  test('of a message with an unknown step is a mistake, unless the condition names another campaign', () => {
    const waiting = (when: string) =>
      `${head}steps:\n  - { id: mail, email: { template: t } }\n` +
      `  - { id: w, waitFor: { on: email.opened, when: '${when}' } }\n`;
    expect(faultsOf(waiting('event.data.stepId == "mail"'))).toEqual([]);
    expect(faultsOf(waiting('event.data.campaignId == "y" && event.data.stepId == "mial"'))).toEqual([]);
    expect(faultsOf(waiting('true && event.data.stepId == "mial"'))).toEqual([
      expect.stringMatching(/^steps\/1\/waitFor\/when 5:58 there is no step "mial" in this campaign/),
    ]);
  });
});

test('a condition that can be neither true nor false is a mistake where it stands', () => {
  expect(
    faultsOf('id: x\nenter: { on: a.b, when: event.data.n + 1 }\nsteps: [{ id: a, exit: {} }]\n'),
  ).toEqual([
    'enter/when 2:25 CEL: gives the result of arithmetic, but a condition must be true or false: ' +
      'compare it with something',
  ]);
});
