"""Which single test result would narrow the answers most.

The measure is a count, exact and free of probabilities. For a fact that is not yet known, its possible values are cut
into results that at least one of the schemes asked can tell apart. After each result every scheme leaves a number of
answers (groups, or "not applicable"); the numbers are summed over the schemes. The worst case of a fact is its largest
sum, the best case its smallest. Facts are ranked by the worst case (what the result is certain to leave at most), then
by the best case, then by in how many schemes some result leaves a single answer. A scheme with many groups weighs more
than one with few, and how likely a result is plays no part: the measure counts possibilities, not likelihoods.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from all_cli.knowledge.vocabulary import Fact, Vocabulary
from all_cli.logic.axis import Axis
from all_cli.logic.values import PRESENT, NumberSet, Possible, intersect, whole_domain
from all_cli.patient.patient import Patient
from all_cli.risk.scheme import Scheme, asks_relapse
from all_cli.risk.verdict import brief, range_text, settling
from all_cli.risk.whatif import assumed, runs

Answered = dict[str, tuple[str, ...]]  # scheme id: the answers still possible


class Result(NamedTuple):
    """One distinguishable result: how many answers it leaves over all schemes, and which schemes it decides."""

    text: str
    remaining: int
    decides: tuple[str, ...]


class NextTest(NamedTuple):
    """One unknown fact and what knowing it would leave.

    ``decides`` names the schemes that some result decides, ``always`` those that every result decides; ``partly`` says
    that something is known of the fact already. Facts equal in worst case, best case and number decided share a rank.
    """

    rank: int
    fact: str
    partly: bool
    results: tuple[Result, ...]
    worst: int
    best: int
    decides: tuple[str, ...]
    always: tuple[str, ...]


class Narrowing(NamedTuple):
    """The schemes still open, how many answers they leave together, and the facts that would narrow them, by rank.

    ``alone_nothing`` names facts that change no answer alone.
    """

    schemes: tuple[Scheme, ...]
    remaining: int
    tests: tuple[NextTest, ...]
    alone_nothing: tuple[str, ...]


class Sending(NamedTuple):
    """What one sends at one moment: ``day`` of treatment (1 is the first, None where no day is meant), name, facts."""

    day: int | None
    what: str
    facts: tuple[str, ...]


_MOMENTS = {"day-8": 8, "day-15": 15, "end-of-induction": 29, "end-of-consolidation": None}
_UNTOLD = (
    ("lineage", "B", "CD19 and CD22 on the blasts, which no fact here tells (all-protocol guide immunotherapy)"),
    ("bcr_abl1", PRESENT, "mutation of the kinase domain of BCR::ABL1 (all-protocol guide ph-positive)"),
)
_CSF = ("csf_wbc", "csf_rbc", "csf_blasts")  # of the relapse; the status is that at diagnosis
_PHENOTYPE = ("lineage", "maturation", "etp", "surface_ig")
_AFTER_REINDUCTION = ("mrd_reinduction",)


def sendings(
    schemes: Iterable[Scheme],
    patient: Patient,
    *,
    relapse: bool = False,
    definitions: Mapping[str, Scheme] = MappingProxyType({}),
) -> list[Sending]:
    """What to send next, in the order of time: of each test the facts that a scheme still open asks for.

    What belongs to a moment before one of which something was told is past, and so is first-line treatment in a
    relapse. Members of the genetics panel stand in the order of how many schemes ask for them.

    Args:
        schemes: the schemes that are still open.
        patient: the patient; facts of which anything was told are left out.
        relapse: whether the leukaemia has come back or never gone; then also what no fact tells, in words.
        definitions: the schemes by which facts follow from others, by id.
    """
    asked = Counter(fact for scheme in schemes for fact in scheme.facts if fact not in patient.told)
    facts = [fact for fact in patient.vocabulary.facts.values() if fact.id in asked and _is_open(patient, fact)]
    genetic = [fact.id for fact in facts if fact.genetic and fact.id != "dna_index"]
    panel = tuple(sorted(genetic, key=lambda id: -asked[id]))
    by = [fact.defined_by[0] for fact in facts if fact.defined_by and fact.defined_by[0] in definitions]
    open_ = [id for scheme in by for id in settling(definitions[scheme], patient)]
    found = [
        *(Sending(1, patient.vocabulary[id].name, (id,)) for id in dict.fromkeys(open_)),
        Sending(1, "genetics of the relapse" if relapse else "genetics panel", panel),
        Sending(
            1, "cerebrospinal fluid", tuple(fact.id for fact in facts if fact.id in (_CSF if relapse else ("cns",)))
        ),
        Sending(1, "DNA index", tuple(fact.id for fact in facts if fact.id == "dna_index")),
        Sending(1, "immunophenotype", tuple(fact.id for fact in facts if fact.id in _PHENOTYPE)),
    ]
    if relapse:
        now = tuple(fact.id for fact in facts if fact.moment == "relapse" and fact.id not in _AFTER_REINDUCTION)
        after = tuple(fact.id for fact in facts if fact.id in _AFTER_REINDUCTION)
        found += [Sending(1, "the relapse", now), Sending(None, "after reinduction", after)]
        untold = [
            Sending(1, text, ()) for fact, value, text in _UNTOLD if patient.possible().get(fact) == frozenset({value})
        ]
        return [*(sending for sending in found if sending.facts), *untold]
    told = {patient.vocabulary[fact].moment for fact in patient.told}
    reached = max((number for number, moment in enumerate(_MOMENTS) if moment in told), default=0)
    found += [
        Sending(
            day, f"response on day {day}" if day else "response at the end of consolidation",
            tuple(fact.id for fact in facts if _is_response(fact, moment)),
        )
        for moment, day in list(_MOMENTS.items())[reached:]
    ]  # fmt: skip
    return [sending for sending in found if sending.facts]


def of_first_induction(scheme: Scheme, vocabulary: Vocabulary) -> bool:
    """Whether a scheme asks for results of the first induction or consolidation, and is not one of relapse."""
    return not asks_relapse(scheme) and any(vocabulary[fact].moment in _MOMENTS for fact in scheme.facts)


def _is_response(fact: Fact, moment: str) -> bool:
    return fact.moment == moment and fact.kind == "number"


def _is_open(patient: Patient, fact: Fact) -> bool:
    known = patient.known.get(fact.id)
    return known is None or not _is_single(known.possible)


def _is_single(possible: Possible) -> bool:
    return possible.single is not None if isinstance(possible, NumberSet) else len(possible) == 1


def next_tests(schemes: Sequence[Scheme], patient: Patient) -> Narrowing:
    """Rank the unknown facts of the schemes that are still open by how far knowing each would narrow their answers.

    Args:
        schemes: the schemes asked; those that have a single answer already are left aside.
        patient: the patient, concluded.
    """
    answers = {scheme.id: brief(scheme, patient).possible for scheme in schemes}
    open_schemes = tuple(scheme for scheme in schemes if len(answers[scheme.id]) > 1)
    now: Answered = {scheme.id: answers[scheme.id] for scheme in open_schemes}
    asking: dict[str, list[Scheme]] = {}
    for scheme in open_schemes:
        for fact in scheme.facts:
            asking.setdefault(fact, []).append(scheme)
    found, nothing = [], []
    for id in patient.vocabulary.facts:
        if id in asking:
            after = list(_after_each(patient.vocabulary[id], asking, patient, now))
            if any(answered != now for _, answered in after):
                found.append(_test(id, id in patient.told, after, now))
            elif after:
                nothing.append(id)
    found.sort(key=_measure)
    ranked, rank = [], 0
    for position, test in enumerate(found, start=1):
        if position == 1 or _measure(test) != _measure(found[position - 2]):
            rank = position
        ranked.append(test._replace(rank=rank))
    return Narrowing(open_schemes, sum(map(len, now.values())), tuple(ranked), tuple(nothing))


def _measure(test: NextTest) -> tuple[int, int, int]:
    return test.worst, test.best, -len(test.decides)


def _after_each(
    fact: Fact, asking: Mapping[str, Sequence[Scheme]], patient: Patient, now: Answered
) -> Iterator[tuple[str, Answered]]:
    """Each distinguishable result in words, and what every open scheme answers after it."""
    axis = common_axis(fact, asking[fact.id])
    known = patient.known.get(fact.id)
    possible = axis.mask(known.possible) if known is not None else axis.domain
    if possible & (possible - 1) == 0:
        return
    left: dict[int, Answered] = {}
    for piece in axis.pieces(possible):
        values = axis.possible(1 << piece)
        being = assumed(patient, fact.id, values if known is None else intersect(values, known.possible))
        if being is None:
            continue
        changed = {id for id, value in being.known.items() if patient.possible().get(id) != value.possible}
        touched = {scheme.id: scheme for id in changed for scheme in asking.get(id, ())}
        answered = {id: brief(touched[id], being).possible if id in touched else groups for id, groups in now.items()}
        if all(answered.values()):
            left[piece] = answered
    keys = {piece: tuple(groups for groups in answered.values()) for piece, answered in left.items()}
    mask = sum(1 << piece for piece in left)
    for pieces, answers in runs(axis, mask, keys):
        yield range_text(fact, axis, pieces), dict(zip(now, answers, strict=True))


def common_axis(fact: Fact, schemes: Sequence[Scheme]) -> Axis:
    """The axis of a fact cut wherever one of the schemes cuts it."""
    if fact.kind != "number":
        return Axis.of_words(fact.id, tuple(fact.values))
    cuts = {cut for scheme in schemes for axis in scheme.diagram.axes if axis.fact == fact.id for cut in axis.cuts}
    domain = whole_domain(fact)
    assert isinstance(domain, NumberSet)
    return Axis.of_number(fact.id, cuts, domain, fact.whole)


def _test(fact: str, partly: bool, after: Sequence[tuple[str, Answered]], now: Answered) -> NextTest:
    results = tuple(
        Result(text, sum(map(len, answered.values())), tuple(id for id, left in answered.items() if len(left) == 1))
        for text, answered in after
    )
    decided = [set(result.decides) for result in results]
    remaining = [result.remaining for result in results]
    return NextTest(
        0,
        fact,
        partly,
        results,
        max(remaining),
        min(remaining),
        tuple(id for id in now if any(id in ids for ids in decided)),
        tuple(id for id in now if all(id in ids for ids in decided)),
    )
