"""``all-risk compare``, ``whatif`` and ``next``: one patient under many schemes, other values, the next test."""

# No postponed annotations here, as in options.py.
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from all_cli.cli.common import fail, one_of, sentences
from all_cli.cli.options import Audience, ColorOption, Described, FormatOption, RulesOption, with_patient
from all_cli.cli.output import Color, emit
from all_cli.risk.answers import answers_of

if TYPE_CHECKING:
    from all_cli.risk.library import RiskLibrary

SchemeOption = Annotated[list[str] | None, typer.Option("--scheme", metavar="ID", help="This scheme. Repeatable.")]
AudienceOption = Annotated[
    Audience | None, typer.Option("--audience", help="The schemes for these patients, and those for all ages.")
]


@with_patient
def compare(
    about: Described,
    scheme: SchemeOption = None,
    audience: AudienceOption = None,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """All schemes that apply, side by side: what each answers, why, what is missing, and where two disagree.

    Two schemes disagree if they are for the same audience, one assigns the mildest and the other the most severe of
    its groups, and their deciding comparisons cross on a fact: wbc >= 25 here, wbc < 50 there, at 45.
    """
    from all_cli.risk.comparison import compare as side_by_side
    from all_cli.risk.library import risk_library

    with sentences():
        library = risk_library(rules)
        _one_choice(scheme, audience, library)
        patient = about.patient(library.vocabulary)
        answers = answers_of(library, patient, scheme)
        ids = answers.ids if scheme else _for(audience, answers.applicable, library)
        found = side_by_side(answers, patient, library, ids)

        from all_cli.report.comparison import comparison_json, comparison_page

        asked = audience.value if audience else ""
        emit(
            form,
            color,
            lambda: comparison_page(found, patient, library, named=bool(scheme), audience=asked),
            lambda: comparison_json(found, patient, library, answers.primary),
        )


@with_patient
def whatif(
    about: Described,
    scheme: SchemeOption = None,
    audience: AudienceOption = None,
    fact: Annotated[
        list[str] | None,
        typer.Option("--fact", metavar="FACT", help="Only this fact, under all schemes that apply. Repeatable."),
    ] = None,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """What would change the answer, and at which value: each fact varied alone, all else as given.

    Without --scheme, --audience or --fact, the scheme that answers first for this patient.
    """
    from all_cli.risk.library import risk_library
    from all_cli.risk.whatif import strips

    with sentences():
        library = risk_library(rules)
        _one_choice(scheme, audience, library)
        facts = [one_of("fact", id, library.vocabulary).id for id in fact or ()]
        patient = about.patient(library.vocabulary)
        answers = answers_of(library, patient, scheme)
        if scheme:
            ids = list(dict.fromkeys(scheme))
        elif audience or facts:
            ids = _for(audience, answers.applicable, library)
        else:
            ids = [answers.primary] if answers.primary else []
        found = {id: strips(library.schemes[id], patient, facts or None) for id in ids}

        from all_cli.report.whatif import whatif_json, whatif_page

        emit(
            form,
            color,
            lambda: whatif_page(found, answers, patient, library, facts),
            lambda: whatif_json(found, answers, patient, library, facts),
        )


@with_patient
def next_test(
    about: Described,
    scheme: SchemeOption = None,
    audience: AudienceOption = None,
    top: Annotated[int, typer.Option("--top", min=1, help="How many tests to show; JSON holds all.")] = 12,
    rules: RulesOption = None,
    form: FormatOption = None,
    color: ColorOption = Color.auto,
) -> None:
    """Which single result, not yet known, would narrow the answers most.

    For each unknown fact, over the results that the schemes can tell apart: how many answers (groups, or "not
    applicable") remain possible, summed over the schemes, in the worst case and in the best, and in how many schemes a
    result leaves one answer. Ranked by worst case, then best case, then schemes decided. It counts possibilities, not
    likelihoods. Before it stands what one sends now and at moments still to come, with dates if --diagnosed is given
    (taken as day 1 of treatment). Facts of a relapse are asked for in relapse only, those of the first induction not
    in relapse. Without --scheme or --audience: the
    schemes for the audience of the one that answers first, or all that may apply while the age is not known.
    """
    from all_cli.patient.age import read_date
    from all_cli.risk.library import risk_library
    from all_cli.risk.narrowing import next_tests, of_first_induction, sendings
    from all_cli.risk.scheme import asks_relapse

    with sentences():
        library = risk_library(rules)
        _one_choice(scheme, audience, library)
        start = read_date("--diagnosed", about.diagnosed) if about.diagnosed else None
        if not about.born:
            about = about._replace(diagnosed=None)  # alone it dates the tests to come
        patient = about.patient(library.vocabulary)
        answers = answers_of(library, patient, scheme)
        if scheme:
            ids, asked = list(dict.fromkeys(scheme)), ""
        else:
            asked = audience.value if audience else ""
            if not asked and answers.primary and "age" in patient.known:
                asked = library.schemes[answers.primary].audience
            ids = _for(asked, answers.applicable, library)
            past = partial(of_first_induction, vocabulary=library.vocabulary) if patient.in_relapse else asks_relapse
            ids = [id for id in ids if not past(library.schemes[id])]
        found = next_tests([library.schemes[id] for id in ids], patient)

        sent = sendings(found.schemes, patient, relapse=patient.in_relapse, definitions=library.schemes)

        from all_cli.report.narrowing import narrowing_json, narrowing_page

        emit(
            form,
            color,
            lambda: narrowing_page(found, sent, ids, patient, library, audience=asked, top=top, start=start),
            lambda: narrowing_json(found, sent, ids, patient, library, audience=asked, start=start),
        )


def _one_choice(scheme: Sequence[str] | None, audience: Audience | None, library: "RiskLibrary") -> None:
    for id in scheme or ():
        one_of("scheme", id, library.schemes)
    if scheme and audience:
        fail("--scheme names schemes and --audience picks them: give one of the two")


def _for(audience: str | None, ids: Sequence[str], library: "RiskLibrary") -> list[str]:
    """Those of the schemes that are for the audience or for all ages; all of them, if none is asked for."""
    return [id for id in ids if not audience or library.schemes[id].audience in (audience, "all-ages")]
