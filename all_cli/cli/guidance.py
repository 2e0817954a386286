"""``all-protocol guide``: what the sources say around the regimens, and what they make of the seed texts."""

# No postponed annotations here, as in options.py: Typer evaluates each of them again at every start.
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from all_cli.cli.common import fail, sentences
from all_cli.cli.options import ColorOption, Described, FormatOption, with_patient
from all_cli.cli.output import Color, emit

if TYPE_CHECKING:
    from all_cli.protocol.guidance import Brief, GuidanceLibrary

_FIRST, _LAST = 1, 103

_ANSWERS = {
    "transplant": "hsct hct bmt sct transplantation",
    "factors --down-syndrome": "down down-syndrome downs-syndrome trisomy-21",
    "cns3-therapy": "cns3 cns-3",
    "cns": "intrathecal intrathecals lumbar-puncture",
    "--search testicular": "testis testes testicular",
    "steroid-by-age": "steroid steroids",
    "thiopurine-genotype": "tpmt nudt15",
    "infants": "infant baby",
    "mixed-phenotype": "mpal mixed",
    "burkitt": "mature-b l3",
    "ph-positive": "ph ph+ ph-pos",
    "ph-like-and-abl-class": "ph-like phlike abl-class",
    "kmt2a": "mll kmt2a-r",
    "older-adults": "elderly",
    "adults": "adult aya adolescent adolescents young-adult young-adults",
    "relapse": "refractory relapsed",
    '--search "induction failure"': "induction-failure",
    "tumour-lysis": "tls",
    "veno-occlusive-disease": "vod sos",
}
_POINTERS = {word: f"all-protocol guide {answer}" for answer, words in _ANSWERS.items() for word in words.split()}
"""What people ask for under a name that is no topic, and what answers it."""


@with_patient
def guide(
    about: Described,
    topic: Annotated[
        str | None, typer.Argument(metavar="[TOPIC]", help="A topic, or the id of an entry; without it all topics.")
    ] = None,
    statement: Annotated[
        int | None, typer.Option(metavar="N", help=f"A numbered statement of the seed texts, {_FIRST} to {_LAST}.")
    ] = None,
    search: Annotated[str | None, typer.Option(metavar="WORDS", help="Entries that hold all these words.")] = None,
    phase: Annotated[str | None, typer.Option(metavar="KIND", help="Entries about this phase: induction …")] = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Guidance around the regimens, by topic; with patient options only what concerns the patient.

    Where a primary source contradicts or limits a statement of the seed texts, the entry leads with the source.
    """
    asked = {"TOPIC": topic, "--statement": statement, "--search": search, "--phase": phase}
    given = [name for name, value in asked.items() if value is not None]
    if len(given) > 1:
        fail(f"{' and '.join(given)}: ask for one of them")
    with sentences():
        from all_cli.protocol.load import guidance_library, protocol_library

        library = guidance_library()
        patient = about.patient(protocol_library().vocabulary)
        title, found = _asked(library, topic, statement, search, phase)
        possible = patient.possible()
        kept = [brief for brief in found if brief.relevance(possible) is not False]
        if given and patient.told:
            kept = library.by_relevance(kept, possible)
        from all_cli.report.guidance import entries_json, entries_page, topics_json, topics_page

        if not given:
            emit(
                form,
                color,
                lambda: topics_page(library, kept, patient),
                lambda: topics_json(library, kept, patient),
            )
            return
        left_out = len(found) - len(kept)
        emit(
            form,
            color,
            lambda: entries_page(library, title, kept, patient, left_out, claims=statement is not None),
            lambda: entries_json(library, kept, patient, left_out),
        )


def _asked(
    library: "GuidanceLibrary", topic: str | None, statement: int | None, search: str | None, phase: str | None
) -> "tuple[str, list[Brief]]":
    """What the page is about, and the entries that were asked for; leaves with one sentence if there are none."""
    if topic is not None:
        return _of_topic(library, topic)
    if statement is not None:
        if not _FIRST <= statement <= _LAST:
            fail(f"--statement {statement}: the statements of the seed texts have numbers from {_FIRST} to {_LAST}")
        return f"Statement {statement} of the seed texts", library.of_statement(statement)
    if search is not None:
        found = library.search(search)
        if not search.split() or not found:
            fail(f'--search "{search}": no entry holds all these words; {_or_drug(search)}')
        return f"Entries with: {search}", found
    if phase is not None:
        found = [brief for brief in library.briefs.values() if phase in brief.phases]
        if not found:
            _unknown("phase", phase, sorted({kind for brief in library.briefs.values() for kind in brief.phases}))
        return f"Guidance on {phase}", found
    return "", list(library.briefs.values())


def _of_topic(library: "GuidanceLibrary", topic: str) -> "tuple[str, list[Brief]]":
    id = "-".join(topic.casefold().split())
    if id in library.topics:
        return library.topics[id].title, library.of_topic(id)
    if id in library.briefs:
        brief = library.briefs[id]
        return library.topics[brief.topic].title, [brief]
    if pointer := _POINTERS.get(id) or _of_genetics(topic):
        fail(f'no topic of the guidance is called "{topic}": {pointer}')
    if any(topic.casefold() in brief.drugs for brief in library.briefs.values()):
        fail(
            f'no topic of the guidance is called "{topic}", which is a drug: all-protocol guide --search {topic}, '
            f"all-protocol drug {topic}"
        )
    held = f": all-protocol guide --search {topic}" if len(topic.split()) == 1 and library.search(topic) else ""
    _unknown("topic", topic, [*library.topics, *library.briefs], held)


def _or_drug(search: str) -> str:
    """Where else the words of a search are told of; for a drug of which nothing is encoded, that."""
    from all_cli.protocol.drugs import drugs_named
    from all_cli.protocol.load import protocol_library

    if drugs := drugs_named(protocol_library(), search):
        return f"all-protocol drug {drugs[0].id} has the lines of this drug"
    either = "" if len(search.split()) != 1 else "no drug is encoded under this name either; "
    return f"{either}all-protocol guide lists the topics"


def _of_genetics(topic: str) -> str:
    """The command that says the class of a finding; empty if the topic is none."""
    from all_cli.patient.genetics import genetics_reader
    from all_cli.protocol.load import protocol_library

    spans = genetics_reader(protocol_library().vocabulary).spans(topic)
    return f'all-risk genetics "{topic}"' if all(span.findings and not span.why for span in spans) else ""


def _unknown(kind: str, id: str, known: list[str], otherwise: str = "") -> NoReturn:
    from all_cli.knowledge.problems import did_you_mean

    begin = [f'"{word}"' for word in known if word.startswith(id.casefold())][:3]
    near = f" — did you mean {' or '.join(begin)}?" if begin else did_you_mean(id, known)
    listed = "; known: " + ", ".join(known[:30])
    fail(f'no {kind} of the guidance is called "{id}"{near or otherwise or listed}')
