import { describe, expect, it } from 'vitest';
import { open as openText } from '../../helpers/editor.ts';

const open = (line: string) =>
  openText(`
import type { Observable } from 'rxjs';
import { type Descent, type Step, conservation, ema, gradientDescent, hessian, powerLaw, sweep } from '../../src/index.ts';
declare const descent: Descent;
const run = gradientDescent(descent);
const swept = sweep({ learningRate: [0.1, 0.2], width: [4] }, () => run.pipe(conservation()));
${line}
`);

describe('a column as an argument', () => {
  it('is one line of error on the argument if it is misspelt, with the names that are right', () => {
    expect(open("run.pipe(conservation(), ema('los'), hessian());").errors()).toEqual([
      // the order of the names differs
      expect.stringMatching(
        /^'los': Argument of type '"los"' is not assignable to parameter of type '(?:(?:"loss"|"learningRate"|"step")(?: \| )?){3}'\.$/,
      ),
    ]);
    expect(open("swept.pipe(powerLaw('learningRat', 'drift'));").errors()).toEqual([
      expect.stringMatching(/^'learningRat': Argument of type '"learningRat"' is not assignable .*"width".*$/),
    ]);
    expect(open("swept.pipe(powerLaw('learningRate', 'drfit'));").errors()).toEqual([
      expect.stringMatching(/^'drfit': Argument of type '"drfit"' is not assignable .*"drift".*$/),
    ]);
  });

  it.each([
    ['a list', "run.pipe(ema('weightNormSq'));", "'weightNormSq'"],
    ['null on some rows', "run.pipe(hessian({ every: 2 }), ema('sharpness'));", "'sharpness'"],
    ['the state', "run.pipe(ema('state'));", "'state'"],
    ['a list on the abscissa', "swept.pipe(powerLaw('drift', 'loss'));", "'drift'"],
    ['the state as what is fitted', "swept.pipe(powerLaw('width', 'state'));", "'state'"],
  ])('is refused where it is %s', (_, line, argument) => {
    const [error, ...others] = open(line).errors();
    expect(error).toMatch(new RegExp(`^${argument}: .*&.*(?:NotANumberOnEveryRow|NotNumeric)`));
    expect(others).toEqual([]);
  });

  it('is completed by the names of the row', () => {
    expect(open("run.pipe(conservation(), ema(''));").completions("ema('")).toEqual(
      expect.arrayContaining(['loss', 'step', 'learningRate']),
    );
    expect(open("swept.pipe(powerLaw('width', ''));").completions("powerLaw('width', '")).toEqual(
      expect.arrayContaining(['loss', 'drift']),
    );
  });

  it('is checked in a bundle that is generic in the row, too', () => {
    const bundle = (column: string) =>
      open(`const b = <R extends Step>(rows: Observable<R>) => rows.pipe(conservation(), ema('${column}'));`).errors();
    expect(bundle('loss')).toEqual([]);
    expect(bundle('los')).not.toEqual([]);
    expect(bundle('weightNormSq')).not.toEqual([]);
  });
});
