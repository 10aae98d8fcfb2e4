import { expect, test } from 'vitest';
import { createLogView } from './log-view.ts';

const logged = (more: object) =>
  JSON.stringify({ level: 'info', messageId: 'm1', channel: 'email', template: 'welcome', ...more });

test.each([
  [{ outcome: 'sent', provider: 'smtp' }, '✉ email welcome → sent via smtp (message m1)\n'],
  [
    { outcome: 'failed', reason: 'no_sender: set one' },
    '✗ email welcome failed: no_sender: set one (message m1)\n',
  ],
  [
    { outcome: 'suppressed', reason: 'unsubscribed' },
    '✗ email welcome suppressed: unsubscribed (message m1)\n',
  ],
  [
    {
      outcome: 'scheduled',
      provider: 'smtp',
      reason: '451 later',
      attempts: 1,
      count: 3,
      until: '2026-03-02T08:00:10Z',
    },
    '… email welcome not sent yet via smtp: 451 later; next at 2026-03-02T08:00:10Z, and 2 others like ' +
      'it in the last minutes (message m1)\n',
  ],
  [
    { outcome: 'scheduled', reason: 'quiet_hours: 21:00–08:00', until: '2026-03-02T08:00:00Z' },
    '… email welcome waits: quiet_hours: 21:00–08:00; next at 2026-03-02T08:00:00Z (message m1)\n',
  ],
])('the terminal says in one line what became of a message: %j', (more, shown) => {
  expect(createLogView()(logged(more))).toBe(shown);
});

test('other lines of the log are shown in short, and what is no log as it is', () => {
  const view = createLogView();
  expect(view(JSON.stringify({ level: 'info', msg: 'ready', messageId: 'm1' }))).toContain('ready');
  expect(view('{ half')).toContain('{ half');
  expect(view('To: ada@home.example')).toBe('To: ada@home.example\n');
});
