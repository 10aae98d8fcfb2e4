import { expect, test } from 'vitest';
import { type Dead, faultsOfDead } from './oracle.ts';

const dead = (queue: string, id: string, token = id): Dead => ({ queue, id, token, reason: 'why' });

test('dead letters that were there before, or that the fault put there, are as they must be', () => {
  const aftermath = { dead: new Map([['q', ['poison', 'poison']]]) };
  const deadAfter = [dead('q', 'old'), dead('q', 'poison', '1'), dead('q', 'poison', '2')];
  expect(faultsOfDead({ aftermath, deadBefore: [dead('q', 'old')], deadAfter })).toEqual([]);
});

test('a dead letter that nobody put there is reported with its reason', () => {
  const deadAfter = [dead('other', 'x')];
  expect(faultsOfDead({ aftermath: undefined, deadBefore: [], deadAfter })).toEqual([
    'dead letters nobody meant: 1 (other x: why)',
  ]);
});

test('poison that is not dead is reported, also when it is dead in another queue', () => {
  const aftermath = { dead: new Map([['q', ['poison']]]) };
  expect(faultsOfDead({ aftermath, deadBefore: [], deadAfter: [dead('other', 'poison')] })).toEqual([
    'dead letters nobody meant: 1 (other poison: why)',
    'not in the dead letters: 1 (q poison)',
  ]);
});
