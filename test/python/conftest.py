"""One run of the real command, with all that makes tables hard to read, and what Node reads of it."""

import json
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

root = Path(__file__).resolve().parents[2]
spec = Path(__file__).with_name("readers.json")
tables = ("steps", "runs", "fits", "claims", "laws", "powerLaw")


def node(*arguments):
    done = subprocess.run(
        ["node", "--import", "tsx", *map(str, arguments)], cwd=root, stdin=subprocess.DEVNULL, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def rxdescent(*arguments):
    return node("src/cli/main.ts", *arguments)


def bits(cell):
    """A cell that is equal only to itself: doubles as the hex digits that dump.ts writes."""
    if isinstance(cell, float):
        return struct.pack(">d", cell).hex()
    if isinstance(cell, list):
        return [bits(entry) for entry in cell]
    return cell


@dataclass
class Run:
    dir: Path
    report: str
    manifest: dict
    described: dict  # what `describe --json` says of each table, by column
    node: dict  # what Node reads, by file and column

    def of_node(self, table):
        return self.node[str(self.dir / f"{table}.arrow")]

    def journals(self):
        return [self.dir.parents[1] / ".runs" / f"{key}.arrows" for key in self.manifest["trajectories"]]


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("output")
    report = rxdescent("run", spec, "--out", out)
    (folder,) = (out / "readers").iterdir()
    described = json.loads(rxdescent("describe", spec, "--json"))
    found = Run(
        dir=folder,
        report=report,
        manifest=json.loads((folder / "manifest.json").read_text()),
        described={table: {column["name"]: column for column in columns} for table, columns in described.items()},
        node={},
    )
    files = [folder / f"{table}.arrow" for table in tables] + found.journals()
    found.node = json.loads(node("test/python/dump.ts", *files))
    return found


@pytest.fixture
def duck():
    """DuckDB as it is installed: it neither downloads extensions nor loads any."""
    return duckdb.connect(config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
