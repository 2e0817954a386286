"""Column names as registries and cBioPortal write them: fact and unit, or left alone."""

from __future__ import annotations

import pytest
from folded import each

from all_cli.cohort.columns import BORN, DIAGNOSED, GENETICS, LEFT_ALONE, plan_columns, plans
from all_cli.cohort.headers import HeaderNames, known_unit
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.library import risk_library

FACTS = risk_library().vocabulary
NAMES = HeaderNames(FACTS)


@each(
    "header, fact, unit",
    [
        ("Age at Diagnosis in Days", "age", "d"), ("Diagnosis Age (days)", "age", "d"), ("AGE_IN_DAYS", "age", "d"),
        ("Age (years) at diagnosis", "age", "y"), ("age_at_diagnosis_months", "age", "mo"), ("Age, years", "age", "y"),
        ("AgeAtDiagnosis", "age", ""), ("AGE", "age", ""), ("Age at Dx (mo)", "age", "mo"),
        ("Cell of Origin", "lineage", ""), ("CELL_OF_ORIGIN", "lineage", ""), ("CellOfOrigin", "lineage", ""),
        ("Immunophenotype at diagnosis", "lineage", ""),
        ("WBC at Diagnosis", "wbc", ""), ("wbc count at diagnosis", "wbc", ""), ("WBC (x10^9/L)", "wbc", "x10^9/L"),
        ("WBC 10^9/L", "wbc", "10^9/L"), ("WBC/uL", "wbc", "/uL"), ("wbc_per_ul", "wbc", "/ul"),
        ("wbc_10e9_l", "wbc", "10e9/l"), ("WBC, K/µL", "wbc", "K/µL"), ("WBC (10³/mm³)", "wbc", "10³/mm³"),
        ("WBC (×10⁹/L)", "wbc", "×10⁹/L"), ("Leukocyte count [/mm3]", "wbc", "/mm3"),
        ("MRD Day 29", "mrd_eoi", ""), ("MRD EOI (%)", "mrd_eoi", "%"), ("MRD_PERCENT_DAY_29", "mrd_eoi", "%"),
        ("MRD (day 29) (%)", "mrd_eoi", "%"), ("mrd_eoi_percent", "mrd_eoi", "%"), ("MRDDay29", "mrd_eoi", ""),
        ("MRD at end of induction, %", "mrd_eoi", "%"), ("MRD D29 fraction", "mrd_eoi", "fraction"),
        ("MRD (day 8)", "mrd_d8_pb", ""), ("End of consolidation MRD (%)", "mrd_eoc", "%"),
        ("CNS Status at Diagnosis", "cns", ""), ("CNS_STATUS", "cns", ""),
        ("Karyotype", GENETICS, ""), ("Cytogenetics", GENETICS, ""), ("ISCN", GENETICS, ""),
        ("TRISOMY 4 10 Status", "double_trisomy", ""), ("TRISOMY_4_10", "double_trisomy", ""),
        ("Trisomies 4+10", "double_trisomy", ""),
        ("BCR-ABL1 Status", "bcr_abl1", ""), ("BCR_ABL1_STATUS", "bcr_abl1", ""), ("BCR::ABL1", "bcr_abl1", ""),
        ("BCR/ABL1", "bcr_abl1", ""), ("t(9;22)", "bcr_abl1", ""), ("t(9;22) status", "bcr_abl1", ""),
        ("MLL Status", "kmt2a_r", ""), ("MLL_STATUS", "kmt2a_r", ""), ("KMT2A status", "kmt2a_r", ""),
        ("TCF3-PBX1 Status", "tcf3_pbx1", ""), ("ETV6-RUNX1 Status", "etv6_runx1", ""),
        ("ETV6_RUNX1_FUSION_STATUS", "etv6_runx1", ""), ("ETV6::RUNX1 fusion", "etv6_runx1", ""),
        ("DNA Index", "dna_index", ""), ("Down syndrome status", "down_syndrome", ""), ("Gender at dx", "sex", ""),
        ("LDH at diagnosis (U/L)", "ldh", "U/L"), ("Day 8 blasts (/uL)", "d8_blasts", "/uL"),
        ("Date of Birth", BORN, ""), ("DOB", BORN, ""), ("Date of diagnosis", DIAGNOSED, ""),
        ("dx_date", DIAGNOSED, ""),
        ("\ufeffWBC", "wbc", ""),
    ],
)  # fmt: skip
def test_names_that_registries_use(header: str, fact: str, unit: str) -> None:
    reads, written = NAMES.find(header)
    assert reads == fact
    assert (known_unit(FACTS[fact], written) if written else "") == unit


