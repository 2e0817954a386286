"""What the check says of doses, caps, days and totals that cannot be, each at its line of the file."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from all_cli.cli.protocol import app
from all_cli.knowledge.documents import checked_document
from all_cli.knowledge.files import PROTOCOLS
from all_cli.knowledge.problems import KnowledgeError
from all_cli.protocol.compile import compile_protocols
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.regimen import Line

GOOD = """\
drugs:
  vincristine: {name: vincristine, class: "vinca alkaloid"}
  doxorubicin: {name: doxorubicin, class: anthracycline}
  methotrexate: {name: methotrexate, class: antimetabolite}
  leucovorin: {name: leucovorin, class: "folate rescue"}
dose_tables:
  it-mtx:
    title: "by age"
    drug: methotrexate
    unit: mg
    rows:
      - {when: "age >= 3", dose: 12, cite: [{matloub-2011: table}], checked: true}
protocols:
  - id: p-1
    title: "P"
    audience: children
    population: {when: "age >= 1", text: "from 1 year", cite: [{matloub-2011: table}], checked: true}
    risk: [high]
    arms:
      - id: a
        title: "A"
        phases: [induction]
        totals:
          - {of: doxorubicin, amount: 75, unit: mg/m2, cite: [{matloub-2011: table}], checked: true}
          - {of: intrathecal, amount: 2, unit: injections, cite: [{matloub-2011: table}], checked: true}
        cite: [{matloub-2011: table}]
        checked: true
    phases:
      - id: induction
        phase: induction
        title: "Induction"
        days: 29
        lines:
          - id: vcr
            drug: vincristine
            dose: 1.5
            unit: mg/m2
            per: dose
            route: IV
            days: [1, 8, 15, 22]
            cap: {dose: 2, unit: mg, per: dose, cite: [{matloub-2011: table}], checked: true}
            cite: [{matloub-2011: table}]
            checked: true
          - id: dox
            drug: doxorubicin
            dose: 25
            unit: mg/m2
            per: dose
            route: IV
            days: [1, 8, 15]
            cite: [{matloub-2011: table}]
            checked: true
          - id: it
            drug: methotrexate
            dose_by: it-mtx
            route: IT
            days: [1, 8]
            cite: [{matloub-2011: table}]
            checked: true
        assessments:
          - {id: marrow, what: "Marrow", day: 29, cite: [{matloub-2011: table}], checked: true}
