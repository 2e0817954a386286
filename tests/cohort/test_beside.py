"""A column that nobody reads can say how others are meant: its unit, its sign, its time, the disease of its rows."""

from __future__ import annotations

import json

import polars as pl
import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.columns import plans
from all_cli.cohort.dictionary import Dictionary, Field
from all_cli.cohort.doubts import DoubtfulError, refuse_doubtful
from all_cli.cohort.inspect import inspect_table
from all_cli.cohort.kernel import Plan
from all_cli.cohort.rows import Rows
from all_cli.risk.library import risk_library

LIBRARY = risk_library()
FACTS = LIBRARY.vocabulary


def stopped(table: str, **options: dict[str, str]) -> str:
    """What stops a batch of a table, and the same under ``columns``; empty if nothing does."""
    header, *rows = (line.split(",") for line in table.strip().splitlines())
    frame = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String), orient="row")
    columns, problems = plans(header, FACTS, options.get("mapping", {}), units=options.get("units"))
    assert not problems
    looked = inspect_table(columns, [Rows(frame)], FACTS).problems
    kernel = Plan(tuple(columns), ("nci-rome",)).kernel(LIBRARY)
    kernel.classify(frame)
    try:
        refuse_doubtful(columns, FACTS, kernel.evidence())
    except DoubtfulError as error:
        assert str(error).splitlines() == looked
        return str(error)
    assert not looked
    return ""


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("age years,age months\n4,6\n1,6\n1,11", "age years=-"),
        ("Alter Jahre,Alter Monate\n4,6", "Alter Monate=-"),
        ("age years,age days\n4,60", "fewer days here than the years"),
        ("age (years),age weeks,age days\n4,10,3", "all of the age?"),
        ("age years,age months\n1,18\n0,11\n4,55", ""),
        ("age years,age months\n4,\n,6\n0,11", ""),
        ("age years,age months\n1,18\n1,11", ""),
        ("age,age_unit\n4,years\n6,months", "write each unit into its cell"),
        ("age,Unit\n6,months", '--unit "age=mo"'),
        ("age,Unit\n6,years", ""),
        ("age,hb,Unit\n6,9,g/dL", ""),
        ("age,hb,hb_unit\n6,9,months", ""),
        ("Alter,Einheit\n6,Monate", '--unit "Alter=mo"'),
        ("age,wbc,age_type\n4,5,Y\n5,5,M", '"M" (1 cell)'),
        ("age,sex,age_type\n4,m,adult\n5,f,child", ""),
        ("wbc,wbc_unit\n900,/uL", '--unit "wbc=/uL"'),
        ("wbc,wbc_unit\n90,10^9/L\n30,NA", ""),
        ("wbc (/uL),wbc unit\n900,cells/uL", ""),
        ("mrd_eoi (%),mrd_eoi_operator\n0.01,<\n0.2,=", '"<" (1 cell)'),
        ("mrd_eoi_prefix,mrd_eoi (%)\n<,0.01", "mrd_eoi_prefix=-"),
        ("sign,mrd_eoi (%)\n=,0.01\n=,1", ""),
        ("x,mrd_eoi (%),y\na,0.01,less than\nb,1,", "would be read without them"),
        ("crp_operator,crp,wbc\n<,5,12", ""),
        ("timepoint,MRD (%)\nD78,0.001", '"MRD (%)" would be read as mrd_eoi'),
        ("timepoint,MRD (%)\nDay 33,0.001", ""),
        ("timepoint,MRD (%)\nDay 33,0.001\nDay 78,0.001", "timepoint=-"),
        ("time point,MRD (%)\n2,0.001", "time point=-"),
        ("day,MRD (%)\n15,0.001", '"15" (1 cell)'),
        ("timepoint,wbc\nDay 33,4", "keep the rows that are meant"),
        ("timepoint,wbc\nDay 0,4\ndiagnosis,3\nscreening,3", ""),
        ("Zeitpunkt,wbc\nErstdiagnose,4\nRezidiv,3", '"Rezidiv" (1 cell)'),
        ("redcap_event_name,wbc\nbaseline_arm_1,4\nrelapse_arm_1,3", '"relapse_arm_1" (1 cell)'),
        ("sample_type,wbc\nRemission,4\nNormal donor,3\nDiagnosis,3", '"Normal donor" (1 cell), "Remission" (1 cell)'),
        ("origin,wbc\nDiagnosis,4\nRelapse,3", "origin=-"),
        ("First Event,wbc\nRelapse,4\nNone,3\nDeath,3", ""),
        ("event,wbc\nRelapse,4\nCensored,3", ""),
        ("sample_type,wbc\nBone marrow,4\nBlood,3", ""),
        ("disease,wbc\nB-ALL,4\nAML,3\nBurkitt lymphoma,3", '"AML" (1 cell), "Burkitt lymphoma" (1 cell)'),
        ("diagnosis,wbc\nT-ALL,4\nLymphoblastic lymphoma,3\nPre-B,3", ""),
        ("disease,hospital\nAML,4", ""),
        ("sample,wbc\nD001,4\nD015,3", ""),
        ("sample_type,wbc\nPrimary Blood Derived Cancer - Bone Marrow,4\nBlood Derived Normal,3", "Derived Normal"),
        ("subtype,wbc\nPre-B,4\nNormal,3", ""),
    ],
)
def test_what_stands_beside_stops_a_run_only_where_it_says_otherwise(table: str, says: str) -> None:
    found = stopped(table)
    assert says in found if says else not found


