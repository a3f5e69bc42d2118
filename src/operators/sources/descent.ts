import type { Memory } from '../../math/memory.ts';
import type { Objective } from '../../math/objective.ts';
import type { UpdateSums } from '../../math/optimizers/update-rule.ts';
import type { Need } from '../../requirements.ts';
import type { Snapshot, State } from '../../state.ts';

/** Controller that chooses the learning rate of each update from the state of the run. */
export interface Controller extends Memory {
  /**
   * Returns η of the update that follows; at 0 the run stands still.
   *
   * @param state At θₜ; its `update` is the update at η = 1. The update that is made is η times
   *   that.
   * @param unit  Inner products of that update.
   */
  rate(state: State, unit: UpdateSums, step: number): number;
  /** Takes the learning rate of the next step from below; see `feedback`. */
  feed?(learningRate: number): void;
}

/** Learning rate that is fed back from the run: `start` is called once per subscriber. */
export interface Feedback {
  /** Name in messages. */
  readonly who: string;
  readonly needs: readonly Need[];
  start(objective: Objective): Controller;
}

/** η, or η as a function of the updates made so far, or a controller that looks at the run. */
export type LearningRate = number | ((step: number) => number) | Feedback;

/** Options that every descent takes: its start and its learning rate. */
export interface Descent {
  readonly objective: Objective;
  /** Parameters of the first row. Default `objective.start()`. */
  readonly theta0?: Float64Array | undefined; // [d]
  readonly learningRate: LearningRate;
  /** Snapshot of the row after which the run goes on, whatever `theta0` is. */
  readonly resumeFrom?: Snapshot | undefined;
  /** Seed of what the optimizer draws itself, as the order of mini-batches. */
  readonly seed?: number | undefined;
}
