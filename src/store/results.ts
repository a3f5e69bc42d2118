import fs from 'node:fs';
import { join } from 'node:path';
import { type Columns, int32, nullable, utf8 } from '../columns.ts';
import { sha256OfFile } from '../files/sha256.ts';
import { writeFileAtomic } from '../files/write-file-atomic.ts';
import type { Engine } from '../math/engines/engine.ts';
import { numericsVersion } from '../math/numerics.ts';
import { columns as fitColumns } from '../operators/aggregates/fits.ts';
import { runColumn } from '../operators/sources/grid.ts';
import { columns as claimColumns, judge } from '../pipelines/claims.ts';
import type { Experiment, RunLaw } from '../pipelines/experiment.ts';
import { fitRuns, isPowerLaw, rowsOfFit, type SpecFit, sharedRows } from '../pipelines/fit.ts';
import type { GridRun } from '../pipelines/parse.ts';
import { type FirstAndLastRows, runColumns, runRow } from '../pipelines/runs.ts';
import type { Origin } from '../stream.ts';
import { cellAt } from '../tables/rows.ts';
import type { Part } from '../tables/table-writer.ts';
import { findJournal, journalPath, readJournal } from './journal.ts';
import { specHash } from './keys.ts';
import { type Manifest, machine, readManifest, writeManifest } from './manifest.ts';
import { readTable, type TableRecord, writeRows, writeTable } from './tables.ts';
import { versions } from './versions.ts';

/** Run of a grid as the store knows it. */
export interface StoredRun extends GridRun {
  /** Key of its trajectory. */
  readonly key: string;
  /** Laws that the entries of its list columns stand for. */
  readonly laws: readonly RunLaw[];
}

/** Grid whose trajectories are stored, or will be. */
export interface StoredGrid {
  /** Spec with absolute paths of data files. */
  readonly spec: Experiment;
  /** Columns of the axes of the grid. */
  readonly axes: Columns;
  readonly engine: Pick<Engine, 'name' | 'precision'>;
  readonly runs: readonly StoredRun[];
  /** Columns of the rows of a trajectory. */
  readonly columns: Columns;
  readonly fits: readonly SpecFit[];
  /** Origin of the rows, which every table states. */
  readonly origin: Origin;
}

type Row = Record<string, unknown>;

/** Results of an experiment: everything but the steps. */
export interface Results {
  readonly status: Manifest['status'];
  readonly runs: readonly Row[];
  /** Rows of all fits, in the order of the spec; `fit` tells them apart. */
  readonly fits: readonly Row[];
  readonly claims: readonly Row[];
}

/** Returns the hash of a spec. The order of the axes is part of it, because it numbers the runs. */
const hashOf = (parsed: Experiment): string => specHash([parsed, Object.keys(parsed.grid)]);

/** Returns the folder of a spec. */
export const specFolder = (out: string, parsed: Experiment): string => join(out, parsed.name, hashOf(parsed));

/**
 * Describes a spec as the origin of its tables: hash, axes, objective, optimizer, seeds. Paths
 * stand as they were written, so the same spec has the same words on every machine.
 */
export function specOrigin(parsed: Experiment): Origin {
  const { data, model, loss, random, order, optimizer, grid } = parsed;
  const axes = Object.keys(grid);
  return { spec: hashOf(parsed), axes, objective: { data, model, loss, random, order }, optimizer, seed: grid.seed };
}

const lawColumns = {
  run: runColumn,
  law: int32('entry of the list columns, counted from 0'),
  kind: utf8('layer | neuron | matrix'),
  layer: int32('l of the law, which couples layer l with layer l + 1'),
  neuron: nullable(int32('hidden neuron of a neuron law, counted from 0')),
  label: utf8('conserved quantity'),
  ledger: utf8(
    'drift = Σ η²δ | weight decay | heavy ball | Nesterov | constant: how the drift follows; no law: it does not',
  ),
};

/**
 * Returns the columns of every table: five that all experiments have, and one for each fit by its
 * id.
 */
export const tablesOf = ({
  axes,
  columns,
  fits,
}: Pick<StoredGrid, 'axes' | 'columns' | 'fits'>): Readonly<Record<string, Columns>> => ({
  steps: { run: runColumn, ...columns },
  runs: runColumns(axes, columns),
  fits: fitColumns,
  claims: claimColumns,
  laws: lawColumns,
  ...Object.fromEntries(fits.map(({ id, columns }) => [id, columns])),
});

/** Writes the spec into its folder before the first step, unless it stands there already. */
export function storeSpec(dir: string, spec: Experiment): void {
  const path = join(dir, 'spec.json');
  const text = `${JSON.stringify(spec, null, 2)}\n`;
  if (!(fs.existsSync(path) && fs.readFileSync(path, 'utf8') === text)) writeFileAtomic(path, text);
}

/**
 * Finds the stored results of exactly these runs. Returns null if a run is unfinished, anything is
 * missing or damaged, or another version fitted and judged them.
 */
