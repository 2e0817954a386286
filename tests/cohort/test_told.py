"""What is told of a column beside its name counts as the name does: labels, descriptions, notes, headings."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.columns import Column, plans
from all_cli.cohort.dictionary import Dictionary, Field
from all_cli.cohort.redcap import read_dictionary
from all_cli.cohort.streams import InputError
from all_cli.cohort.tables import open_table
from all_cli.risk.library import risk_library


def planned(name: str, field: Field, **said: dict[str, str]) -> tuple[Column, str]:
    columns, problems = plans(
        [name], risk_library().vocabulary, said.get("mapping", {}), units=said.get("units"),
        dictionary=Dictionary({name.partition("___")[0]: field}),
    )  # fmt: skip
    return columns[0], "; ".join(map(str, problems))


@pytest.mark.parametrize(
    ("name", "label", "note", "reads"),
    [
        ("AGE", "Age", "Age at diagnosis in months", "age mo"),
        ("AGE", "Age in months at diagnosis", "", "age mo"),
        ("AGE", "Age", "Age at which the disease was first diagnosed, in days.", "age d"),
        ("age", "Wie alt in Monaten war das Kind?", "", "age mo"),
        ("age", "Age", "children of less than 12 months are 0", "age "),
        ("AGE", "Age", "Age in years at last birthday", "age y"),
        ("AGE", "Age", "Age at which a condition or disease was first diagnosed.", "age "),
        ("x1", "Age", "months", "age mo"),
        ("WBC", "WBC", "White blood cell count in cells per microliter", "wbc /ul"),
        ("WBC", "WBC", "Leukocytes [cells/µL] before treatment", "wbc cells/µL"),
        ("WBC", "WBC", "Count, 10^9/L, first of all", "wbc 10^9/L"),
        ("wbc", "White cells (/uL)", "WBC", "wbc /uL"),
        ("MRD", "MRD", "MRD at day 15 (%)", "mrd_d15 %"),
        ("MRD_PERCENT_DAY_29", "MRD Percentage Day 29", "MRD at day 29 (percentage)", "mrd_eoi %"),
        ("WBC", "WBC", "Peripheral white blood cell count at diagnosis in units of 10^9/L", "wbc 10^9/L"),
        ("MRD_DAY_29", "MRD", "Percentage of residual cells by flow", "mrd_eoi %"),
        ("wbc", "First count on the form", "", "wbc "),
        ("relapse_site", "Site of relapse", "", "relapse_site "),
    ],
)
def test_units_and_time_points_in_what_is_told_are_those_of_the_column(
    name: str, label: str, note: str, reads: str
) -> None:
    column, problems = planned(name, Field(label, (note,)))
    assert (problems, column.reads, column.unit) == ("", *reads.split(" ", 1))


@pytest.mark.parametrize(
    ("name", "field", "why"),
    [
        ("wbc", Field("WBC at relapse"), "another time"),
        ("wbc", Field("White cell count of the mother"), "another person"),
        ("wbc", Field("WBC", ("Count at last follow-up",)), "another time"),
        ("wbc", Field("Leucocitos en la recaída"), "another time"),
        ("WBC", Field("WBC", ("White blood cell count at the end of induction",)), "another time"),
        ("WBC", Field("WBC", ("White blood cells on day 8",)), "another time"),
        ("MRD_DAY_29", Field("MRD", ("Residual disease on day 15, by PCR",)), "another time"),
        ("dob", Field("Date of birth of the mother"), "another person"),
        ("dx_date", Field("Date of diagnosis", ("of the relapse",)), "another time"),
        ("wbc", Field("White cells", around=("At relapse", "labs")), "another time"),
        ("genetics___1", Field("Findings at relapse", (), (("1", "BCR::ABL1"),), True), "another time"),
        ("wbc", Field("WBC", ("relapse, first",)), "another time"),
        ("AGE", Field("Age", ("Current age",)), "another time"),
        ("AGE", Field("Age category"), "does not speak of the number itself"),
        ("WBC", Field("WBC", ("log10 of the count",)), "does not speak of the number itself"),
        ("WBC", Field("WBC > 50?"), "does not speak of the number itself"),
        ("AGE", Field("Age", ("WBC",)), '"Age" says age and "WBC" wbc'),
        ("wbc", Field("Hemoglobin", ("Age at diagnosis",)), '"wbc" says wbc and "Age at diagnosis" age'),
    ],
)
def test_a_column_that_is_told_to_be_something_else_is_not_read_and_that_is_said(
    name: str, field: Field, why: str
) -> None:
    column, problems = planned(name, field)
    assert (column.reads, problems) == ("-", "")
    assert why in column.aside
    assert f'--map "{name}=' in column.aside
    assert planned(name, field, mapping={name: "wbc"})[0].reads == "wbc"


def test_a_short_name_that_is_mapped_is_no_unit() -> None:
    for name in ("lk", "x", "Leuk"):
        columns, problems = plans([name], risk_library().vocabulary, {name: "wbc"})
        assert (columns[0].reads, columns[0].unit, problems) == ("wbc", "", [])


def test_a_heading_of_the_diagnosis_and_more_takes_nothing_back() -> None:
    assert planned("wbc", Field("White cells", around=("Diagnosis and relapse",)))[0].reads == "wbc"


@pytest.mark.parametrize(
    ("name", "field", "why"),
    [
        ("AGE_DAYS", Field("Age", ("Age at diagnosis in months",)), '"AGE_DAYS" says DAYS'),
        ("age", Field("Age in years, of infants in months"), "years"),
        ("WBC", Field("WBC (10^9/L)", ("cells/µL",)), '"cells/µL" says cells/µL'),
        ("weight", Field("Weight", ("lb",)), "cannot be made out"),
        ("WBC", Field("WBC", ("mg/dL",)), "cannot be made out"),
        ("WBC", Field("WBC", ("in 100 cells per microliter",)), "cannot be made out"),
    ],
)
def test_two_units_stop_a_run_until_one_is_said(name: str, field: Field, why: str) -> None:
    _, problems = planned(name, field)
    assert why.casefold() in problems.casefold()
    assert f'--unit "{name}=' in problems
    unit = {"age": "mo", "wbc": "/uL", "weight": "kg"}[name.casefold().removesuffix("_days")]
    assert planned(name, field, units={name: unit})[1] == ""


def cbioportal(label: str, description: str, name: str) -> str:
    return (
        f"#Patient Identifier\t{label}\n#Patient Identifier\t{description}\n#STRING\tNUMBER\n#1\t1\n"
        f"PATIENT_ID\t{name}\nP1\t48\nP2\t130\n"
    )


def test_the_lines_of_a_file_of_cbioportal_are_told_of_its_columns(tmp_path: Path) -> None:
    months, later = tmp_path / "months.txt", tmp_path / "later.txt"
    months.write_text(cbioportal("Diagnosis Age", "Age at diagnosis in months", "AGE"), "utf-8")
    later.write_text(cbioportal("Age", "Age at last follow-up", "AGE"), "utf-8")
    looked = CliRunner().invoke(app, ["columns", str(months)]).stdout
    assert "age, mo" in looked
    assert "48 → 4 y" in looked
    for command in (["columns"], ["batch", "--scheme", "nci-rome"]):
        result = CliRunner().invoke(app, [command[0], str(later), *command[1:]])
        said = " ".join((result.stdout + result.stderr).split())
        assert '"Age at last follow-up" speaks of another time; it is not read; --map "AGE=age" does' in said
    with pytest.raises(InputError, match='says of column "AGE"'), open_table([str(months), str(later)]) as table:
        list(table.rows())


def test_workbooks_and_files_of_statistics_programs_tell_it_too_also_beside_a_dictionary(tmp_path: Path) -> None:
    book, data, fields = tmp_path / "in.xlsx", tmp_path / "in.sav", tmp_path / "dictionary.csv"
    with xlsxwriter.Workbook(book) as workbook:
        sheet = workbook.add_worksheet()
        for row, cells in enumerate(line.split("\t") for line in cbioportal("Age", "in months", "AGE").splitlines()):
            sheet.write_row(row, 0, cells)
    files = [book]
    with suppress(ImportError):
        import pyreadstat

        pyreadstat.write_sav(
            pl.DataFrame({"AGE": [48, 130], "x": ["a", "b"]}), data, column_labels=["Months of age", ""]
        )
        files.append(data)
    fields.write_text("field_name,field_type,field_label,select_choices_or_calculations\nx,text,Site,\n", "utf-8")
    for file in files:
        for options in ([], ["--dictionary", str(fields)]):
            assert "48 → 4 y" in CliRunner().invoke(app, ["columns", str(file), *options]).stdout, (file, options)


def test_headings_of_a_dictionary_hold_until_the_next_form(tmp_path: Path) -> None:
    file = tmp_path / "dictionary.csv"
    file.write_text(
        "field_name,form_name,section_header,field_type,field_label,select_choices_or_calculations,field_note\n"
        "wbc,labs,Relapse,text,White cells,,\nage,labs,,text,Age,,\nlineage,course,,text,Lineage,,\n", "utf-8"
    )  # fmt: skip
    columns, _ = plans(["wbc", "age", "lineage"], risk_library().vocabulary, {}, dictionary=read_dictionary(str(file)))
    assert [column.reads for column in columns] == ["-", "-", "lineage"]
