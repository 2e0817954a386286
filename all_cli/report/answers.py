"""The answer to "which risk group?": one patient under all schemes, as a page and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from all_cli import __version__
from all_cli.knowledge.cache import digest
from all_cli.knowledge.sources import Citation
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.patient.assumption import Assumption, assumption_text
from all_cli.patient.patient import Patient
from all_cli.report.guidance_pointers import for_patient, pointers_json, pointers_page
from all_cli.report.page import Page
from all_cli.report.words import be, number_of
from all_cli.risk.answers import Answers, Likely
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE, Scheme, Statement, for_relapse
from all_cli.risk.verdict import ASSIGNED, Decision, Verdict

SCHEMA_VERSION = 1
_NAMED = 5


def answers_page(
    answers: Answers,
    patient: Patient,
    library: RiskLibrary,
    *,
    named: bool,
    ending: Callable[[Page], None] | None = None,
) -> Page:
    """The screen: the primary scheme in full, the others in a line each, and criteria that do not apply, with why.

    Args:
        answers: the verdicts.
        patient: the patient.
        library: where sources and labels come from.
        named: whether the user named the schemes; then each is shown in full.
        ending: adds what else is to stand before the references.
    """
    page = Page(library.sources)
    warnings(page, patient, library)
    page.line(", ".join(f"{id} {text}" for id, text in patient.said().items()) or "nothing known", "Patient")
    for warning in patient.warnings:
        page.line(warning, "Note")
    for text in answers.not_assumed:
        page.line(text, "not assumed", strong=True)
    _as_of(page, answers, library)
    full = answers.ids if named else [id for id in answers.applicable if id == answers.primary]
    for id in full:
        unheeded = "" if named else unheeded_text(answers, patient, library, id)
        _in_full(page, answers, id, patient, library, unheeded, named=named)
    if not full:
        page.heading(_no_headline(answers, patient), 1)
    if not named:
        _others(page, answers, library)
    _outside(page, answers.outside)
    if ending:
        ending(page)
    pointers_page(page, for_patient(patient))
    page.close()
    return page


def warnings(page: Page, patient: Patient, library: RiskLibrary, said: Collection[str] = ()) -> None:
    """What heads every screen on a patient who may not have ALL at all; but for what is ``said`` below, by id."""
    for caution in (each for each, *_ in library.cautions(patient) if each.id not in said):
        page.line(f"{caution.text} {page.cite(caution.cite, caution.checked)}", "warning", strong=True)


def warning_texts(patient: Patient, library: RiskLibrary) -> list[str]:
    """The sentences of :func:`warnings`, and what is doubtful in the values given."""
    return [*(caution.text for caution, *_ in library.cautions(patient)), *patient.warnings]


def _no_headline(answers: Answers, patient: Patient) -> str:
    if patient.never_in_remission:
        return "Never in remission: no encoded scheme has groups for such a leukaemia."
    if answers.fitting is not None:
        return "No risk group stands first: see the warning above."
    if patient.known or not answers.applicable:
        return f"No encoded scheme is {'certainly ' if answers.applicable else ''}for this patient."
    return (
        "Nothing is known of the patient. Give at least age, white cell count and lineage: "
        "all-risk classify --age 7 --wbc 45 --lineage B"
    )


def _first_line(verdict: Verdict, patient: Patient) -> str:
    """That a scheme named for a patient in relapse was made for untreated leukaemia; otherwise empty."""
    if not patient.in_relapse or for_relapse(verdict.scheme) or verdict.status == NOT_APPLICABLE:
        return ""
    return f"{verdict.scheme.id} was made for untreated leukaemia; in relapse its groups and figures do not count"


def as_of_text(year: int, recorded: int, unrecorded: int, left_out: int) -> str:
    """What ``--as-of`` kept and left out, in a sentence."""
    return (
        f"{year}: {recorded} of {number_of(recorded + unrecorded + left_out, 'scheme')} {be(recorded, 'was', 'were')} "
        f"in use; {unrecorded} whose years of use are not recorded {be(unrecorded, 'is', 'are')} kept, "
        f"{left_out} {be(left_out, 'is', 'are')} left out"
    )


def _as_of(page: Page, answers: Answers, library: RiskLibrary) -> None:
    """Which schemes a year leaves; those kept although their years are not recorded are named if they are shown."""
    if answers.as_of is None:
        return
    kept, unrecorded = len(answers.ids), answers.unrecorded
    page.line(as_of_text(answers.as_of, kept - len(unrecorded), len(unrecorded), len(answers.out_of_use)), "as of")
    shown = [id for id in unrecorded if id in answers.applicable and _narrowed(answers, library, id)]
    if shown:
        page.line(f"years of use not recorded: {', '.join(shown)}", "kept")
    if 0 < len(answers.out_of_use) <= _NAMED:
        page.line(", ".join(answers.out_of_use), "left out")


def unheeded_text(answers: Answers, patient: Patient, library: RiskLibrary, first: str) -> str:
    """What the answer of a scheme does not heed and others call grave, in a sentence; otherwise empty."""
    from all_cli.risk.comparison import unasked

    facts, graver = unasked(answers, patient, library, first)
    told = [fact for fact in facts if fact in patient.told] or list(facts)
    here = " and ".join(f"{library.vocabulary[fact].name} {patient.bare(fact)}" for fact in told)
    shown = [f"{id} {answers.brief[id].group}" for id in graver]
    more = f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else ""
    who = f"the gravest group in {number_of(len(graver), 'scheme')} that do{'es' if len(graver) == 1 else ''}"
    how = "does not heed it here" if set(told) & set(library.schemes[first].facts) else "does not ask for it"
    return f"{here}: {first} {how}; {who}: {', '.join(shown[:_NAMED])}{more}" if graver else ""


def _in_full(
    page: Page, answers: Answers, id: str, patient: Patient, library: RiskLibrary, unheeded: str, *, named: bool
) -> None:
    """One scheme's answer whole; figures of a group that does not heed something grave are of others, and left out."""
    verdict = answers.verdict(id)
    scheme = verdict.scheme
    page.heading(f"{scheme.title}: {answer_text(verdict)}", 1)
    page.line(f"{scheme.id} ({scheme.published}), {verdict.status}", "scheme")
    if caution := unheeded or (_first_line(verdict, patient) if named else ""):  # unheeded is of schemes not named
        page.line(caution, "caution", strong=True)
    if verdict.status == NOT_APPLICABLE:
        page.line(f"{verdict.reason} {page.cite(scheme.population.cite, scheme.population.checked)}", "why")
        return
    if (likely := answers.likely(id)) and likely.assumed:
        _likely(page, scheme, likely, patient)
    population = scheme.population
    page.line(f"{population.note} {page.cite(population.cite, population.checked)}", "for")
    if verdict.status == ASSIGNED:
        for decision in deciding(verdict):
            _decision(page, decision)
        for outcome in () if unheeded else library.figures(verdict, patient):
            page.line(f"{outcome.text} {page.cite(outcome.cite, outcome.checked)}", "outcome")
    else:
        _possible(page, verdict)
    for decision in deciding(verdict):
        if decision.note and (verdict.status == ASSIGNED or decision.certain):
            page.line(decision.note, "note")
    for note in verdict.notes:
        page.line(f"{note.text} {page.cite(note.cite, note.checked)}", "note")


