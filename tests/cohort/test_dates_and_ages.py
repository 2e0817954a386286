"""Two dates, and an age beside them: which of the cells is blamed, and which is taken where others say nothing."""

from __future__ import annotations

import csv
import io
import json

from typer.testing import CliRunner, Result

from all_cli.cli.risk import app


def batch(table: str) -> Result:
    return CliRunner().invoke(app, ["batch", "-", "--scheme", "nci-rome"], input=table)


def rows(result: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_a_run_and_columns_blame_the_same_cells_of_two_dates() -> None:
    table = (
        "born,diagnosed,wbc,lineage\n2015-02-30,2020-01-01,4,B\n2015-01-30,soon,60,T\nlong ago,soon,6,B\n,soon,6,B\n"
    )
    result = batch(table)
    assert '  unread: "born" 2 cells, first row 1 (line 2): value "2015-02-30"' in result.stderr
    assert '  unread: "diagnosed" 3 cells, first row 2 (line 3): value "soon"' in result.stderr
    both = rows(result)[2]["nci-rome.reason"]
    assert both.startswith('unreadable: column "born", value "long ago": not a date')
    assert '; column "diagnosed", value "soon": not a date' in both
    looked = json.loads(CliRunner().invoke(app, ["columns", "-", "--format", "json"], input=table).stdout)
    assert [column["unreadable"] for column in looked["columns"][:2]] == [2, 3]


def test_an_age_beside_finer_columns_counts_as_it_is_where_they_say_nothing() -> None:
    dated = (
        "born,diagnosed,age,wbc,lineage\n,,9,4,B\n,,10,4,B\n2015-02-30,2020-01-01,9,4,B\n2010-01-01,2019-12-01,9,4,B\n"
    )
    dated += "2010-01-01,2020-06-01,10,4,B\n2010-01-01,2020-06-01,7,4,B\n,2020-01-01,<1,4,B\n"
    found = rows(batch(dated))
    assert [row["nci-rome.group"] for row in found] == ["standard", "high", "standard", "standard", "high", "", ""]
    assert found[5]["nci-rome.status"] == "invalid"
    plain = rows(batch("age,wbc,lineage\n9,4,B\n10,4,B\n<1,4,B\n"))
    kept = ("status", "group", "possible", "rule", "missing")
    for dated_row, own in ((found[0], plain[0]), (found[1], plain[1]), (found[6], plain[2])):
        assert [dated_row[f"nci-rome.{name}"] for name in kept] == [own[f"nci-rome.{name}"] for name in kept]
    three = "Age (days),Age (months),Age (years),wbc,lineage\n,119,10,4,B\n,121,10,4,B\n,,10,4,B\n3700,121,10,4,B\n"
    assert [row["nci-rome.group"] for row in rows(batch(three))] == ["standard", "high", "high", "high"]
