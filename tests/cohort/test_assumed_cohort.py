"""A cohort of 414 invented children enrolled as standard risk, of whom rare lesions and testes are no columns."""

from __future__ import annotations

import csv
import io
import json
import random
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from all_cli.cli.risk import app

RUNNER = CliRunner()
SCHEME = ("--scheme", "cog-aall03b1")
HEADER = (
    "patient,age,wbc,lineage,cns,mrd_d8_pb,mrd_eoi,marrow_d15,marrow_eoi,bcr_abl1,etv6_runx1,kmt2a_r,triple_trisomy"
)


def risk(*words: str, code: int = 0) -> Result:
    found = RUNNER.invoke(app, list(words))
    assert found.exit_code == code, (found.stdout, found.stderr, found.exception)
    return found


def children() -> str:
    draw = random.Random(414)
    lines = [HEADER]
    for number in range(414):
        lesion = draw.choices(("etv6", "trisomy", "kmt2a", "none"), (25, 15, 2, 58))[0]
        cells = [
            f"p{number + 1}", str(draw.randint(1, 9)), f"{draw.uniform(1, 49.9):.1f}", "B",
            draw.choices(("CNS1", "CNS2"), (85, 15))[0], draw.choice(("<0.01%", "0.05%", "0.5%")),
            draw.choices(("<0.01%", "0.05%", ""), (85, 10, 5))[0], draw.choices(("M1", "M2"), (9, 1))[0], "M1", "no",
            *("yes" if lesion == one else "no" for one in ("etv6", "kmt2a", "trisomy")),
        ]  # fmt: skip
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n"


def read(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text())))