def _likely(page: Page, scheme: Scheme, likely: Likely, patient: Patient) -> None:
    """The likely answer beside the exact one, with every assumption where the answer stands."""
    labels = [scheme.groups[group].label if group in scheme.groups else group for group in likely.groups]
    page.line(f"{' or '.join(labels).replace(NOT_APPLICABLE, 'not applicable')}, if this is assumed:", "likely")
    for item in likely.assumed:
        why = f": {item.text} {page.cite(item.cite, item.checked)}" if item.cite else ""
        page.line(f"{assumption_text(patient.vocabulary, item)} ({item.origin}){why}", "assumed")


def deciding(verdict: Verdict) -> tuple[Decision, ...]:
    """The rules that certainly hold; where none does, all those that may decide."""
    return tuple(decision for decision in verdict.decided_by if decision.certain) or verdict.decided_by


def _decision(page: Page, decision: Decision) -> None:
    page.line(", ".join(decision.because) or decision.when, "because")
    page.line(f"{decision.rule}: {decision.when} {page.cite(decision.cite, decision.checked)}", "rule")


def _possible(page: Page, verdict: Verdict) -> None:
    by_group = {
        group: [d for d in verdict.decided_by if group in d.groups]
        for group in verdict.possible
        if group != NOT_APPLICABLE
    }
    for group, decisions in by_group.items():
        label = verdict.scheme.groups[group].label if group in verdict.scheme.groups else group
        rules = ", ".join(f"{d.rule.split('.', 1)[1]} {page.cite(d.cite, d.checked)}" for d in decisions)
        page.line(f"{label}, by {rules}", "possible")
    if NOT_APPLICABLE in verdict.possible:
        page.line(f"the scheme may not be for this patient: it is for {verdict.scheme.population.note}", "possible")
    if verdict.missing:
        page.heading("What is missing, and what it would leave")
        rows = []
        for missing in verdict.missing:
            if len(missing.ranges) == 1:
                rows.append((missing.fact, "any", "narrows only together with others"))
            for index, part in enumerate(missing.ranges if len(missing.ranges) > 1 else ()):
                rows.append((missing.fact if not index else "", part.text, ", ".join(part.groups)))
        page.table(("fact", "if it is", "leaves"), rows)