"""


def problems(protocols: ProtocolLibrary, old: str, new: str) -> list[str]:
    assert old in GOOD
    document = checked_document(GOOD.replace(old, new, 1).encode(), "f.yaml", PROTOCOLS)
    with pytest.raises(KnowledgeError) as caught:
        compile_protocols(document, protocols.vocabulary, protocols.sources)
    return [str(problem) for problem in caught.value.problems]


def test_a_file_without_mistakes_compiles(protocols: ProtocolLibrary) -> None:
    document = checked_document(GOOD.encode(), "f.yaml", PROTOCOLS)
    form = compile_protocols(document, protocols.vocabulary, protocols.sources)
    assert [protocol["id"] for protocol in form["protocols"]] == ["p-1"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("cap: {dose: 2,", "cap: {dose: 0.2,", 41,
         "the cap of 0.2 mg is below the 0.3 mg that the smallest child (0.2 m2) would get"),
        ("cap: {dose: 2, unit: mg,", "cap: {dose: 2, unit: IU,", 41, "the cap is in IU, the dose in mg"),
        ("dose: 1.5\n            unit: mg/m2\n", "dose: 1.5\n", 36, "a dose needs its unit and per"),
        ("dose: 1.5\n", "dose: 0\n", 36, "a dose is above nothing"),
        ("dose: 1.5\n", "dose: [2, 1.5]\n", 36, "the range runs backwards: 2 to 1.5"),
        ("drug: vincristine\n", "drug: vincristin\n", 35,
         'no drug is called "vincristin" — did you mean "vincristine"?'),
        ("days: [1, 8, 15, 22]", "days: [1, 8, 15, 30]", 40, "day 30 is outside the phase, which has 29 days"),
        ("day: 29, cite", "day: 31, cite", 61, "day 31 is outside the phase, which has 29 days"),
        ("amount: 75", "amount: 100", 24,
         "100 mg/m2 of doxorubicin is stated, but the lines add up to 75 mg/m2"),
        ("amount: 2,", "amount: 3,", 25, "3 injections of intrathecal is stated, but the lines add up to 2 injections"),
        ("of: doxorubicin", "of: doxorubicine", 24, 'no drug is called "doxorubicine"'),
        ("of: doxorubicin, amount: 75, unit: mg/m2", "of: doxorubicin, amount: 75, unit: IU/m2", 24,
         'no line gives "doxorubicin" in IU/m2'),
        ("unit: mg/m2, cite: [{matloub", "unit: mg/m2, phases: [x], cite: [{matloub", 24,
         'no phase of the arm a is called "x"'),
        ("dose: 12, cite", "dose: 0, cite", 12, "a dose is above nothing; it is 0"),
        ("days: [1, 8, 15, 22]", "days: [1, 8, 8, 22]", 40, "day 8 is given twice"),
        ('days: [1, 8, 15, 22]', 'days: ["1-8", 8, 22]', 40, "day 8 is given twice"),
        ("drug: methotrexate\n            dose_by", "drug: doxorubicin\n            dose_by", 55,
         '"it-mtx" is a table for methotrexate; the line gives doxorubicin'),
        ("route: IV", "route: IT", 39,
         "vincristine is a vinca alkaloid, which is given IV and by no other route; it says IT"),
        ("dose: 1.5\n", "dose: [1.5, 2.1]\n", 36, "vincristine is never above 2 mg/m2 a dose; it is 2.1"),
        ("    risk: [high]\n", "    risk: [high]\n    years: [2010, 2001]\n", 19,
         "the years run backwards: 2010 to 2001"),
        ("            days: [1, 8, 15, 22]\n", "            scale_by: infants\n            days: [1, 8, 15, 22]\n", 40,
         'no scaling is called "infants"'),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_and_line(
    old: str, new: str, line: int, said: str, protocols: ProtocolLibrary
) -> None:
    found = problems(protocols, old, new)
    assert any(problem.startswith(f"f.yaml:{line}:") and said in problem for problem in found), found


def test_a_cap_of_nothing_on_a_dose_in_words_is_refused(protocols: ProtocolLibrary) -> None:
    text = GOOD.replace("dose: 1.5\n            unit: mg/m2\n            per: dose\n", 'dose_text: "not printed"\n')
    document = checked_document(text.replace("cap: {dose: 2,", "cap: {dose: 0,").encode(), "f.yaml", PROTOCOLS)
    with pytest.raises(KnowledgeError, match=r"f\.yaml:39:.*a cap is above nothing; it is 0"):
        compile_protocols(document, protocols.vocabulary, protocols.sources)


@pytest.mark.parametrize("dose", ["2", "[1.5, 2]"])
def test_vincristine_of_2_mg_per_square_metre_is_given(dose: str, protocols: ProtocolLibrary) -> None:
    document = checked_document(GOOD.replace("dose: 1.5\n", f"dose: {dose}\n").encode(), "f.yaml", PROTOCOLS)
    assert compile_protocols(document, protocols.vocabulary, protocols.sources)["protocols"]


def test_the_day_after_a_phase_is_the_day_it_is_looked_back_on(protocols: ProtocolLibrary) -> None:
    document = checked_document(GOOD.replace("day: 29, cite", "day: 30, cite").encode(), "f.yaml", PROTOCOLS)
    compile_protocols(document, protocols.vocabulary, protocols.sources)


def test_a_total_over_lines_for_some_is_held_against_the_range(protocols: ProtocolLibrary) -> None:
    text = GOOD.replace("days: [1, 8, 15]\n", 'days: [1, 8, 15]\n            who: "some"\n')
    for amount in (0, 75):
        document = checked_document(text.replace("amount: 75", f"amount: {amount}").encode(), "f.yaml", PROTOCOLS)
        compile_protocols(document, protocols.vocabulary, protocols.sources)
    document = checked_document(text.replace("amount: 75", "amount: 76").encode(), "f.yaml", PROTOCOLS)
    with pytest.raises(KnowledgeError, match="the lines add up to 0 to 75 mg/m2"):
        compile_protocols(document, protocols.vocabulary, protocols.sources)


def test_a_cap_at_what_the_smallest_child_gets_is_allowed(protocols: ProtocolLibrary) -> None:
    document = checked_document(GOOD.replace("cap: {dose: 2,", "cap: {dose: 0.3,").encode(), "f.yaml", PROTOCOLS)
    compile_protocols(document, protocols.vocabulary, protocols.sources)


NOTE = """\
        notes:
          - id: lcv
            text: Leucovorin was not found.
            cite: [{matloub-2011: table}]
            checked: true
