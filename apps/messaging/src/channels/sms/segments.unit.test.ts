import { expect, test } from 'vitest';
import { segmentsOf } from './segments.ts';

test.each([
  ['', 'GSM-7', 1],
  ['a'.repeat(160), 'GSM-7', 1],
  ['a'.repeat(161), 'GSM-7', 2],
  ['a'.repeat(306), 'GSM-7', 2],
  ['a'.repeat(307), 'GSM-7', 3],
  ['€'.repeat(80), 'GSM-7', 1],
  ['€'.repeat(81), 'GSM-7', 2],
  // 153 places hold 76 euro signs, and one place stays empty
  ['€'.repeat(153), 'GSM-7', 3],
  ['ß'.repeat(160), 'GSM-7', 1],
  ['ç'.repeat(70), 'UCS-2', 1],
  ['ç'.repeat(71), 'UCS-2', 2],
  ['😀'.repeat(35), 'UCS-2', 1],
  ['😀'.repeat(36), 'UCS-2', 2],
  // 67 places hold 33 emoji of two places each
  ['😀'.repeat(67), 'UCS-2', 3],
] as const)('%j travels as %s in %i', (text, encoding, segments) => {
  expect(segmentsOf(text)).toEqual({ encoding, segments });
});
