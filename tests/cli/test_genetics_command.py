"""all-risk genetics: every span is shown, and the exit code says whether all was understood."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app

RUNNER = CliRunner()


def shown(*arguments: str, code: int = 0, stdin: str | None = None) -> str:
    result = RUNNER.invoke(app, ["genetics", *arguments], input=stdin)
    assert result.exit_code == code, result.output
    return result.stdout


def data(text: str, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shown(text, "--format", "json", code=code))
    assert found["schema_version"] == 1
    assert found["text"] == text
    return found


def test_a_karyotype_is_shown_with_its_number_and_every_abnormality() -> None:
    found = data("54,XX,+X,+4,+6,+10,+14,+17,+18,+21[15]/46,XX[5]")
    assert found["understood"] is True
    assert [span["text"] for span in found["spans"]][1:] == ["+X", "+4", "+6", "+10", "+14", "+17", "+18", "+21"]
    assert found["facts"]["modal_chromosomes"] == "54 chromosomes"
    assert found["facts"]["double_trisomy"] == found["facts"]["triple_trisomy"] == "present"


def test_what_was_not_understood_comes_after_everything_else_and_the_exit_code_is_2() -> None:
    found = data("Ph+, frobnicate, 46,XX,del(6)(q21),bar(3)[9]", code=2)
    assert found["understood"] is False
    assert [span["text"] for span in found["spans"] if not span["understood"]] == ["frobnicate", "bar(3)"]
    assert found["facts"].items() >= {"bcr_abl1": "present", "del_6q": "present"}.items()
    plain = shown("Ph+, frobnicate, iAMP21", "--format", "plain", code=2)
    assert "iamp21 present" in plain
    assert 'genetics "frobnicate": not recognised' in plain.split("Not understood")[1]


def test_two_spans_that_contradict_each_other_are_an_error_after_both_were_shown() -> None:
    found = data("Ph+, BCR-ABL1 negative", code=2)
    assert all(span["understood"] for span in found["spans"])
    assert "both cannot be true" in found["conflict"]


@pytest.mark.parametrize("text", ["-7", "=+21", "12;21", "99,XX", "KMT2A deletion", "Dec-21"])
def test_what_is_no_finding_is_refused(text: str) -> None:
    found = data(text, code=2)
    assert found["facts"] == {}


@pytest.mark.parametrize("text", ["failed culture", "?t(9;22)", "46,XY[8]", "nuc ish(RUNX1x5)[90/100]"])
def test_what_settles_nothing_is_understood_and_says_so(text: str) -> None:
    (span, *_) = data(text)["spans"]
    assert span["findings"] == []
    assert "nothing is" in span["note"]


def test_every_character_of_the_input_stands_in_some_span() -> None:
    text = "46,XY,t(9;22)(q34;q11.2)[12]/46,XY[8]; IKZF1 deletion; [cp18] and [/x]"
    plain = shown(text, "--format", "plain", code=2)
    for part in ("t(9;22)(q34;q11.2)", "IKZF1 deletion", "[cp18] and [/x]"):
        assert part in plain
    assert "[cp18] and [/x]" in shown(text, "--format", "table", "--color", "never", code=2)


def test_complex_karyotype_is_cited() -> None:
    plain = shown("46,XX,del(1)(p22),add(2)(q37),del(3)(q21),add(5)(q35),i(18)(q10)[9]", "--format", "plain")
    assert "complex_karyotype" in plain
    assert "Moorman AV" in plain


def test_a_report_of_several_lines_is_read_from_standard_input() -> None:
    text = "karyotype: 46,XX,t(12;21)(p13;q22)[9]/\n46,XX[11]\nnuc ish(ETV6x2,RUNX1x3)(ETV6 con RUNX1x1)[90/100]\n"
    found = json.loads(shown("-", "--format", "json", stdin=text))
    assert found["facts"]["etv6_runx1"] == "present"


def test_none_is_the_whole_panel() -> None:
    assert "absent" in shown("none", "--format", "plain")
    assert len(data("none")["spans"][0]["findings"]) > 50


def test_classify_says_what_a_karyotype_leaves_open() -> None:
    result = RUNNER.invoke(
        app, ["classify", "--age", "7", "--wbc", "9", "--lineage", "B", "--genetics", "46,XX,?t(9;22)(q34;q11)[8]"]
    )
    assert result.exit_code == 0
    assert "marked uncertain" in result.stdout


@pytest.mark.parametrize("text", ["t(9;22)", "t(4;11)", "iAMP21"])
def test_what_is_listed_as_unfavourable_is_called_so_whatever_is_not_known(text: str) -> None:
    (line,) = (line for line in shown(text).splitlines() if "cog-genetics" in line)
    assert "Unfavourable genetics; whether it counts beside ETV6::RUNX1, double trisomy 4 and 10 is not said" in line
    assert "or Favourable" not in line
    assert "Unfavourable genetics (COG" in shown(f"{text}, otherwise none")
