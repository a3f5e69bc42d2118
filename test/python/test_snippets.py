"""What the README and the command tell people to type."""

import contextlib
import io
import json
import re
from statistics import fmean

import polars as pl
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pytest
from conftest import bits, root

readme = (root / "README.md").read_text(encoding="utf-8")
files_page = (root / "docs" / "files.md").read_text(encoding="utf-8")


def fenced(language, page=readme):
    return re.findall(rf"^```{language}\n(.*?)^```$", page, flags=re.DOTALL | re.MULTILINE)


def printed(report, heading):
    (block,) = re.findall(rf"^{heading}.*\n((?:  .+\n?)+)", report, flags=re.MULTILINE)
    return re.sub("^  ", "", block, flags=re.MULTILINE)


@pytest.fixture
def at_root(monkeypatch):
    monkeypatch.chdir(root)


def check_python(run, code):
    names, out = {}, io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(code, names)
    assert {name: bits(cells) for name, cells in names["steps"].to_pydict().items()} == run.of_node("steps")
    about = run.described["steps"]["drift"]["about"]
    assert repr(about.encode()) in out.getvalue()
    assert repr(names["steps"].slice(0, 3).to_pylist()) in out.getvalue()


def check_sql(run, duck, code):
    """Against the mean of |drift| of the first law over the runs of a rate, taken from their journals."""
    drifts = {}
    for path in run.journals():
        with ipc.open_stream(path) as stream:
            last = stream.read_all().to_pylist()[-1]
        drifts.setdefault(last["learningRate"], []).append(abs(last["drift"][0]))
    found = duck.sql(code)
    rows = found.fetchall()
    assert found.columns == ["learningRate", "drift", "runs"]
    assert [(eta, n) for eta, _, n in rows] == [(eta, len(of)) for eta, of in sorted(drifts.items())]
    for eta, mean, _ in rows:
        assert mean == pytest.approx(fmean(drifts[eta]), rel=1e-14, nan_ok=True)


def test_the_readme_opens_the_tables_in_python(run):
    snippets = fenced("python")
    assert snippets
    for code in snippets:
        assert "DIR" in code
        check_python(run, code.replace("DIR", str(run.dir)))


def test_the_readme_asks_duckdb(run, duck):
    snippets = fenced("sql")
    assert snippets
    for code in snippets:
        assert "DIR" in code
        check_sql(run, duck, code.replace("DIR", str(run.dir)))


def test_the_command_ends_with_python_that_runs(run, at_root):
    check_python(run, printed(run.report, "Python"))


def test_the_command_ends_with_sql_for_the_means_of_its_first_fit(run, duck, at_root):
    found = duck.sql(printed(run.report, "DuckDB"))
    assert found.columns == ["learningRate", "model.hidden", "model.bias", "drift", "runs"]
    rows = {(*hidden, bias, eta): (drift, n) for eta, hidden, bias, drift, n in found.fetchall()}
    fitted = {}
    for fit in feather.read_table(run.dir / "fits.arrow").to_pylist():
        where = json.loads(fit["where"])
        for eta, mean, n in zip(fit["pointsX"], fit["pointsMean"], fit["pointsFinite"]):
            if n:
                fitted[*where["model.hidden"], where["model.bias"], eta] = (pytest.approx(mean, rel=1e-14), n)
    assert len(fitted) > 8
    assert rows == fitted


def ran(run, code):
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code.replace("DIR", str(run.dir)), names)
    return names["runs"]


def test_the_page_on_files_keeps_integers_and_booleans_in_pandas(run):
    (code,) = (code for code in fenced("python", files_page) if "pandas" in code)
    runs = ran(run, code)
    types = {name: str(of) for name, of in runs.dtypes.items()}
    assert (types["run"], types["seed"], types["model.bias"]) == ("int32[pyarrow]", "uint32[pyarrow]", "bool[pyarrow]")
    assert runs["run"].tolist() == run.of_node("runs")["run"]


def entries(run):
    """Run, law and drift of every law of every run, as Node reads them."""
    runs = run.of_node("runs")
    return [(of, law, x) for of, drift in zip(runs["run"], runs["drift"]) for law, x in enumerate(drift)]


def test_the_page_on_files_explodes_lists_in_polars(run):
    (code,) = (code for code in fenced("python", files_page) if "polars" in code)
    runs = ran(run, code)
    laws = runs.select("run", "drift").with_columns(law=pl.int_ranges(pl.col("drift").list.len()))
    rows = laws.explode("drift", "law").select("run", "law", "drift").rows()
    assert [(of, law, bits(x)) for of, law, x in rows] == entries(run)


def test_the_page_on_files_unnests_lists_in_duckdb(run, duck):
    (code,) = (code for code in fenced("sql", files_page) if "unnest" in code)
    rows = duck.sql(code.replace("DIR", str(run.dir))).fetchall()
    assert [(of, law, bits(x)) for of, law, x in rows] == entries(run)


def test_the_page_on_files_reads_meanings_in_duckdb(run, duck):
    (code,) = (code for code in fenced("sql", files_page) if "parquet_kv_metadata" in code)
    rows = duck.sql(code.replace("DIR", str(run.dir))).fetchall()
    described = run.described["steps"]
    assert [row[:3] for row in rows] == [(name, of["unit"], of["about"]) for name, of in described.items()]
    assert {row[3] for row in rows} == {"gd"}