def _others(page: Page, answers: Answers, library: RiskLibrary) -> None:
    """The other schemes that apply, in a line each: first those that give a group, with why, then those still open."""
    others = [id for id in answers.applicable if id != answers.primary]
    rows = []
    for id in others:
        if answers.brief[id].group is None:
            continue
        verdict = answers.verdict(id)
        reasons = deciding(verdict)
        why = ", ".join(dict.fromkeys(text for decision in reasons for text in decision.because))
        cited = page.cite((c for decision in reasons for c in decision.cite), verdict.checked)
        rows.append((id, answers.brief[id].group or "", why, cited))
    if rows:
        page.heading("Under other schemes" if answers.fitting is None else "Under other schemes, most made for others")
        page.table(("scheme", "answer", "because", "source"), rows)
    undecided = [id for id in others if answers.brief[id].group is None]
    found = {id: likely for id in undecided if (likely := answers.likely(id)) and _is_single(likely)}
    if found:
        page.heading("Likely, under the assumptions named")
        rows_likely = [
            (id, likely.groups[0], ", ".join(assumption_text(library.vocabulary, item) for item in likely.assumed))
            for id, likely in found.items()
        ]
        page.table(("scheme", "likely", "assumed"), rows_likely)
    narrowed = [id for id in undecided if _narrowed(answers, library, id)]
    if narrowed:
        page.heading("Narrowed, not yet decided (all-risk classify --scheme ID says what is missing)")
        page.table(("scheme", "still possible"), [(id, _short(answers.brief[id].possible)) for id in narrowed])
    if rest := len(undecided) - len(narrowed):
        whose = "its" if rest == 1 else "their"
        page.line(f"{number_of(rest, 'more scheme')} may apply; nothing given narrows {whose} answer.", "others")
    if answers.first_line:
        count = number_of(len(answers.first_line), "scheme")
        never, again = answers.patient.never_in_remission, answers.patient.relapsed_again
        made = " or a first relapse" if never or again else ""
        here = "there was never a remission" if never else f"this is a {'later ' if again else ''}relapse"
        text = f"{count} for untreated leukaemia{made} left out, as {here}; --scheme ID shows one."
        page.line(text, "first line")


def _is_single(likely: Likely) -> bool:
    """Whether the assumptions leave one group of the scheme."""
    return bool(likely.assumed) and len(likely.groups) == 1 and likely.groups[0] != NOT_APPLICABLE


def _narrowed(answers: Answers, library: RiskLibrary, id: str) -> bool:
    """Whether what is given rules out any group of a scheme."""
    return not set(library.schemes[id].group_ids) <= set(answers.brief[id].possible)


def _outside(page: Page, verdicts: list[Verdict]) -> None:
    if not verdicts:
        return
    page.heading("Criteria often quoted that do not apply here")
    for verdict in verdicts:
        scheme = verdict.scheme
        certain = deciding(verdict)
        why = ", ".join(dict.fromkeys(text for decision in certain for text in decision.because))
        would = (
            f"would say {verdict.group} ({why})" if verdict.group else f"would leave {' or '.join(verdict.possible)}"
        )
        cited = f" {page.cite((c for d in certain for c in d.cite), verdict.checked)}" if verdict.group else ""
        page.line(f"{scheme.title} {would}{cited}; it is {verdict.reason}.", scheme.audience)


def answer_text(verdict: Verdict) -> str:
    """The group by its label, or the groups still possible."""
    if verdict.status == NOT_APPLICABLE:
        return "does not apply"
    groups = verdict.scheme.groups
    if verdict.group is not None:
        return groups[verdict.group].label
    return _short(tuple(groups[id].label if id in groups else id for id in verdict.possible))


