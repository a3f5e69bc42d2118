"""Arrow and Parquet, read by pyarrow, Polars and DuckDB."""

import hashlib
import json
import math
import struct

import polars as pl
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet
import pytest
from conftest import bits, tables

each_table = pytest.mark.parametrize("table", tables)
each_format = pytest.mark.parametrize("ending", ["arrow", "parquet"])

arrow_types = {
    "float64": pa.float64(),
    "int32": pa.int32(),
    "uint32": pa.uint32(),
    "bool": pa.bool_(),
    "utf8": pa.utf8(),
    "list<float64>": pa.list_(pa.field("item", pa.float64(), nullable=False)),
    "list<int32>": pa.list_(pa.field("item", pa.int32(), nullable=False)),
}
polars_types = {
    "float64": pl.Float64,
    "int32": pl.Int32,
    "uint32": pl.UInt32,
    "bool": pl.Boolean,
    "utf8": pl.String,
    "list<float64>": pl.List(pl.Float64),
    "list<int32>": pl.List(pl.Int32),
}
duckdb_types = {
    "float64": "DOUBLE",
    "int32": "INTEGER",
    "uint32": "UINTEGER",
    "bool": "BOOLEAN",
    "utf8": "VARCHAR",
    "list<float64>": "DOUBLE[]",
    "list<int32>": "INTEGER[]",
}


def columns(relation):
    rows = relation.fetchall()
    return {name: [row[c] for row in rows] for c, name in enumerate(relation.columns)}


readers = {
    "pyarrow, Arrow": lambda path, duck: feather.read_table(f"{path}.arrow").to_pydict(),
    "pyarrow, Parquet": lambda path, duck: parquet.read_table(f"{path}.parquet").to_pydict(),
    "Polars, Arrow": lambda path, duck: pl.read_ipc(f"{path}.arrow").to_dict(as_series=False),
    "Polars, Parquet": lambda path, duck: pl.read_parquet(f"{path}.parquet").to_dict(as_series=False),
    "DuckDB, Parquet": lambda path, duck: columns(duck.sql(f"FROM '{path}.parquet'")),
    "DuckDB, Arrow through pyarrow": lambda path, duck: columns(duck.from_arrow(feather.read_table(f"{path}.arrow"))),
}


@each_table
@pytest.mark.parametrize("reader", readers)
def test_a_reader_sees_what_node_sees_to_the_bit(run, duck, table, reader):
    read = readers[reader](run.dir / table, duck)
    assert {name: bits(cells) for name, cells in read.items()} == run.of_node(table)


def test_the_tables_hold_what_readers_get_wrong(run):
    steps, runs = run.of_node("steps"), run.of_node("runs")
    of = lambda cells: {struct.unpack(">d", bytes.fromhex(cell))[0] for cell in cells if cell is not None}
    numbers = of(steps["loss"] + sum(steps["drift"] + steps["gradientNormSq"] + steps["weightNormSq"], []))
    assert any(map(math.isnan, numbers)) and {math.inf, -math.inf} & numbers
    assert None in steps["sharpness"] and any(map(math.isfinite, of(steps["sharpness"])))
    assert runs["model.hidden"][:3] == [[4], [4], [3, 2]] and runs["model.bias"][:2] == [True, False]
    assert {len(drift) for drift in runs["drift"]} == {6, 9}
    assert set(runs["status"]) == {"completed", "diverged"}


@each_table
@each_format
def test_pyarrow_finds_the_types_that_describe_names(run, table, ending):
    schema = schema_of(run, table, ending)
    assert [(field.name, field.type, field.nullable) for field in schema] == [
        (name, arrow_types[column["type"]], column["nullable"]) for name, column in run.described[table].items()
    ]


@each_table
@each_format
def test_fields_carry_their_unit_and_meaning(run, table, ending):
    found = {field.name: field.metadata for field in schema_of(run, table, ending)}
    keys = {b"unit", b"about"}
    assert {name: {key: of[key].decode() for key in keys & set(of)} for name, of in found.items()} == {
        name: {b"unit": column["unit"], b"about": column["about"]} for name, column in run.described[table].items()
    }


@each_format
def test_fields_carry_label_matrix_and_summary_where_they_are_declared(run, ending):
    schema = schema_of(run, "steps", ending)
    found = schema.field("sharpness").metadata
    described = run.described["steps"]["sharpness"]
    assert (found[b"label"].decode(), found[b"matrix"].decode()) == (described["label"], described["matrix"])
    assert json.loads(found[b"summary"]) == described["summary"]
    assert not {b"label", b"matrix", b"summary"} & set(schema.field("step").metadata)


@each_table
@each_format
def test_a_table_states_the_spec_and_the_runs_that_it_is_of(run, table, ending):
    origin = json.loads(schema_of(run, table, ending).metadata[b"rxdescent"])
    assert origin["spec"] == run.dir.name
    assert origin["optimizer"]["kind"] == "gd"
    assert "seed" in origin["axes"] and origin["seed"]


def schema_of(run, table, ending):
    path = run.dir / f"{table}.{ending}"
    return feather.read_table(path).schema if ending == "arrow" else parquet.read_schema(path)


@each_table
@each_format
def test_polars_finds_the_types_that_describe_names(run, table, ending):
    path = run.dir / f"{table}.{ending}"
    schema = pl.read_ipc(path).schema if ending == "arrow" else pl.read_parquet(path).schema
    assert dict(schema) == {name: polars_types[column["type"]] for name, column in run.described[table].items()}


@each_table
def test_duckdb_finds_the_types_that_describe_names(run, duck, table):
    relation = duck.sql(f"FROM '{run.dir / table}.parquet'")
    assert dict(zip(relation.columns, map(str, relation.types))) == {
        name: duckdb_types[column["type"]] for name, column in run.described[table].items()
    }


@each_table
@each_format
def test_files_are_those_of_the_manifest(run, table, ending):
    path = run.dir / f"{table}.{ending}"
    record = run.manifest["tables"][table]
    rows = feather.read_table(path).num_rows if ending == "arrow" else parquet.read_metadata(path).num_rows
    assert (rows, hashlib.sha256(path.read_bytes()).hexdigest()) == (record["rows"], record[ending])


def test_columns_with_a_cadence_are_null_in_between(run):
    steps = pl.read_ipc(run.dir / "steps.arrow")
    assert steps["sharpness"].is_null().to_list() == [step % 7 != 0 for step in steps["step"]]


def test_journals_are_arrow_streams_with_the_rows_of_the_steps(run):
    steps = run.of_node("steps")
    assert len(run.journals()) == 32
    for number, path in enumerate(run.journals()):
        own = {
            name: [cell for cell, of in zip(cells, steps["run"]) if of == number]
            for name, cells in steps.items()
            if name != "run"
        }
        with ipc.open_stream(path) as stream:
            units = {field.name: field.metadata[b"unit"].decode() for field in stream.schema}
            by_pyarrow = stream.read_all().to_pydict()
        by_polars = pl.read_ipc_stream(path).to_dict(as_series=False)
        assert {name: bits(cells) for name, cells in by_pyarrow.items()} == own
        assert {name: bits(cells) for name, cells in by_polars.items()} == own
        assert run.node[str(path)] == own
        assert units == {name: run.described["steps"][name]["unit"] for name in own}