export function findResults(dir: string, grid: StoredGrid): Results | null {
  const { runs } = grid;
  const { manifest } = readManifest(dir);
  if (manifest?.status !== 'completed' || manifest.numerics !== numericsVersion) return null;
  if (runs.length !== manifest.trajectories.length || runs.some(({ key }, i) => key !== manifest.trajectories[i])) {
    return null;
  }
  if (manifest.versions['rxdescent'] !== versions()['rxdescent']) return null;
  const isWhole = (name: string) =>
    (['arrow', 'parquet'] as const).every((end) => {
      const file = join(dir, `${name}.${end}`);
      return fs.existsSync(file) && sha256OfFile(file) === manifest.tables[name]?.[end];
    });
  if (!Object.keys(tablesOf(grid)).every(isWhole)) return null;
  const runRows = readTable(dir, 'runs');
  if (runRows.length !== runs.length || runRows.some(({ status }) => status === 'interrupted')) return null;
  const fits = grid.fits.flatMap(({ id }) => readTable(dir, id));
  return { status: manifest.status, runs: runRows, fits, claims: readTable(dir, 'claims') };
}

/** End of the work on a grid. */
export interface Ending {
  readonly status: Manifest['status'];
  readonly started: Date;
  /** Reason why another engine ran than was asked for. */
  readonly fallback?: string | undefined;
}

/**
 * Fits, judges and writes every table from the journals on disk, and the manifest last. A run
 * without a row is in no table; an interrupted run is in no fit.
 *
 * @returns The results, and the runs whose journals are not finished; with one of them the status
 *   is not `completed`.
 * @throws {Error} `cannot write FILE: …`; tables that were there before are then still there.
 */
export async function storeResults(
  out: string,
  dir: string,
  grid: StoredGrid,
  { status: meant, started, fallback }: Ending,
): Promise<Results & { readonly unfinished: readonly StoredRun[] }> {
  const { spec, engine, runs, columns, fits: declared, origin } = grid;
  const tables = tablesOf(grid);
  const there = runs.flatMap((of) => {
    const ends = readEnds(journalPath(out, of.key), columns);
    return ends ? [{ ...of, ends }] : [];
  });
  // the journals on disk decide, whoever wrote them
  const finished = new Set(there.filter(({ ends }) => ends.finished).map(({ run }) => run));
  const unfinished = runs.filter(({ run }) => !finished.has(run));
  const rows = there.map((of) => runRow(of, grid.axes, columns, of.ends));
  const ended = rows.filter((row) => row['status'] !== 'interrupted');
  const fits = await fitRuns(declared, ended, tables['runs']!);
  const claims = judge(spec, declared, fits, { ended: ended.length, runs: runs.length });
  const status = meant === 'completed' && unfinished.length ? 'failed' : meant;
  const records: Record<string, TableRecord> = {
    steps: writeTable(dir, 'steps', tables['steps']!, steps(out, there), origin),
    runs: writeRows(dir, 'runs', tables['runs']!, rows, origin),
    fits: writeRows(
      dir,
      'fits',
      fitColumns,
      sharedRows(declared.filter(isPowerLaw).flatMap((fit) => rowsOfFit(fit, fits))),
      origin,
    ),
    claims: writeRows(dir, 'claims', claimColumns, claims, origin),
    laws: writeRows(dir, 'laws', lawColumns, there.flatMap(lawRows), origin),
    ...Object.fromEntries(
      declared.map((fit) => [fit.id, writeRows(dir, fit.id, fit.columns, rowsOfFit(fit, fits), origin)]),
    ),
  };
  writeManifest(dir, {
    versions: versions(),
    engine: engine.name,
    ...(fallback ? { fallback } : {}),
    precision: engine.precision,
    numerics: numericsVersion,
    status,
    tables: records,
    trajectories: runs.map(({ key }) => key),
    started: started.toISOString(),
    finished: new Date().toISOString(),
    machine: machine(),
  });
  return { status, runs: rows, fits, claims, unfinished };
}

function* steps(out: string, runs: readonly StoredRun[]): Generator<Part> {
  for (const { key, run } of runs) {
    for (const batch of readJournal(journalPath(out, key)).batches({ borrowed: true })) {
      yield { batch, constants: { run } };
    }
  }
}

const lawRows = ({ run, laws }: StoredRun): Row[] =>
  laws.map(({ kind, layer, neuron, label, ledger }, law) => ({ run, law, kind, layer, neuron, label, ledger }));

/** Reads the rows that a summary needs from a journal; null if it has no row yet. */
function readEnds(path: string, columns: Columns): (FirstAndLastRows & { readonly finished: boolean }) | null {
  const journal = findJournal(path);
  const first = journal?.row(0);
  const last = journal?.row(-1);
  if (!journal || !first || !last) return null;
  const measured: Row = { ...last };
  const open = Object.keys(columns).filter((name) => columns[name]!.nullable && last[name] === null);
  if (open.length) {
    for (const batch of journal.batches({ borrowed: true })) {
      for (const name of open) {
        const cells = batch.getChild(name)!;
        let i = batch.numRows - 1;
        while (i >= 0 && !cells.isValid(i)) i--;
        if (i >= 0) measured[name] = cellAt(cells, i);
      }
    }
  }
  return { first, last, lastMeasured: (name) => measured[name], finished: journal.finished };
}
