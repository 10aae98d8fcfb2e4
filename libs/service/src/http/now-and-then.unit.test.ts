import { expect, it } from 'vitest';
import { createNowAndThen } from './now-and-then.ts';

it('is true the first time, then once a minute, for each thing apart', () => {
  let now = 0;
  const isDue = createNowAndThen(() => now);
  const asked = [isDue('a'), isDue('a'), isDue('b')];
  now = 59_999;
  asked.push(isDue('a'));
  now = 60_000;
  asked.push(isDue('a'), isDue('a'));
  expect(asked).toEqual([true, false, true, false, true, false]);
});

it('remembers no more things than a thousand', () => {
  const isDue = createNowAndThen(() => 0);
  for (let n = 0; n < 1_001; n += 1) isDue(String(n));
  expect([isDue('0'), isDue('1000')]).toEqual([true, false]);
});
