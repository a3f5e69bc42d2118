import { formatValue } from '../../format-value.ts';
import { requireOptions } from '../../math/require-options.ts';
import { isSnapshot, type RunBuffers, type Snapshot } from '../../state.ts';
import type { Descent, LearningRate } from './descent.ts';

const known = ['objective', 'theta0', 'learningRate', 'resumeFrom', 'seed'] satisfies (keyof Descent)[];

/**
 * Checks the options of a descent, as far as that is possible before it is opened.
 *
 * @throws {TypeError} that names `who` and the option; {RangeError} for a learning rate that is not
 *   positive.
 */
export function checkDescent(who: string, descent: Descent): void {
  requireOptions(who, descent, known);
  const { objective, learningRate, resumeFrom } = descent;
  if (typeof objective?.open !== 'function') {
    refuse(`${who}: objective must be an objective, as objective() makes it`, objective);
  }
  checkRate(who, learningRate);
  if (resumeFrom === undefined) checkParameters(who, descent);
  else checkSnapshot(who, descent, resumeFrom);
}

const refuse = (words: string, found: unknown) => {
  throw new TypeError(`${words}, got ${formatValue(found)}`);
};

function checkRate(who: string, rate: LearningRate): void {
  if (typeof rate === 'function' || (typeof rate === 'object' && typeof rate?.start === 'function')) return;
  if (typeof rate !== 'number') refuse(`${who}: learningRate must be a number, a schedule or a controller`, rate);
  if ((rate as number) > 0 && (rate as number) < Infinity) return;
  throw new RangeError(`${who}: learningRate must be positive and finite, got ${rate}`);
}

function checkParameters(who: string, { objective, theta0 }: Descent): void {
  if (theta0 === undefined && objective.start) return;
  const { dim } = objective;
  if (!(theta0 instanceof Float64Array)) refuse(`${who}: theta0 must be a Float64Array of ${dim} parameters`, theta0);
  const { length } = theta0!;
  if (length !== dim) throw new TypeError(`${who}: theta0 must have ${dim} entries, got ${length}`);
}

function checkSnapshot(who: string, { objective, learningRate }: Descent, from: Snapshot): void {
  if (!isSnapshot(from)) refuse(`${who}: resumeFrom must be a snapshot, as state.snapshot() makes it`, from);
  const { theta, update, optimizer, controller, objective: mark } = from;
  const must = (holds: boolean, words: string) => {
    if (!holds) throw new TypeError(`${who}: resumeFrom must be a snapshot ${words}`);
  };
  const { dim, facts } = objective;
  must(theta.length === dim && update.length === dim, `of ${dim} parameters, got one of ${theta.length}`);
  must(
    optimizer.name === who,
    `of ${who}, got one of ${optimizer.name}; to go on with another optimizer, start from its weights: theta0: snapshot.theta`,
  );
  if (typeof learningRate === 'object') {
    const found = controller?.name;
    must(found === learningRate.who, `with the memory of ${learningRate.who}, got one with ${found ?? 'none'}`);
  }
  const [bits, found] = [facts.bits, mark.bits];
  must([bits, undefined].includes(found) || !bits, `made in the bits ${bits}, as the engine has them, got ${found}`);
  if (!objective.hash || mark.hash === undefined) return;
  must(objective.hash() === mark.hash, 'of this objective, got one of another network, loss or data');
}

/** Relative difference that a loss in float32, of 24 bits, may have from one machine to another. */
const tolerance = 1e-6;

/**
 * Checks an objective without a hash by its loss: L(θₜ) must be that of the snapshot. Closes the
 * evaluation if it is not.
 *
 * @throws {TypeError} that names `who` and both losses.
 */
export function requireSameLoss(
  who: string,
  { objective, evaluation, theta, gradient, sums }: RunBuffers,
  from: Snapshot,
): void {
  if (from.objective.hash !== undefined && objective.hash) return;
  const loss = evaluation.loss ? evaluation.loss(theta) : evaluation.evaluate(theta, gradient, sums);
  const { loss: expected } = from.objective;
  if (Object.is(loss, expected) || Math.abs(loss - expected) <= tolerance * Math.abs(expected)) return;
  evaluation.close();
  throw new TypeError(
    `${who}: resumeFrom must be a snapshot of this objective, whose loss at its θ is ${loss}, got one whose loss there was ${expected}`,
  );
}