class Run:
    """The cohort, its results with and without assumptions, and what was said and recorded of the run."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.table = folder, folder / "children.csv"
        self.table.write_text(children())
        self.exact, self.out, self.record = folder / "exact.csv", folder / "likely.csv", folder / "run.json"
        risk("batch", str(self.table), *SCHEME, "-o", str(self.exact))
        wishes = ("--routine", "--assume", "steroid_pretreatment=no", "--assume", "kmt2a_r=no")
        more = ("--manifest", str(self.record), *wishes)
        self.said = risk("batch", str(self.table), *SCHEME, "-o", str(self.out), *more).stderr
        self.rows = read(self.out)

    def likely(self, groups: bool = True) -> int:
        return sum(("|" not in row["cog-aall03b1.likely"]) == groups for row in self.rows)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("children"))


def test_most_get_a_likely_group_where_hardly_any_has_a_certain_one(run: Run) -> None:
    certain = sum(row["cog-aall03b1.status"] == "assigned" for row in run.rows)
    assert certain < 60
    assert run.likely() > 370


def test_the_exact_table_is_what_it_was_to_the_byte(run: Run) -> None:
    both = zip(run.out.read_text().splitlines(), run.exact.read_text().splitlines(), strict=True)
    assert all(likely.startswith(f"{exact},") for likely, exact in both)
    assert run.out.read_text().splitlines()[0].endswith(",cog-aall03b1.likely,cog-aall03b1.assumed")


def test_only_what_a_row_hangs_on_is_named_and_the_row_says_what_contradicts_it(run: Run) -> None:
    named = {name for row in run.rows for name in row["cog-aall03b1.assumed"].split("|")}
    assert {"testicular=absent", "dna_index=≥0.81", "modal_chromosomes=≥44 chromosomes"} <= named
    assert not any(name.startswith(("steroid", "down", "relapsed")) for name in named)  # this scheme does not ask
    for row in run.rows:
        assert ("kmt2a_r=germline left out as it contradicts the row" in row["cog-aall03b1.assumed"]) == (
            row["kmt2a_r"] == "yes"
        )
        if row["cog-aall03b1.status"] == "assigned":
            assert row["cog-aall03b1.likely"] == row["cog-aall03b1.group"]


def test_the_summary_and_the_record_say_what_each_assumption_holds_up(run: Run) -> None:
    hang = sum("testicular=absent" in row["cog-aall03b1.assumed"].split("|") for row in run.rows)
    certain = sum(row["cog-aall03b1.status"] == "assigned" for row in run.rows)
    assert f"likely: one group in {run.likely()} rows (" in run.said
    assert f"where {certain} have one for certain" in run.said
    assert f"testicular=absent: {hang} rows hang on it; taken back: " in run.said
    record = json.loads(run.record.read_text())
    assert record["options"]["assume"] == ["steroid_pretreatment=no", "kmt2a_r=no"]
    assert record["options"]["routine"] is True
    found = record["likely"]["cog-aall03b1"]
    assert sum(found["rows"].values()) == 414
    changes = found["hang_on"]["testicular=absent"]
    assert sum(change["rows"] for change in changes) == hang
    for change in changes:
        assert set(change["likely"].split("|")) < set(change["taken_back"].split("|"))
    otherwise = {change["otherwise"] for change in found["hang_on"]["dna_index=≥0.81"]}
    assert otherwise == {"very-high"}  # a DNA index below 0.81


def test_a_replay_assumes_the_same(run: Run) -> None:
    assert risk("replay", str(run.record)).stdout == "identical: 414 rows\n"
    record = json.loads(run.record.read_text())
    record["options"]["routine"] = False
    other = run.folder / "other.json"
    other.write_text(json.dumps(record))
    assert "likely: " in risk("replay", str(other), code=1).stdout


def test_the_report_says_what_hangs_on_which_assumption(run: Run) -> None:
    data: Any = json.loads(risk("report", str(run.out), "-f", "json").stdout)
    (found,) = data["likely"]
    becomes = found["indeterminate_become"]
    assert sum(becomes.values()) == data["schemes"][0]["indeterminate"]
    assert becomes["still open"] == run.likely(groups=False)
    entries = {entry["assumption"]: entry for entry in found["hang_on"]}
    testicular = entries["testicular=absent"]
    assumed = [row["cog-aall03b1.assumed"].split("|") for row in run.rows]
    assert testicular["rows"] == sum("testicular=absent" in names for names in assumed)
    alone = [row for row, names in zip(run.rows, assumed, strict=True) if names == ["testicular=absent"]]
    assert testicular["alone"] == len(alone) > 0
    back = {"|".join(item["groups"]): item["rows"] for item in testicular["alone_go_back_to"]}
    assert back == {
        groups: sum(row["cog-aall03b1.possible"] == groups for row in alone)
        for groups in {row["cog-aall03b1.possible"] for row in alone}
    }
    contradicted = sum(row["kmt2a_r"] == "yes" for row in run.rows)
    assert entries["kmt2a_r=germline"]["left_out"] == contradicted > 0
    page = risk("report", str(run.out), "-o", "-").stdout
    assert "What is likely, with what was assumed" in page
    assert "testicular=absent" in page
    assert "cog-aall03b1.likely" not in data["columns"]
    assert "likely" not in json.loads(risk("report", str(run.exact), "-f", "json").stdout)


def test_a_likely_group_that_is_not_possible_is_no_result(run: Run) -> None:
    changed = run.folder / "changed.csv"
    lines = run.out.read_text().splitlines()
    place = lines[0].split(",").index("cog-aall03b1.likely")
    first = next(csv.reader([lines[1]]))
    first[place] = "none-such"
    changed.write_text("\n".join([lines[0], ",".join(first), *lines[2:]]) + "\n")
    assert 'column "cog-aall03b1.likely": "none-such"' in risk("report", str(changed), code=3).stderr


def test_columns_proposes_what_would_help_and_its_command_does(run: Run) -> None:
    data = json.loads(risk("columns", str(run.table), *SCHEME, "-f", "json").stdout)
    (found,) = data["assumptions"]
    assert 1 <= len(found["proposals"]) <= 3
    rows = [proposal["one_likely_group_at_least"] for proposal in found["proposals"]]
    assert rows == sorted(set(rows))
    assert found["proposals"][0]["options"] == "--routine"
    last = found["proposals"][-1]
    out = run.folder / "proposed.csv"
    risk("batch", str(run.table), *SCHEME, "-o", str(out), *shlex.split(last["options"]))
    groups = [row["cog-aall03b1.likely"] for row in read(out)]
    assert sum("|" not in likely for likely in groups) >= last["one_likely_group_at_least"]
    page = risk("columns", str(run.table), *SCHEME).stdout
    assert f"--routine: one likely group in at least {rows[0]}" in page


@pytest.mark.parametrize("options", [("--form", "long"), ("--output-format", "ndjson")])
def test_other_forms_have_the_two_columns_too(run: Run, options: tuple[str, ...]) -> None:
    told = risk("batch", str(run.table), *SCHEME, "--routine", *options).stdout.splitlines()
    assert ("likely,assumed" in told[0]) if "long" in options else ("cog-aall03b1.likely" in json.loads(told[0]))


@pytest.mark.parametrize("wish", ["testicular", "nonsense=no", "cns=unknown"])
def test_an_assumption_that_cannot_be_read_ends_the_batch_in_one_sentence(run: Run, wish: str) -> None:
    found = risk("batch", str(run.table), *SCHEME, "--assume", wish, "-o", str(run.folder / "none.csv"), code=2)
    assert found.stderr.count("\n") == 1
    assert not (run.folder / "none.csv").exists()


@pytest.mark.parametrize(
    "wishes",
    [
        ("--routine", "--assume", "kmt2a_r=no"),
        ("--assume", "modal_chromosomes=≥44 chromosomes", "--assume", "dna_index=≥0.81", "--assume", "testicular=no"),
    ],
    ids=["under its condition", "without"],
)
def test_the_report_works_out_what_the_record_holds(wishes: tuple[str, ...], tmp_path: Path) -> None:
    """From the table of results alone; the chromosomes are routine in B lineage only, which some rows do not tell."""
    table, out, kept = (str(tmp_path / name) for name in ("in.csv", "out.csv", "run.json"))
    lines = children().splitlines()[:50]
    Path(table).write_text("\n".join([*lines[:40], *(line.replace(",B,", ",,") for line in lines[40:])]) + "\n")
    risk("batch", table, *SCHEME, "-o", out, "--manifest", kept, *wishes)
    record = json.loads(Path(kept).read_text())["likely"]["cog-aall03b1"]["hang_on"]
    (found,) = json.loads(risk("report", out, "-f", "json").stdout)["likely"]
    assert found["row_not_as_its_cells"] is None
    entries = {entry["assumption"]: entry for entry in found["hang_on"] if entry["rows"]}
    assert set(entries) == set(record) >= {"modal_chromosomes=≥44 chromosomes", "dna_index=≥0.81", "testicular=absent"}
    for name, changes in record.items():
        for key in ("taken_back", "otherwise"):
            counts: dict[tuple[str, str | None], int] = {}
            for change in changes:
                pair = change["likely"], change[key]
                counts[pair] = counts.get(pair, 0) + change["rows"]
            told = {
                ("|".join(m["from"]), "|".join(m["to"]) if m["to"] else None): m["rows"] for m in entries[name][key]
            }
            assert told == counts
