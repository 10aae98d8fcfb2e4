/** Enough for every sum and product of two integers of JSON. */
const MAX_BITS = 256;

export const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

/**
 * The result of an operator of JavaScript. Integers keep every digit: a result beyond 2⁵³ is a `bigint`.
 * Undefined where digits would be lost: together with a fraction, by a division that leaves a rest, as a
 * power, or past 256 bits.
 */
export function calculate(
  operator: string,
  left: number | bigint,
  right: number | bigint,
): number | bigint | undefined {
  const areNumbers = typeof left === 'number' && typeof right === 'number';
  if (areNumbers) {
    const result = plain(operator, left, right);
    if (!Number.isInteger(result) || Number.isSafeInteger(result)) return result;
    if (!isWhole(left) || !isWhole(right) || operator === '**') return result;
  }
  if (!isWhole(left) || !isWhole(right)) return undefined;
  const result = whole(operator, BigInt(left), BigInt(right));
  if (result === undefined || BigInt.asIntN(MAX_BITS, result) !== result) return undefined;
  return Number.isSafeInteger(Number(result)) ? Number(result) : result;
}

const isWhole = (value: number | bigint): boolean => typeof value === 'bigint' || Number.isSafeInteger(value);
function plain(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    default:
      return left ** right;
  }
}

function whole(operator: string, left: bigint, right: bigint): bigint | undefined {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right !== 0n && left % right === 0n ? left / right : undefined;
    case '%':
      return right === 0n ? undefined : left % right;
    default:
      return undefined;
  }
}
