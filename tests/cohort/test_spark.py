"""Spark and this process give the same tables: the same rows in the same order, the same answers, the same summary."""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
import socket
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.output import LONG, WriteAs
from all_cli.cohort.run import InputError, Job, Stopped, Summary, run_batch
from all_cli.cohort.spark.job import Engine, run_on_spark
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import RiskLibrary

pytestmark = pytest.mark.spark

SCHEMES = ("nci-rome", "cog-aall08b1", "hoelzer-1988")
Cells = list[list[str]]
# How the Java machine starts: compiled once and quickly, and Spark's own classes taken as they are.
JAVA = (
    "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    " -XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
)
OWN = """\
schemes:
  - id: own
    title: Own criteria
    published: 2020
    audience: children
    population: {when: lineage == B, text: B lineage, cite: [smith-1996], checked: false}
    groups: {low: {label: Low}, high: {label: High}}
    rules:
      - {id: a, group: high, when: wbc >= 33, cite: [smith-1996], checked: false}
      - {id: b, group: low, when: wbc < 33, cite: [smith-1996], checked: false}
"""


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """One session with two workers for all tests; the batches below find it and leave it open."""
    python = os.environ.get("PYSPARK_PYTHON")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=ResourceWarning)
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"pyspark\.")
        from pyspark.sql import SparkSession

        # The Java machine is started to be ready soon and not to run for hours.
        builder = SparkSession.builder.master("local[2]").appName("all-risk tests")
        builder = builder.config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
        builder = builder.config("spark.driver.extraJavaOptions", JAVA)
        builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.driver.bindAddress", "127.0.0.1")
        session = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        yield session
        session.stop()
    if python is None:
        del os.environ["PYSPARK_PYTHON"]


def cohort(rows: int, seed: int) -> bytes:
    """A table as registries have them, about one row in fifteen with some trouble."""
    chance = random.Random(seed)
    out = [b"patient,age,wbc [/uL],lineage,cns,genetics,MRD EOI (%),remark\n"]
    remarks = ["", "", "seen twice", '"a, b"', '"said ""no"""', '"letter\nfollows"', "caf\xe9"]
    genetics = [
        "",
        "nothing found",
        '"t(12;21)"',
        '"t(9;22), otherwise none"',
        "iAMP21",
        "52 chromosomes",
        "Unsuccessful",
    ]
    for number in range(rows):
        odd = chance.random()
        age = f"{chance.uniform(0.2, 18):.1f}" if odd < 0.97 else chance.choice(["", "old", "45d", "9mo", "NA"])
        wbc = (
            str(int(chance.lognormvariate(9.5, 1.2))) if chance.random() < 0.98 else chance.choice(["", "many", ">1e5"])
        )
        cells = [
            f"P{number if number % 5000 else 7}", age, wbc, chance.choice(["B", "T", "B-ALL", "", "MPAL", "B", "B"]),
            chance.choice(["CNS1", "CNS2a", "CNS3", ""]), chance.choice(genetics),
            chance.choice(["", "0", "0.01", "<0.01", "0.5", "neg"]), chance.choice(remarks),
        ]  # fmt: skip
        row = ",".join(cells).encode() + b"\n"
        match chance.randrange(400):
            case 0:
                row = row.replace(b",", b"", 1)
            case 1:
                row = row[:-1] + b",more\n"
            case 2:
                row = row[:-1] + b"\xff\xfe\n"
            case 3:
                row = row.replace(b"P", b'"P', 1)
            case 4:
                row = row.replace(b"P", b"P\0", 1)
            case 5:
                row = row.replace(b",", b'," x"y,', 1)
            case 6:
                row = b"\n" + row
            case 7:
                row = row[:-1] + b"\r" + row
            case 8:
                row = row.replace(b",", b',"never closed,', 1)
        out.append(row)
    return b"".join(out)


def cells_of(text: bytes) -> Cells:
    csv.field_size_limit(sys.maxsize)
    return list(csv.reader(io.StringIO(text.decode("utf-8", "surrogateescape"), newline="")))


