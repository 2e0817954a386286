"""Clinical files of cBioPortal are read below their comment lines, and results are written as such a file."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from all_cli.cli.risk import app
from all_cli.cohort.tables import open_table

LINES = [
    "#Patient Identifier\tSex\tDiagnosis Age\tWBC\tCell of tumor origin",
    "#Patient Identifier\tSex\tAge at diagnosis\tWhite blood cell count\tOrigin",
    "#STRING\tSTRING\tNUMBER\tNUMBER\tSTRING",
    "#1\t1\t1\t1\t1",
    "PATIENT_ID\tSEX\tAGE\tWBC\tCELL_OF_TUMOR_ORIGIN",
    "P-001\tMale\t4\t12.4\tB-Precursor",
    "P-002\tFemale\t12\t88\tT Cell ALL",
]


def batch(text: str, *options: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["batch", "-", "--scheme", "nci-rome", *options], input=text)
    assert result.exit_code == code, result.stderr
    return result


def test_results_go_back_as_such_a_file_with_its_own_lines_above(tmp_path: Path) -> None:
    target = tmp_path / "data_clinical_patient.txt"
    batch("\n".join(LINES) + "\n", "--format", "cbioportal", "-o", str(target))
    back = [line.split("\t") for line in target.read_text(encoding="utf-8").splitlines()]
    assert ["\t".join(line[:5]) for line in back] == LINES
    assert {len(line) for line in back} == {11}
    added = list(zip(*back, strict=True))[5:]
    assert added[0][:5] == ("nci-rome status", "status under nci-rome, by all-risk", "STRING", "1", "NCI_ROME_STATUS")
    assert [column[3] for column in added] == ["1", "1", "0", "0", "0", "0"]
    assert added[1][4:] == ("NCI_ROME_GROUP", "standard", "")
    with open_table([str(target)]) as table:  # and it reads as one
        assert table.header == back[4]
        assert sum(part.frame.height for part in table.rows()) == 2


def test_any_table_with_an_id_can_become_one() -> None:
    text = "case no.;age;wbc;lineage\n1;4;12;B\n"
    lines = batch(text, "--format", "cbioportal", "--id", "case no.").stdout.splitlines()
    assert [line.split("\t")[:2] for line in lines] == [
        *[["#case no.", "age"]] * 2, ["#STRING", "STRING"], ["#1", "1"], ["PATIENT_ID", "AGE"], ["1", "4"],
    ]  # fmt: skip
    assert "--id" in batch(text, "--format", "cbioportal", code=2).stderr
    assert "one row per patient" in batch(text, "--format", "cbioportal", "--form", "long", code=2).stderr


def test_lines_above_that_are_no_such_lines_are_not_taken_for_them() -> None:
    lines = batch("# exported 2024\npatient_id,age\n1,4\n", "--format", "cbioportal").stdout.splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("#patient_id\tage\t")


def test_results_in_such_a_file_are_known_and_replaced(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    table = "PATIENT_ID,AGE,WBC,LINEAGE\nP1,5,12,B\n"
    as_file = ["--format", "cbioportal", "-o"]
    assert CliRunner().invoke(app, ["batch", "-", *as_file, str(first)], input=table).exit_code == 0
    again = CliRunner().invoke(app, ["batch", str(first), *as_file, str(second)])
    assert again.exit_code != 0
    assert "--replace" in again.stderr
    assert CliRunner().invoke(app, ["batch", str(first), *as_file, str(second), "--replace"]).exit_code == 0
    assert second.read_text() == first.read_text()