"""
FIRST = "            first: true\n"
LEUCOVORIN = """\
          - {id: lcv, drug: leucovorin, dose: 15, unit: mg/m2, per: dose, route: IV, days: [2],
             cite: [{matloub-2011: table}], checked: true}
"""


def with_methotrexate(dose: str, unit: str, note: str = "", after: str = "") -> str:
    line = f"          - {{id: mtx, drug: methotrexate, dose: {dose}, unit: {unit}, per: dose, route: IV, days: [1]"
    source = "cite: [{matloub-2011: table}], checked: true}"
    return f"{line}, {note}{source}\n{after}        assessments:"


@pytest.mark.parametrize(("dose", "unit"), [("500", "mg/m2"), ("0.5", "g/m2"), ("5", "g/m2"), ("[400, 1000]", "mg/m2")])
def test_high_dose_methotrexate_without_a_word_on_leucovorin_is_a_mistake(
    protocols: ProtocolLibrary, dose: str, unit: str
) -> None:
    (said,) = problems(protocols, "        assessments:", with_methotrexate(dose, unit))
    assert said.startswith("f.yaml:60:") and "shows no leucovorin" in said


@pytest.mark.parametrize(
    "elsewhere",
    [
        with_methotrexate("5", "g/m2", 'note: "With leucovorin.", '),
        with_methotrexate("5", "g/m2", 'schedule: "leucovorin from hour 42", '),
        with_methotrexate("5", "g/m2", after=NOTE),
        with_methotrexate("5", "g/m2", after=NOTE.replace("Leucovorin was not found", "Look at the level") + FIRST),
    ],
    ids=["note of the line", "schedule", "note at the end", "another note at the head"],
)
def test_a_word_on_leucovorin_that_the_first_lines_do_not_show_is_not_enough(
    protocols: ProtocolLibrary, elsewhere: str
) -> None:
    assert any("shows no leucovorin" in said for said in problems(protocols, "        assessments:", elsewhere))


@pytest.mark.parametrize(
    "phase",
    [
        with_methotrexate("499.9", "mg/m2"),
        with_methotrexate("0.49", "g/m2"),
        with_methotrexate("5", "g/m2", after=NOTE + FIRST),
        with_methotrexate("5", "g/m2").replace("        assessments:", f"{LEUCOVORIN}        assessments:"),
    ],
    ids=["below", "below in g", "note at the head", "line"],
)
def test_lower_doses_and_doses_with_their_rescue_stand(protocols: ProtocolLibrary, phase: str) -> None:
    document = checked_document(GOOD.replace("        assessments:", phase, 1).encode(), "f.yaml", PROTOCOLS)
    assert compile_protocols(document, protocols.vocabulary, protocols.sources)["protocols"]


def test_every_shipped_phase_with_high_dose_methotrexate_says_its_rescue_before_its_doses(
    protocols: ProtocolLibrary,
) -> None:
    silent = [
        f"{protocol.id}.{phase.id}"
        for protocol in protocols.protocols
        for phase in protocol.phases
        if any(high_dose(line) for line in phase.lines)
        and not any(line.drug in ("leucovorin", "levoleucovorin") for line in phase.lines)
        and not any(note.first and "eucovorin" in note.text for note in (*phase.rescue, *phase.notes))
    ]
    assert silent == []


def high_dose(line: Line) -> bool:
    """500 mg/m² and more by vein."""
    factor = {"mg/m2": 1, "g/m2": 1000}.get(line.unit, 0)
    return line.drug == "methotrexate" and line.dose is not None and line.dose[1] * factor >= 500


@pytest.mark.parametrize(
    ("protocol", "phase"),
    [
        ("dfci-1985-2000", "induction"),
        ("nopho-2008", "consolidation"),
        ("ukall-r3", "consolidation"),
        ("ukall-r3", "intensification"),
        ("phallcon", "consolidation"),
    ],
)
def test_what_is_missing_of_the_rescue_stands_before_the_table(protocol: str, phase: str) -> None:
    text = CliRunner().invoke(app, ["show", phase, "--protocol", protocol, "--format", "plain"]).stdout
    tables = text.split("\n  drug ")[:-1]
    assert any("eucovorin" in before.rpartition("\n\n")[2] for before in tables)