@pytest.mark.parametrize(
    "header",
    [
        "", "id", "page", "manage", "wbcs", "age group", "Age at relapse", "Year of diagnosis", "WBC day 8",
        "WBC at relapse",
        "Overall survival (days)", "PAX5 fusion", "MRD status day 29 lab", "Molecular subtype", "outcome", "Ph+",
        "MRD Day 30", "KMT2A deletion", "MRD at relapse", "CNS relapse", "age of mother", "IKZF1 fusion",
    ],
)  # fmt: skip
def test_names_that_only_resemble_one_are_left_alone(header: str) -> None:
    assert NAMES.find(header) == ("", "")


def test_a_header_that_holds_or_resembles_a_name_is_told() -> None:
    assert NAMES.close("WBC at relapse") == "wbc"
    assert NAMES.close("agee") == "age"
    assert NAMES.close("Patient") == ""
    assert NAMES.close("note") == ""


def test_what_happened_at_relapse_is_not_what_was_at_diagnosis() -> None:
    """ "at diagnosis" may only be dropped from facts that are of the diagnosis."""
    assert NAMES.find("relapse site at diagnosis") == ("", "")
    assert NAMES.find("sex at diagnosis") == ("sex", "")


# --- units ------------------------------------------------------------------------------------------------------------


def planned(header: str, **options: object) -> str:
    return str(plan_columns([header], FACTS, {}, **options)[0])  # type: ignore[arg-type]


def test_a_unit_by_option_goes_before_the_one_in_the_name() -> None:
    assert planned("WBC", units={"WBC": "/uL"}) == 'wbc from "WBC" in /uL'
    assert planned("MRD (%)", units={"MRD (%)": "fraction"}) == 'mrd_eoi from "MRD (%)" in fraction'
    assert planned("Age", units={"Age": "days"}) == 'age from "Age" in d'


@pytest.mark.parametrize(
    ("header", "units", "why"),
    [
        ("WBC", {"WBC": "furlong"}, '"furlong" is not a unit of wbc; its units: e9/l'),
        ("WBC", {"wbc": "/uL"}, 'no column is called that — did you mean "WBC"'),
        ("CNS", {"CNS": "%"}, "it is read as cns, which has no unit"),
        ("note", {"note": "%"}, "it is left alone; --map it"),
        ("Age", {"Age": "%"}, '"%" is not a unit of age; its units: y, mo, w, d'),
    ],
)  # fmt: skip
def test_a_unit_that_does_not_fit_is_refused(header: str, units: dict[str, str], why: str) -> None:
    with pytest.raises(UnreadableError) as error:
        plan_columns([header], FACTS, {}, units=units)
    assert why in str(error.value)


def test_brackets_that_hold_no_unit_are_refused_with_a_way_that_works() -> None:
    with pytest.raises(UnreadableError, match=r'say --unit "WBC \(foo\)=UNIT"'):
        plan_columns(["WBC (foo)"], FACTS, {})
    assert plan_columns(["WBC (foo)"], FACTS, {}, units={"WBC (foo)": "/uL"})[0].unit == "/uL"
    with pytest.raises(UnreadableError, match=r'say --map "DNA index \(lab 2\)=dna_index"'):
        plan_columns(["DNA index (lab 2)"], FACTS, {})
    assert plan_columns(["DNA index (lab 2)"], FACTS, {"DNA index (lab 2)": "dna_index"})[0].unit == ""


# --- plans ------------------------------------------------------------------------------------------------------------


def test_a_plan_says_everything_that_stands_in_the_way_at_once() -> None:
    header = ["age", "Age (years)", "WBC [furlong]", "DOB", "x"]
    columns, problems = plans(header, FACTS, {"y": "age", "x": "agee", "DOB": "born"})
    said = "\n".join(map(str, problems))
    assert len(columns) == 5
    assert columns[4].reads == LEFT_ALONE
    for part in (
        "no column is called that",
        "no fact is called that",
        "both read as age",
        "furlong",
        "needs both dates",
    ):
        assert part in said


def test_decimal_and_dates_reach_only_the_columns_they_speak_of() -> None:
    header = ["age", "DOB", "dx date", "lineage", "note"]
    columns = plan_columns(header, FACTS, {}, decimal="comma", date_order="dmy")
    assert [column.decimal for column in columns] == ["comma", "", "", "", ""]
    assert [column.date_order for column in columns] == ["", "dmy", "dmy", "", ""]