def _short(possible: tuple[str, ...]) -> str:
    """The groups still possible in a few words."""
    if len(possible) > 7:
        return f"{', '.join(possible[:5])} and {len(possible) - 5} more"
    *first, last = [group if group != NOT_APPLICABLE else "not applicable" for group in possible]
    return f"{', '.join(first)} or {last}" if first else last


def answers_json(answers: Answers, patient: Patient, library: RiskLibrary) -> dict[str, Any]:
    """The stable, versioned JSON object of one patient."""
    cited: dict[str, None] = {}
    results = [
        {**verdict_json(answers.verdict(id), cited), **_likely_json(answers.likely(id), library, cited)}
        for id in answers.ids
    ]
    outside = [verdict_json(verdict, cited) for verdict in answers.outside]
    return {
        **header(),
        "patient": patient.said(),
        "warnings": warning_texts(patient, library),
        **({"not_assumed": left_out} if (left_out := answers.not_assumed) else {}),
        "cautions": [statement_json(caution, cited) for caution, *_ in library.cautions(patient)],
        **_as_of_json(answers),
        "primary": answers.primary,
        "left_out_in_relapse": answers.first_line,
        "results": results,
        "outside_population": outside,
        "guidance": pointers_json(for_patient(patient)),
        "sources": references(cited, library),
    }


def _likely_json(likely: Likely | None, library: RiskLibrary, cited: dict[str, None]) -> dict[str, Any]:
    if likely is None:
        return {}
    return {"likely": list(likely.groups), "assumed": assumed_json(likely.assumed, library.vocabulary, cited)}


def assumed_json(items: Iterable[Assumption], vocabulary: Vocabulary, cited: dict[str, None]) -> list[dict[str, Any]]:
    """What was assumed as plain data; ids of cited sources are added to ``cited``."""
    return [
        {
            "fact": item.fact,
            "value": assumption_text(vocabulary, item).removeprefix(f"{item.fact} "),
            "asked_by": item.origin,
            "text": item.text,
            "cite": citations_json(item.cite, cited),
            "checked": item.checked,
        }
        for item in items
    ]


def _as_of_json(answers: Answers) -> dict[str, Any]:
    if answers.as_of is None:
        return {}
    return {"as_of": answers.as_of, "in_use_not_recorded": answers.unrecorded, "not_in_use": answers.out_of_use}


def header() -> dict[str, Any]:
    """What every JSON object begins with: schema version, tool and knowledge."""
    return {"schema_version": SCHEMA_VERSION, "tool": f"all-cli {__version__}", "knowledge": digest()}


def references(cited: Iterable[str], library: RiskLibrary) -> dict[str, str]:
    """Source id to full reference."""
    return {id: library.sources[id].reference for id in cited if id in library.sources}


def verdict_json(verdict: Verdict, cited: dict[str, None]) -> dict[str, Any]:
    """One scheme's verdict as plain data; ids of cited sources are added to ``cited``."""
    return {
        "scheme": verdict.scheme.id,
        "status": verdict.status,
        "group": verdict.group,
        "possible": list(verdict.possible),
        "checked": verdict.checked,
        "reason": verdict.reason,
        "decided_by": [_decision_json(decision, cited) for decision in verdict.decided_by],
        "missing": [
            {"fact": item.fact, "ranges": [{"range": part.text, "groups": list(part.groups)} for part in item.ranges]}
            for item in verdict.missing
        ],
        "notes": [statement_json(note, cited) for note in verdict.notes],
        "ruled_out": [
            {"rule": item.rule, "group": item.groups[0], "because": list(item.because)} for item in verdict.ruled_out
        ],
    }


def _decision_json(decision: Decision, cited: dict[str, None]) -> dict[str, Any]:
    return {
        "rule": decision.rule,
        "groups": list(decision.groups),
        "when": decision.when,
        "because": list(decision.because),
        "cite": citations_json(decision.cite, cited),
        "checked": decision.checked,
        **({"note": decision.note} if decision.note else {}),
    }


def statement_json(statement: Statement, cited: dict[str, None]) -> dict[str, Any]:
    """A cited sentence as plain data."""
    return {
        "id": statement.id,
        "text": statement.text,
        "cite": citations_json(statement.cite, cited),
        "checked": statement.checked,
    }


def citations_json(citations: Iterable[Citation], cited: dict[str, None]) -> list[dict[str, str]]:
    """Citations as ``{"source", "locator"}`` objects."""
    found = list(citations)
    cited.update((each.source, None) for each in found)
    return [{"source": each.source, "locator": each.locator} for each in found]
