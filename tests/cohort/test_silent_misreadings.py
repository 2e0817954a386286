"""Tables that were misread without a word: each is read as it is meant, refused naming both readings, or said.

The tables beside this file are cut down from such as were met; names and numbers are made up.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import polars as pl
import pytest
import yaml
from typer.testing import CliRunner, Result

from all_cli import UnreadableError, classify_frame
from all_cli.cli.risk import app

RUNNER = CliRunner()
TABLES = Path(__file__).with_name("tables")


def run(command: str, *arguments: str, input: str | None = None) -> Result:
    result = RUNNER.invoke(app, [command, *arguments], input=input)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def batch(table: str, *options: str, scheme: str = "nci-rome") -> tuple[Result, list[dict[str, str]]]:
    """What a batch says of a table, and its rows."""
    result = run("batch", str(TABLES / table), "--scheme", scheme, *options)
    sign = ";" if ";" in result.stdout.partition("\n")[0] else ","
    return result, list(csv.DictReader(io.StringIO(result.stdout), delimiter=sign))


def groups(rows: list[dict[str, str]], scheme: str = "nci-rome") -> list[str]:
    return [row[f"{scheme}.group"] or row[f"{scheme}.status"] for row in rows]


def shown(table: str, *options: str) -> dict[str, dict[str, object]]:
    """What ``columns`` says, by column."""
    result = run("columns", str(TABLES / table), "--format", "json", *options)
    return {str(column["column"]): column for column in json.loads(result.stdout)["columns"]}


def in_the_way(table: str, *options: str) -> list[str]:
    result = run("columns", str(TABLES / table), "--format", "json", *options)
    found: list[str] = json.loads(result.stdout)["problems"]
    return found


def test_columns_and_batch_say_the_same_of_every_table(tmp_path: Path) -> None:
    """What stops a batch stands in the way under columns, and what it doubts stands among the doubts there."""
    for table in sorted(TABLES.iterdir()):
        out = tmp_path / "out.csv"
        result = run("batch", str(table), "--scheme", "nci-rome", "-o", str(out))
        if result.exit_code == 3:
            assert run("columns", str(table)).stderr == result.stderr
            continue
        problems = in_the_way(table.name)
        doubts = [
            f'"{name}": {doubt}' for name, column in shown(table.name).items() for doubt in column["doubts"]  # type: ignore[attr-defined]
        ]  # fmt: skip
        if problems:
            assert result.exit_code == 2
            assert result.stderr.strip().splitlines() == problems
            assert not out.exists()
            continue
        said = [line.strip() for line in result.stderr.splitlines()]
        repeated = [doubt for doubt in doubts if " in several rows of " in doubt]
        assert all(doubt.partition(": ")[2] in said for doubt in repeated)
        doubts = [doubt for doubt in doubts if doubt not in repeated]
        told = [doubt for doubt in doubts if ": look again, " not in doubt]
        assert [line.removeprefix("doubtful: ") for line in said if line.startswith("doubtful: ")] == told
        again = [line for line in said if line.startswith("look again at ")]
        assert len(again) == len(doubts) - len(told)


def test_thousands_points_are_refused_with_both_readings_until_the_sign_is_said() -> None:
    result, rows = batch("thousands.csv")
    assert groups(rows) == ["indeterminate"] * 3
    assert "310 or 310000 /µl?" in rows[0]["nci-rome.reason"]
    assert result.exit_code == 1
    _, rows = batch("thousands.csv", "--decimal", "comma")
    assert groups(rows) == ["high", "high", "standard"]


def test_a_power_of_ten_that_can_be_two_numbers_is_refused_and_day_19_is_said() -> None:
    result, rows = batch("powers-of-ten.csv", scheme="mrd-cog")
    assert groups(rows, "mrd-cog") == ["indeterminate", "negative", "indeterminate"]
    assert "<0.1% or <0.01%?" in rows[0]["mrd-cog.reason"]
    assert "0.5% or 0.05%?" in rows[2]["mrd-cog.reason"]
    assert '"MRD day 19": day 19 is read as mrd_d15, which is day 15' in result.stderr


@pytest.mark.parametrize(("cell", "readings"), [("10^-3", "0.001% or 0.1%?"), ("1e-3", "0.001% or 0.1%?")])
def test_a_power_of_ten_under_a_percent_header_is_refused_with_both_readings(cell: str, readings: str) -> None:
    result = run("batch", "-", "--scheme", "mrd-cog", input=f"age,lineage,MRD EOI (%)\n4,B,{cell}\n")
    assert readings in result.stdout


def test_the_advice_for_one_odd_count_leaves_the_right_ones_right() -> None:
    result, rows = batch("unit-advice.csv")
    assert groups(rows) == ["high", "high", "standard", "indeterminate", "high"]
    assert '--unit "wbc=/uL"' not in result.stderr
    assert 'say --unit "wbc=10^9/L"' in result.stderr
    followed, rows = batch("unit-advice.csv", "--unit", "wbc=10^9/L")
    assert groups(rows) == ["high", "high", "standard", "high", "high"]
    assert followed.exit_code == 0


def test_a_column_of_counts_is_one_unit_and_the_odd_cell_stops_the_run() -> None:
    result, rows = batch("mixed-units.csv")
    assert (result.exit_code, rows, result.stdout) == (2, [], "")
    assert "950 can be 950 or 0.95 ×10⁹/L" in result.stderr
    assert 'Say --unit "wbc=/uL"' in result.stderr
    followed, rows = batch("mixed-units.csv", "--unit", "wbc=/uL")
    assert groups(rows) == ["standard", "high", "standard", "standard"]
    assert followed.exit_code == 0


def test_codes_for_missing_stop_the_run_until_a_map_file_says_what_they_are(tmp_path: Path) -> None:
    result, _ = batch("missing-codes.csv")
    assert result.exit_code == 2
    for part in ('"age": 99 (1 cell)', '"wbc": 999 (3 cells)', '"mrd_eoi_pct": 999 (1 cell), -9 (1 cell), 99 (1 cell)'):
        assert part in result.stderr
    path = tmp_path / "map.yaml"
    advised = re.findall(r"columns: (\{.*\}\}\}), or", result.stderr)
    path.write_text(yaml.safe_dump({"columns": {k: v for text in advised for k, v in yaml.safe_load(text).items()}}))
    followed, rows = batch("missing-codes.csv", "--map-file", str(path))
    assert [row["nci-rome.status"] for row in rows][:1] == ["assigned"]
    assert "999" not in followed.stderr
    assert rows[3]["nci-rome.possible"] == "standard|high"


def test_none_in_a_table_is_not_known_and_normal_is_a_finding() -> None:
    column = shown("none-karyotype.csv")["Karyotype"]
    assert column["unknown"] == 14
    result, rows = batch("none-karyotype.csv", scheme="cog-aall1731")
    by_cell = {row["Karyotype"]: row for row in rows}
    for cell in ("None", "none", "NaN", "null", "NULL", "<NA>", "nan"):
        assert "modal_chromosomes" in by_cell[cell]["cog-aall1731.missing"].split("|"), cell
        assert by_cell[cell]["cog-aall1731.possible"] == by_cell["Not done"]["cog-aall1731.possible"], cell
    for cell in ("46,XX[20]", "Normal"):
        assert "modal_chromosomes" not in by_cell[cell]["cog-aall1731.missing"].split("|"), cell
    assert '"None" (2 cells) is read as not known' in result.stderr


def test_a_map_gives_none_its_meaning(tmp_path: Path) -> None:
    path = tmp_path / "map.yaml"
    path.write_text('columns: {Karyotype: {fact: genetics, values: {"None": nothing found}}}\n')
    _, rows = batch("none-karyotype.csv", "--map-file", str(path), scheme="cog-aall1731")
    assert "bcr_abl1" not in rows[0]["cog-aall1731.missing"]


def test_a_risk_group_is_left_alone_and_to_be_compared() -> None:
    result, rows = batch("risk-group.csv")
    assert groups(rows) == ["standard", "high", "standard"]
    assert '"Risk group": a risk group that somebody gave is not read; compare it with the result' in result.stderr


def test_the_finer_of_two_ages_that_agree_is_taken_and_said() -> None:
    result, rows = batch("two-ages.csv")
    assert groups(rows) == ["standard", "high", "not-applicable"]
    assert '"Diagnosis Age (days)" tells it more finely and is taken' in result.stderr
    columns = shown("two-ages.csv")
    assert columns["Cell of tumor origin"]["reads"] == "lineage"
    assert (columns["MRD Percentage Day 29"]["reads"], columns["MRD Percentage Day 29"]["unit"]) == ("mrd_eoi", "%")


def test_two_ages_that_do_not_agree_contradict_each_other() -> None:
    result = run("batch", "-", "--scheme", "nci-rome", input="age,Age (days),wbc,lineage\n4,3412,5,B\n9,3412,5,B\n")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert groups(rows) == ["invalid", "standard"]
    assert "both cannot be true" in rows[0]["nci-rome.reason"]


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_percent_format_is_the_unit_of_its_cell(form: str) -> None:
    _, rows = batch(f"percent-cells.{form}", scheme="mrd-cog")
    assert rows[0]["MRD EOI (%)"] == "0.05%"
    expected = ["positive", "positive", "negative", "positive"]
    assert groups(rows, "mrd-cog") == expected[: len(rows)]


def test_a_repeated_key_spoils_its_line_and_says_why() -> None:
    result, rows = batch("repeated-key.ndjson")
    assert groups(rows) == ["invalid", "indeterminate"] or groups(rows) == ["invalid", "standard"]
    assert 'the key "age" stands in the line more than once' in rows[0]["nci-rome.reason"]
    assert result.exit_code == 1


@pytest.mark.parametrize("line", ['{"age":7,"age":7}', '{"note":1,"age":7,"note":2}'])
def test_any_key_twice_spoils_a_line_be_it_read_or_not(line: str) -> None:
    result = run("batch", "-", "--input-format", "ndjson", "--scheme", "nci-rome", input=line + "\n")
    assert "more than once" in result.stderr


def test_rows_that_a_reader_cannot_give_end_the_run_and_the_column_is_named(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = run("batch", str(TABLES / "decimal256.arrow"), "-o", str(out))
    assert result.exit_code == 3
    assert 'column "creat"' in result.stderr
    assert not out.exists()


def test_fewer_rows_than_a_file_says_it_has_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, out = tmp_path / "in.parquet", tmp_path / "out.csv"
    pl.DataFrame({"age": [1, 2, 3], "wbc": [5, 5, 5]}).write_parquet(path)

    def ends_early(frame: pl.LazyFrame, **options: object) -> list[pl.DataFrame]:
        return [frame.head(1).collect()]

    monkeypatch.setattr(pl.LazyFrame, "collect_batches", ends_early)
    result = run("batch", str(path), "-o", str(out))
    assert result.exit_code == 3
    assert "only 1 of its 3 rows could be read" in result.stderr
    assert not out.exists()


# --- frames and the ways a table comes in -----------------------------------------------------------------------------


def test_a_frame_in_python_is_stopped_by_the_same_doubt() -> None:
    frame = pl.DataFrame({"age": [4, 5, 5], "wbc": [12400, 88000, 950], "lineage": ["B"] * 3})
    with pytest.raises(UnreadableError) as caught:
        classify_frame(frame, schemes="nci-rome")
    assert "950 can be 950 or 0.95 ×10⁹/L" in str(caught.value)
    assert 'units={"wbc": "/uL"}' in str(caught.value)
    found = classify_frame(frame, schemes="nci-rome", units={"wbc": "/uL"})
    assert found["nci-rome.group"].to_list() == ["standard", "high", "standard"]


def test_a_doubt_that_comes_late_in_a_long_table_leaves_no_output(tmp_path: Path) -> None:
    """The odd cell stands in another stretch of rows than the cells that it does not agree with."""
    path, out = tmp_path / "in.parquet", tmp_path / "out.csv"
    pl.DataFrame({"wbc": ["12400"] * 400_000 + ["950"], "age": 4, "lineage": "B"}).write_parquet(path)
    result = run("batch", str(path), "-o", str(out))
    assert result.exit_code == 2
    assert "950 can be 950 or 0.95" in result.stderr
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("many", [3, 5000])
def test_numbers_by_the_thousand_are_read_as_few_are(many: int) -> None:
    """Of many plain numbers only a few are read; one with two readings is never among those that are not."""
    pairs = "".join(f"4,{3000 + n},B\n4,{n % 900 + 1}.{n % 900 + 100},B\n" for n in range(many))
    table = f"age,WBC (/µl),lineage\n{pairs}"
    result = run("batch", "-", "--scheme", "nci-rome", "--unit", "WBC (/µl)=/uL", input=table)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {row["nci-rome.status"] for row in rows[::2]} == {"assigned"}
    assert {row["nci-rome.status"] for row in rows[1::2]} == {"indeterminate"}
    assert "? Write the number without a point" in rows[1]["nci-rome.reason"]


def test_one_number_of_two_readings_among_thousands_of_plain_ones_is_found() -> None:
    counts = [*map(str, range(101, 1000)), "700.125", *map(str, range(3000, 6000))]
    table = "age,WBC (/µl),lineage\n" + "".join(f"4,{count},B\n" for count in counts)
    result = run("batch", "-", "--scheme", "nci-rome", "--unit", "WBC (/µl)=/uL", input=table)
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["WBC (/µl)"] for row in rows if row["nci-rome.status"] == "indeterminate"] == ["700.125"]
