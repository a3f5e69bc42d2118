import { filter, map, type Observable } from 'rxjs';
import { bool, float64, int32, nullable, utf8, type Values } from '../../columns.ts';
import { addColumns, type Flat, Stream } from '../../stream.ts';
import { columns as edgeColumns } from '../measures/edge-of-stability.ts';
import { measure } from '../transforms/measure.ts';

export const columns = {
  step: int32('step at which the regime was entered', 'step'),
  from: nullable(utf8('regime before; null at the first row')),
  to: edgeColumns.regime,
  loss: float64('training loss L(θₜ)'),
  stabilityRatio: nullable(float64('λ₁/edge, the last measured')),
  stepCurvature: edgeColumns.stepCurvature,
  gradientCosine: edgeColumns.gradientCosine,
  period: edgeColumns.period,
  crossingStep: edgeColumns.crossingStep,
  onsetStep: edgeColumns.onsetStep,
  hoveringStep: edgeColumns.hoveringStep,
};

type Kept = Pick<
  Values<typeof edgeColumns>,
  'stepCurvature' | 'gradientCosine' | 'period' | 'crossingStep' | 'onsetStep' | 'hoveringStep'
>;
type Row = Kept & {
  readonly step: number;
  readonly loss: number;
  readonly regime: string;
  readonly stabilityRatio: number | null;
};
type Event<R> = Flat<Values<typeof columns> & Pick<R, Extract<'state', keyof R>>>;

const change = {
  regimeChanged: bool('true if another regime begins here'),
  regimeBefore: columns.from,
  lastRatio: columns.stabilityRatio,
};

/**
 * Turns rows into the changes of their regime, the first regime included, with the evidence at that
 * row.
 *
 *     --{ step: 0, regime: a }--{ step: 1, regime: a }--{ step: 2, regime: b }--|
 *       events()
 *     --{ from: null, to: a }---------------------------{ from: a, to: b }------|
 *
 * An event is emitted while its row is handled and carries the row's `state`, so a subscriber may
 * take a `state.snapshot()` at once. A run that goes on from a snapshot goes on with its events.
 *
 * - reads: `regime` and the evidence, all of `edgeOfStability`; `step`, `loss`
 * - emits: `step`, `from`, `to`, `loss`, `stabilityRatio` (the last measured), `stepCurvature`,
 *   `gradientCosine`, `period`, `crossingStep`, `onsetStep`, `hoveringStep`
 *
 * @example
 * run
 *   .pipe(hessian({ every: 25 }), edgeOfStability(), events())
 *   .subscribe(({ step, to }) => console.log(step, to));
 */
export function events() {
  return <R extends Row>(source: Observable<R>): Stream<Event<R>> => {
    const reads = ['regime', ...Object.keys(evidence), 'step', 'loss'];
    const { run = null } = addColumns(source, {}, [
      { operator: 'events', reads, addedBy: { regime: 'edgeOfStability' } },
    ]);
    const changes = marked(source).pipe(
      filter(({ regimeChanged }) => regimeChanged),
      map((row) => eventOf<R>(row)),
    );
    return new Stream<Event<R>>({ columns, run, fresh: true }, (subscriber) => changes.subscribe(subscriber));
  };
}

const { step: _, from: __, to: ___, loss: ____, ...evidence } = columns;

const marked = measure(change, () => {
  let memory: { regime: string | null; ratio: number | null } = { regime: null, ratio: null };
  return {
    row({ regime, stabilityRatio }: Row) {
      const regimeBefore = memory.regime;
      memory.regime = regime;
      memory.ratio = stabilityRatio ?? memory.ratio;
      return { regimeChanged: regime !== regimeBefore, regimeBefore, lastRatio: memory.ratio };
    },
    snapshot: () => memory,
    restore: (saved: typeof memory) => void (memory = saved),
  };
});

function eventOf<R>(row: Row & Values<typeof change> & { readonly state?: unknown }): Event<R> {
  const { step, loss, regime, regimeBefore, lastRatio } = row;
  const { stepCurvature, gradientCosine, period, crossingStep, onsetStep, hoveringStep } = row;
  return {
    ...('state' in row && { state: row.state }),
    ...{ step, from: regimeBefore, to: regime, loss, stabilityRatio: lastRatio, stepCurvature, gradientCosine, period },
    ...{ crossingStep, onsetStep, hoveringStep },
  } as Event<R>;
}
