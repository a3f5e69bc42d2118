"""The numbers in the tables, computed again in Python from other columns."""

import json
import math
from itertools import groupby
from statistics import fmean, linear_regression

import pyarrow.parquet as parquet
import pytest

epsilon = 2.0**-52


@pytest.fixture
def runs(run):
    return parquet.read_table(run.dir / "runs.parquet").to_pylist()


@pytest.fixture
def trajectories(run):
    steps = parquet.read_table(run.dir / "steps.parquet").to_pylist()
    return [list(rows) for _, rows in groupby(steps, key=lambda row: row["run"])]


def without_biases(runs, trajectories):
    return [
        (of, rows)
        for of, rows in zip(runs, trajectories)
        if not of["model.bias"] and math.isfinite(sum(rows[-1]["weightNormSq"]))
    ]


def test_runs_hold_the_last_row_of_their_steps(runs, trajectories):
    assert len(runs) == len(trajectories) == 32
    for of, rows in zip(runs, trajectories):
        last = rows[-1]
        assert [row["step"] for row in rows] == list(range(of["steps"] + 1))
        assert repr([of["finalLoss"], of["drift"], of["imbalanceSum"]]) == repr(
            [last["loss"], last["drift"], last["imbalanceSum"]]
        )
        assert of["status"] == ("completed" if of["steps"] == 60 and math.isfinite(last["loss"]) else "diverged")


def test_a_law_without_biases_is_the_difference_of_norms(runs, trajectories):
    chosen = without_biases(runs, trajectories)
    assert len(chosen) >= 12
    for _, rows in chosen:
        for row in rows:
            norms = row["weightNormSq"]
            laws = len(norms) - 1
            # the engine's norms and the books add up the same squares in orders of their own
            for l in range(laws):
                rounding = 16 * epsilon * (norms[l + 1] + norms[l])
                assert abs(row["conservation"][l] - (norms[l + 1] - norms[l])) <= rounding or math.isnan(norms[l])
            start = rows[0]["conservation"][:laws]
            assert row["drift"][:laws] == [now - before for now, before in zip(row["conservation"], start)]


def test_imbalance_is_the_sum_over_the_steps_before_and_drift_its_square_of_eta(runs, trajectories):
    for of, rows in without_biases(runs, trajectories):
        eta = of["learningRate"]
        for l in range(len(rows[0]["weightNormSq"]) - 1):
            delta = [row["gradientNormSq"][l + 1] - row["gradientNormSq"][l] for row in rows[:-1]]
            size = math.fsum(map(abs, delta))
            assert abs(of["imbalanceSum"][l] - math.fsum(delta)) <= 16 * epsilon * size
            # ReLU: drift is η²S but for the rounding of the weights at every step
            rounding = 64 * epsilon * sum(max(row["weightNormSq"][k] for row in rows) for k in (l, l + 1))
            assert abs(of["drift"][l] - eta**2 * math.fsum(delta)) <= rounding + 1e-12 * eta**2 * size


def test_fits_are_least_squares_on_logarithms(run, runs):
    fits = parquet.read_table(run.dir / "fits.parquet").to_pylist()
    assert len(fits) == 4
    for fit in fits:
        where = json.loads(fit["where"])
        points = {}
        for of in runs:
            if all(of[axis] == value for axis, value in where.items()):
                points.setdefault(of["learningRate"], []).append((of["status"], fmean(map(abs, of["drift"]))))
        logs = [
            (math.log(eta), math.log(fmean(drift for _, drift in seeds)))
            for eta, seeds in points.items()
            if all(status == "completed" for status, _ in seeds)
        ]
        x, y = zip(*logs)
        slope, intercept = linear_regression(x, y)
        assert fit["n"] == len(logs) >= 3
        assert fit["exponent"] == pytest.approx(slope, rel=1e-12)
        assert fit["prefactor"] == pytest.approx(math.exp(intercept), rel=1e-12)
        local = [(y[i + 1] - y[i]) / (x[i + 1] - x[i]) for i in range(len(x) - 1)]
        assert fit["localExponents"] == pytest.approx(local, rel=1e-12)