def test_what_the_sentence_names_settles_it() -> None:
    assert not stopped("age,Unit\n6,months", units={"age": "mo"})
    assert not stopped("age,age_unit\n6,months\n5,years", mapping={"age_unit": "-"})
    assert not stopped("age years,age months\n4,6", mapping={"age months": "-"})
    assert not stopped("age years,age months\n4,6", mapping={"age years": "-"})
    assert not stopped("timepoint,MRD (%)\nD78,0.001", mapping={"timepoint": "-"})


def test_a_unit_far_down_a_long_table_is_seen() -> None:
    rows = "4,years\n" * 1500 + "6,months\n"
    assert '"months" (1 cell)' in stopped(f"age,age_unit\n{rows}")


def test_batch_stops_and_columns_says_the_same() -> None:
    text = "id,age,age_unit\n1,4,years\n2,6,months\n"
    result = CliRunner().invoke(app, ["batch", "-"], input=text)
    looked = CliRunner().invoke(app, ["columns", "-", "--format", "json"], input=text)
    assert (result.exit_code, result.stdout, looked.exit_code) == (2, "", 1)
    assert json.loads(looked.stdout)["problems"] == result.stderr.splitlines()


@pytest.mark.parametrize(
    ("label", "more", "reads"),
    [
        ("MRD", {"around": ("Relapse", "labs")}, ""),
        ("MRD", {"around": ("", "relapse")}, ""),
        ("MRD", {"notes": ("at relapse",)}, ""),
        ("MRD", {"around": ("Day 78",)}, ""),
        ("MRD", {"around": ("End of consolidation",)}, ""),
        ("MRD", {"around": ("Follow-up",)}, ""),
        ("MRD", {"around": ("End of induction", "follow_up")}, ""),
        ("MRD", {"around": ("End of induction", "response")}, "mrd_eoi"),
        ("MRD", {"around": ("Day 29",)}, "mrd_eoi"),
        ("MRD day 29", {"around": ("Follow-up",)}, "mrd_eoi"),
        ("MRD day 29", {"around": ("Relapse",)}, ""),
        ("MRD day 78", {"around": ("End of consolidation",)}, "mrd_eoc"),
        ("MRD eoc", {"notes": ("at the end of induction",)}, ""),
        ("Marrow day 15", {"notes": ("at relapse",)}, ""),
        ("Day 8 blasts", {"around": ("Relapse",)}, ""),
        ("cr_eoi", {"around": ("Day 29",)}, "cr_eoi"),
        ("cr_eoi", {"notes": ("In remission after induction",)}, "cr_eoi"),
        ("Relapse site", {"around": ("Relapse",)}, "relapse_site"),
        ("WBC", {"around": ("Day 78",)}, ""),
        ("WBC", {"around": ("End of consolidation",)}, ""),
        ("WBC", {"around": ("Day 0",)}, "wbc"),
        ("WBC", {"around": ("Diagnosis and relapse",)}, "wbc"),
    ],
)
def test_headings_and_notes_of_another_time_hold_for_facts_of_any_moment(
    label: str, more: dict[str, tuple[str, ...]], reads: str
) -> None:
    columns, _ = plans(["x"], FACTS, {}, dictionary=Dictionary({"x": Field(label, **more)}))  # type: ignore[arg-type]
    assert columns[0].reads == (reads or "-")
    assert bool(columns[0].aside) != bool(reads)
