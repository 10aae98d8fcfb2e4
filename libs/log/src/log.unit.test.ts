import { describe, expect, it } from 'vitest';
import { scrub } from './redact.ts';
import { logLines } from './testing/log-lines.ts';

const SECRET = 'hunter2-do-not-leak';
const HIDDEN_NAMES = [
  ...[
    'authorization',
    'Cookie',
    'set-cookie',
    'secret',
    'clientSecret',
    'token',
    'access_token',
    'TWILIO_AUTH_TOKEN',
  ],
  ...[
    'password',
    'smtpPassword',
    'apiKey',
    'api_key',
    'privateKey',
    'email',
    'phone',
    'traits',
    'data',
    'raw',
    'body',
  ],
  ...['to', 'html', 'text', 'subject', 'headers', 'query', 'ip', 'firstName', 'payload', 'signature'],
];

/** A field under `depth` objects and lists. */
const nested = (name: string, depth: number): Record<string, unknown> =>
  depth === 0 ? { [name]: SECRET } : { inner: [nested(name, depth - 1)] };

describe('createLog', () => {
  it.each(HIDDEN_NAMES)('hides %s at any depth, in fields and in child loggers', (name) => {
    const { log, text, lines } = logLines();
    for (const depth of [0, 1, 2]) {
      log.info(nested(name, depth), 'fields');
      log
        .child(nested(name, depth))
        .child({ more: nested(name, depth) })
        .info('child');
      log.error({ err: Object.assign(new Error('x'), nested(name, depth)) });
    }
    log.info(new Map([[name, SECRET]]).size);
    expect(text()).not.toContain(SECRET);
    expect(text()).toContain('[redacted]');
    expect(lines()).toHaveLength(10);
  });

  it('removes addresses, numbers, tokens and passwords from messages, and from errors down to the last cause', () => {
    const { log, text } = logLines();
    const cause = new Error('550 bob@mail.example does not exist, nor +1 555 010 9999');
    const error = new Error(`refused by amqp://me:${SECRET}@broker:5672 with Bearer ${SECRET}`, { cause });
    log.error(error);
    log.error({ err: error });
    log.error({ error }, 'about bob@mail.example');
    log.error({ err: new AggregateError([error], 'several') }, 'm');
    log.warn('bob@mail.example with authorization Bearer %s', SECRET);
    log.warn({ reason: 'no mailbox bob@mail.example' });
    for (const hidden of [SECRET, 'bob@', '555 010']) expect(text()).not.toContain(hidden);
    expect(text()).toContain('amqp://…@broker:5672');
  });

  it('leaves out what a driver attaches to its errors', () => {
    const { log, lines } = logLines();
    log.error(
      { err: Object.assign(new Error('E11000'), { code: 11000, document: { plan: SECRET } }) },
      'failed',
    );
    expect(lines()[0]?.err).toMatchObject({ type: 'Error', message: 'E11000', code: 11000 });
    expect(JSON.stringify(lines())).not.toContain(SECRET);
  });

  it('keeps what an operator needs: ids, states, frames of the stack', () => {
    const { log, lines } = logLines();
    log
      .child({ workspace: 'acme' })
      .error({ messageId: 'm1', key: 'trial.started', err: new Error('no') }, 'failed');
    const [line] = lines();
    expect(line).toMatchObject({
      level: 'error',
      service: 'test',
      workspace: 'acme',
      messageId: 'm1',
      msg: 'failed',
    });
    expect(line).toMatchObject({ key: 'trial.started', err: { message: 'no' } });
    expect(JSON.stringify(line)).toContain('log.unit.test.ts');
    expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('accepts anything without throwing', () => {
    const { log, lines } = logLines();
    const circle: Record<string, unknown> = { n: 1n, when: new Date(Number.NaN), bytes: Buffer.from('abc') };
    circle.self = circle;
    const trap = {
      get boom() {
        throw new Error('getter');
      },
    };
    log.info(circle);
    log.info({ deep: JSON.parse('['.repeat(200) + ']'.repeat(200)), long: 'a'.repeat(100_000) });
    expect(() => log.info(trap)).not.toThrow();
    expect(lines()[0]).toMatchObject({ n: '1', bytes: '[3 bytes]', when: 'Invalid Date' });
    expect(JSON.stringify(lines()).length).toBeLessThan(20_000);
  });
});

describe('scrub', () => {
  it('is linear in a hostile text', () => {
    const hostile = [
      'a@'.repeat(2_200),
      `${'a.'.repeat(2_200)}@`,
      `bearer${' '.repeat(4_000)}`,
      '+1 '.repeat(1_400),
    ];
    const start = process.cpuUsage();
    for (const text of hostile) scrub(text.repeat(50));
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(500);
  });

  it('leaves no half of an address where it cuts', () => {
    const text = `${'x '.repeat(1_995)}somebody@mail.example`;
    expect(scrub(text)).not.toContain('somebody');
  });
});