def joined(folder: Path) -> Cells:
    """The parts of an output folder as one table."""
    assert (folder / "_SUCCESS").exists()
    parts = [cells_of(path.read_bytes()) for path in sorted(folder.glob("part-*.csv"))]
    assert all(part[0] == parts[0][0] for part in parts)
    return [parts[0][0], *(row for part in parts for row in part[1:])]


def both(library: RiskLibrary, job: Job, folder: Path, part: int = 0) -> tuple[Summary, Summary]:
    """The batch run here into ``local`` and inside Spark into ``spark``, with the suffix of the job's output."""
    schemes = [library.schemes[id] for id in SCHEMES]
    here = run_batch(library, schemes, job._replace(output=str(folder / f"local{job.output}")))
    spark = job._replace(output=str(folder / f"spark{job.output}"))
    there = run_on_spark(library, schemes, spark, Engine("local[2]", part=part))
    for summary, place in ((here, "local"), (there, "spark")):
        assert str(folder / f"{place}{job.output}") in summary.written
        summary.written = ""  # all else is the same
    return here, there


@pytest.mark.usefixtures("spark")
def test_8_000_rows_with_every_trouble_are_the_local_table(library: RiskLibrary, tmp_path: Path) -> None:
    table = tmp_path / "cohort.csv"
    table.write_bytes(cohort(8_000, 1))
    job = Job((str(table),), ".csv", assume=("wbc=<50",), routine=True)
    here, there = both(library, job, tmp_path, part=table.stat().st_size // 5)
    local = cells_of((tmp_path / "local.csv").read_bytes())
    assert len(local) > 8_000
    assert any(cell.startswith("wbc=<50") for row in local for cell in row)
    assert joined(tmp_path / "spark.csv") == local
    assert len(list((tmp_path / "spark.csv").glob("part-*.csv"))) >= 4
    assert list(there.lines()) == list(here.lines())
    assert here.invalid > 40
    assert here.unread > 80
    assert here.warnings


@pytest.mark.usefixtures("spark")
@pytest.mark.parametrize("strict", [False, True])
def test_unread_cells_and_contradictions_mean_the_same_in_every_part(
    strict: bool, library: RiskLibrary, tmp_path: Path
) -> None:
    """Some cells cannot be read, some contradict each other on what one of the schemes asks for, some on nothing."""
    chance = random.Random(9)
    rows = ["age,wbc,lineage,sex,ph,Karyotype,CNS status,remark"]
    for number in range(6000):
        odd = chance.random() < 0.05
        cells = [
            chance.choice(["7", "old", "12"]) if odd else str(number % 17),
            chance.choice(["4", "many"]) if odd else "60", "B", chance.choice("mfU") if number > 4000 else "m",
            chance.choice(["", "", "yes", "no"]),
            chance.choice(["", "t(9;22)", "t(9;22) negative", "t(12;21)", "wibble"]), chance.choice(["CNS1", "lots"]),
        ]  # fmt: skip
        rows.append(",".join([*cells, *([] if chance.random() < 0.002 else ["x"])]))
    table = tmp_path / "cohort.csv"
    table.write_text("\n".join(rows) + "\n")
    here, there = both(library, Job((str(table),), ".csv", strict=strict), tmp_path, part=40_000)
    assert joined(tmp_path / "spark.csv") == cells_of((tmp_path / "local.csv").read_bytes())
    assert list(there.lines()) == list(here.lines())
    assert (there.unread, there.invalid) == (here.unread, here.invalid)
    assert {name.strip('"') for name in here.unusable.unread} == {"age", "wbc", "sex", "Karyotype", "CNS status"}
    invalid = {scheme: here.tally.status[scheme]["invalid"] for scheme in SCHEMES}
    if strict:
        assert len({*invalid.values()}) == 1
    else:
        assert 0 < invalid["nci-rome"] < invalid["cog-aall08b1"] < here.rows
    schemes = [library.schemes["nci-rome"]]
    with pytest.raises(Stopped) as there_stopped:
        run_on_spark(library, schemes, Job((str(table),), str(tmp_path / "out"), stop=True), Engine(part=40_000))
    with pytest.raises(Stopped) as here_stopped:
        run_batch(library, schemes, Job((str(table),), str(tmp_path / "out"), stop=True))
    assert str(there_stopped.value) == str(here_stopped.value)


@pytest.mark.usefixtures("spark")
def test_parquet_in_parquet_out(library: RiskLibrary, tmp_path: Path) -> None:
    chance = random.Random(2)
    rows = 9_000
    frame = pl.DataFrame(
        {
            "patient": pl.Series(range(rows), dtype=pl.UInt32),
            "age": [None if chance.random() < 0.1 else chance.randint(1, 80) / 4 for _ in range(rows)],
            "wbc": [float(chance.randint(-5, 300)) for _ in range(rows)],
            "lineage": [chance.choice(["B", "T", "Q", None]) for _ in range(rows)],
            "seen": [datetime(2020, 1, 1 + number % 28, number % 24) for number in range(rows)],
        }
    )
    table = tmp_path / "cohort.parquet"
    frame.write_parquet(table, row_group_size=1500)
    here, there = both(library, Job((str(table),), ".parquet"), tmp_path, part=30_000)
    parts = sorted((tmp_path / "spark.parquet").glob("part-*.parquet"))
    assert len(parts) > 2
    local = pl.read_parquet(tmp_path / "local.parquet")
    spark = pl.concat([pl.read_parquet(part) for part in parts])
    assert spark.schema["age"] == pl.Float64
    assert spark.cast({"patient": pl.UInt32, "seen": local.schema["seen"]}).equals(local)
    assert list(there.lines()) == list(here.lines())


@pytest.mark.usefixtures("spark")
def test_several_files_in_long_form(library: RiskLibrary, tmp_path: Path) -> None:
    sites = tmp_path / "sites"
    sites.mkdir()
    (sites / "a.csv.gz").write_bytes(gzip.compress(cohort(3000, 3)))
    (sites / "b.csv").write_bytes(cohort(4000, 4).replace(b"\n", b"\r\n"))
    text = "wbc [/uL];age;patient;lineage;cns;genetics;MRD EOI (%);remark\n" + "30000;7;P1;B;é;;;\n" * 900
    (sites / "c.csv").write_bytes(text.encode("cp1252"))
    files = tuple(str(sites / name) for name in ("a.csv.gz", "b.csv", "c.csv"))
    job = Job(files, ".csv", write_as=WriteAs(form=LONG, id="patient"))
    here, there = both(library, job, tmp_path, part=60_000)
    assert joined(tmp_path / "spark.csv") == cells_of((tmp_path / "local.csv").read_bytes())
    assert list(there.lines()) == list(here.lines())
    assert here.repeats is not None
    assert here.repeats.ids > 2000


@pytest.mark.usefixtures("spark")
def test_ndjson_lines_and_packed_output(library: RiskLibrary, tmp_path: Path) -> None:
    table = tmp_path / "cohort.ndjson"
    rows = [f'{{"age": {n % 20}, "wbc": "{n % 90}", "lineage": "B"}}' for n in range(3000)]
    table.write_text("\n".join([*rows, "{broken", '{"age": 3, "sex": "F"}']) + "\n")
    here, there = both(library, Job((str(table),), ".ndjson.gz"), tmp_path, part=50_000)
    local = gzip.decompress((tmp_path / "local.ndjson.gz").read_bytes())
    parts = sorted((tmp_path / "spark.ndjson.gz").glob("part-*.ndjson.gz"))
    assert b"".join(gzip.decompress(part.read_bytes()) for part in parts) == local
    assert list(there.lines()) == list(here.lines())
    assert here.invalid == 1


@pytest.mark.usefixtures("spark")
def test_the_record_of_a_spark_run_is_replayed_here(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("age,wbc,lineage\n7,4,B\n7,60,B\n")
    record = str(tmp_path / "run.json")
    arguments = ["batch", "--engine", "spark", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out.csv")]
    assert CliRunner().invoke(app, [*arguments, "--manifest", record]).exit_code == 0
    again = CliRunner().invoke(app, ["replay", record])
    assert again.stdout == "identical: 2 rows; the output went into a folder and is not compared\n"


@pytest.mark.usefixtures("spark")
def test_a_run_that_fails_leaves_nothing(library: RiskLibrary, tmp_path: Path) -> None:
    damaged = tmp_path / "in.csv.gz"
    damaged.write_bytes(gzip.compress(cohort(40_000, 5))[:-200_000])
    output = tmp_path / "out.csv"
    schemes = [library.schemes["nci-rome"]]
    with pytest.raises(InputError, match=r"in\.csv\.gz: its gzip data is damaged or cut short"):
        run_on_spark(library, schemes, Job((str(damaged),), str(output)), Engine())
    table = tmp_path / "in.csv"
    table.write_bytes(b"age,wbc\n7,4\nold,4\n")
    with pytest.raises(Stopped, match=r"stopped at row 2 \(line 3\), nothing was written: "):
        run_on_spark(library, schemes, Job((str(table),), str(output), stop=True), Engine())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "in.csv.gz"]


@pytest.mark.usefixtures("spark")
def test_own_rules_travel_with_the_job(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(OWN)
    (tmp_path / "in.csv").write_text("lineage,wbc\nB,33\nB,32.9\n")
    arguments = ["batch", "--engine", "spark", str(tmp_path / "in.csv"), "-o", str(tmp_path / "out")]
    result = CliRunner().invoke(app, [*arguments, "--rules", str(own), "--scheme", "own"])
    assert result.exit_code == 0, result.stderr
    assert [row[3] for row in joined(tmp_path / "out")] == ["own.group", "high", "low"]


def test_what_spark_cannot_do_is_said_before_it_starts(library: RiskLibrary, tmp_path: Path) -> None:
    table = tmp_path / "in.csv"
    table.write_text("age,wbc\n7,4\n")
    (tmp_path / "there").mkdir()
    for output, why in {
        "-": "folder of files",
        str(tmp_path / "there"): "already there",
        str(tmp_path / "none" / "out.csv"): "does not exist",
        str(tmp_path / "out.xlsx"): "does not write xlsx",
        str(tmp_path / "out.csv.zst"): r"name \.csv\.gz",
    }.items():
        with pytest.raises(UnreadableError, match=why):
            run_on_spark(library, [library.schemes["nci-rome"]], Job((str(table),), output), Engine())
    with pytest.raises(InputError, match="standard input"):
        run_on_spark(library, [library.schemes["nci-rome"]], Job(("-",), str(tmp_path / "out")), Engine())


def test_a_master_that_nobody_answers_for_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("age,wbc\n7,4\n")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        for master in (f"spark://127.0.0.1:{port}", "spark://nowhere", "sc://localhost", "everywhere"):
            arguments = ["batch", str(tmp_path / "in.csv"), "--engine", "spark", "-o", str(tmp_path / "out")]
            result = CliRunner().invoke(app, [*arguments, "--master", master])
            assert result.exit_code == 2
            assert result.stderr.startswith(f'--master "{master}": ')
            assert len(result.stderr.splitlines()) == 1


def test_without_java_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in.csv").write_text("age,wbc\n7,4\n")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    result = CliRunner().invoke(
        app, ["batch", str(tmp_path / "in.csv"), "--engine", "spark", "-o", str(tmp_path / "o")]
    )
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)
    assert "Java 17 or newer" in result.stderr


def test_a_master_without_spark_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("age,wbc\n7,4\n")
    result = CliRunner().invoke(app, ["batch", str(tmp_path / "in.csv"), "--master", "yarn"])
    assert result.exit_code == 2
    assert "--engine spark" in result.stderr


def test_a_doubt_between_parts_stops_both_with_the_same_sentence(
    spark: Any, tmp_path: Path, library: RiskLibrary
) -> None:
    """The odd cell stands in another part than the cells that it does not agree with."""
    path = tmp_path / "in.csv"
    path.write_text("age,wbc,lineage\n" + "4,950,B\n" + "4,12400,B\n" * 60_000)
    said = []
    for engine in (None, Engine("local[2]", part=1 << 17)):
        job = Job((str(path),), str(tmp_path / f"out{len(said)}.csv"))
        with pytest.raises(UnreadableError) as caught:
            schemes = [library.schemes["nci-rome"]]
            if engine is None:
                run_batch(library, schemes, job)
            else:
                run_on_spark(library, schemes, job, engine)
        said.append(str(caught.value))
    assert "950 can be 950 or 0.95" in said[0]
    assert said[0] == said[1]
    assert list(tmp_path.iterdir()) == [path]


LONG_ROWS = "PID,Test,Value\n" + "".join(f"P{n},age,{n}\nP{n},wbc,{n * 3}\nP{n},lineage,B\n" for n in range(1, 9))
AWKWARD = {
    "long.csv": LONG_ROWS,
    "long-with-a-title.csv": f"Laboratory 2020\n\n{LONG_ROWS}",
    "results.csv": "age,wbc,lineage,nci-rome.status\n7,45,B,assigned\n",
    "empty.csv": "",
    "page.csv": "<!doctype html><html><title>Sign in</title></html>",
    "array.csv": '[{"age": 7}]',
    "two-ages.csv": "age,age at diagnosis\n7,8\n",
    "two-names.csv": "age,age\n7,8\n",
    "labels.csv": "v1,v2,v3\nAge,WBC,Lineage\n7,45,B\n",
    "missing-codes.csv": "age,wbc,lineage\n7,45,B\n" + "999,999,B\n" * 4,
    "two-units.csv": "age,wbc,lineage\n" + "7,12400,B\n" * 30 + "7,950,B\n",
    "titled.csv": "Cohort of 2020\n\nPatient ID;age;wbc;linaege\nP1;7;45;B\nP1;old;;T;more\n",
}


def outcome(run: Callable[[], Summary]) -> list[str]:
    """What a user is told: why nothing is run, or the summary but for where it was written."""
    try:
        return [line for line in run().lines() if not line.startswith("  written to")]
    except (InputError, UnreadableError) as error:
        return [type(error).__name__, str(error)]


@pytest.mark.usefixtures("spark")
def test_what_is_refused_or_doubted_here_is_refused_or_doubted_inside_spark(
    library: RiskLibrary, tmp_path: Path
) -> None:
    """The same sentences for tables of awkward shapes and contents; refused are those that a batch must not run on."""
    schemes = [library.schemes["nci-rome"]]
    (tmp_path / "in").mkdir()
    for name, text in AWKWARD.items():
        (tmp_path / "in" / name).write_text(text)
    pl.read_csv(io.StringIO(LONG_ROWS)).write_parquet(tmp_path / "in" / "long.parquet")
    refused = set()
    for file in sorted((tmp_path / "in").iterdir()):
        job = Job((str(file),), str(tmp_path / f"{file.name}.csv"))
        inside = job._replace(output=str(tmp_path / f"{file.name}.spark.csv"))
        here = outcome(lambda job=job: run_batch(library, schemes, job))  # type: ignore[misc]
        there = outcome(lambda job=inside: run_on_spark(library, schemes, job, Engine()))  # type: ignore[misc]
        assert there == here, file.name
        refused |= {file.name} if here[0].endswith("Error") else set()
    assert refused == {*AWKWARD, "long.parquet"} - {"titled.csv"}
    orc = pytest.importorskip("pyarrow.orc")
    orc.write_table(pl.read_csv(io.StringIO(LONG_ROWS)).to_arrow(), str(tmp_path / "long.orc"))
    with pytest.raises(InputError, match="it has a row per measurement"):
        run_on_spark(library, schemes, Job((str(tmp_path / "long.orc"),), str(tmp_path / "out")), Engine())
