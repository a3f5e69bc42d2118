import { describe, expect, it } from 'vitest';
import { didYouMean, nearestName } from '../src/nearest-name.ts';

const names = ['conservation', 'hessian', 'ema', 'gaussian-mixture', 'learningRate', 'steps'];

describe('nearestName', () => {
  it.each([
    ['conservatoin', 'conservation'],
    ['Conservation', 'conservation'],
    ['hesian', 'hessian'],
    ['hess', 'hessian'],
    ['gausian', 'gaussian-mixture'],
    ['learning_rate', 'learningRate'],
    ['step', 'steps'],
    ['lr', 'learningRate'],
    ['sharpness', 'hessian'],
  ])('takes %s for %s', (written, meant) => expect(nearestName(written, names)).toBe(meant));

  it.each(['mnist', 'zzz', 'er', '', 'k', 'status', 'constructor', undefined, 3, null])(
    'has no guess at %s',
    (written) => expect(nearestName(written, names)).toBeUndefined(),
  );

  it('has no guess without names', () => expect(nearestName('steps', [])).toBeUndefined());
});

describe('didYouMean', () => {
  it('ends a message with the guess, if there is one', () => {
    expect(didYouMean('hesian', names)).toBe('; did you mean hessian?');
    expect(didYouMean('mnist', names)).toBe('');
  });
});
