"""How far two schemes agree on a cohort: what can be compared, the share that agrees, Cohen's kappa.

The groups of two schemes are different categories, even under one name. They are compared only

- by rank, where both schemes declare how severe each group is and have equally many ranks: the mildest groups are
  paired, the next, and so on. Then kappa is weighted by the square of the distance in ranks;
- by a pairing that the user declares. It has no order, so kappa is unweighted.

Otherwise they are not comparable and there is a reason instead of a number. Kappa is that of scikit-learn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from all_cli.cohort.results.counts import Answer
from all_cli.knowledge.problems import did_you_mean
from all_cli.patient.unreadable import UnreadableError
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED, Scheme
from all_cli.risk.verdict import ASSIGNED, INDETERMINATE

BY_RANK, BY_PAIRING = "rank", "pairing"
GroupPair = tuple[str, str]


class Pairing(NamedTuple):
    """Which groups of two schemes stand for each other: ``classes`` holds, in order, the groups of each in a class.

    ``kind`` is ``rank`` or ``pairing``; empty if the two cannot be compared, with the reason in ``why``.
    """

    kind: str
    classes: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    why: str = ""

    def places(self) -> tuple[dict[str, int], dict[str, int]]:
        """The class of each group of the first scheme and of each of the second."""
        first = {group: place for place, (groups, _) in enumerate(self.classes) for group in groups}
        second = {group: place for place, (_, groups) in enumerate(self.classes) for group in groups}
        return first, second


class WithUnknowns(NamedTuple):
    """Of the rows that both schemes are certainly for: which agree whatever is not known, cannot agree, still may."""

    agree: int
    differ: int
    open: int


class Agreement(NamedTuple):
    """Two schemes on the rows that both give one group: ``n`` rows, of which ``same`` lie in paired groups.

    ``graver`` and ``milder`` count the rows that the second scheme ranks above and below the first (by rank only).
    ``kappa`` is None where it is not defined, for the reason in ``why``.
    """

    pairing: Pairing
    n: int = 0
    same: int = 0
    graver: int = 0
    milder: int = 0
    kappa: float | None = None
    why: str = ""
    with_unknowns: WithUnknowns | None = None

    @property
    def share(self) -> float | None:
        """The raw agreement; None without rows or if the schemes cannot be compared."""
        return self.same / self.n if self.n and self.pairing.kind else None


def ranks(scheme: Scheme) -> list[tuple[str, ...]] | None:
    """The groups by declared severity, the mildest first; None unless each group declares one."""
    by_severity: dict[int, list[str]] = {}
    for id in scheme.group_ids:
        severity = scheme.groups[id].severity
        if severity is None:
            return None
        by_severity.setdefault(severity, []).append(id)
    return [tuple(by_severity[severity]) for severity in sorted(by_severity)]


def pairing_of(first: Scheme, second: Scheme, declared: Sequence[GroupPair] = ()) -> Pairing:
    """How the groups of two schemes are compared.

    Args:
        first: a scheme.
        second: another.
        declared: pairs ``(scheme.group, scheme.group)`` that stand for each other, of any schemes.

    Raises:
        UnreadableError: the declared pairs leave out a group of the two, or put all of them into one class.
    """
    own = [pair for names in declared if (pair := _oriented(names, first, second)) is not None]
    if own:
        return Pairing(BY_PAIRING, _classes(first, second, own))
    one, other = ranks(first), ranks(second)
    for scheme, found in ((first, one), (second, other)):
        if found is None:
            return Pairing("", why=f"{scheme.id} declares no order of severity")
    assert one is not None and other is not None
    if len(one) != len(other):
        return Pairing("", why=f"{len(one)} and {len(other)} ranks of severity")
    return Pairing(BY_RANK, tuple(zip(one, other, strict=True)))


def declared_pairs(texts: Iterable[str], schemes: Sequence[Scheme]) -> list[GroupPair]:
    """Pairs of groups as ``--pair`` gives them: ``nci-rome.high=bfm-95.medium``.

    Raises:
        UnreadableError: not of that form, or a scheme or group that the results do not have.
    """
    known = [f"{scheme.id}.{group}" for scheme in schemes for group in scheme.group_ids]
    pairs = []
    for text in texts:
        first, sign, second = (part.strip() for part in text.partition("="))
        if not sign or first.partition(".")[0] == second.partition(".")[0]:
            raise UnreadableError("--pair", text, "write it as SCHEME.group=OTHER.group, the groups of two schemes")
        for name in (first, second):
            if name not in known:
                hint = did_you_mean(name, known) or f"; the groups are {', '.join(known)}"
                raise UnreadableError("--pair", text, f'the results know no group "{name}"{hint}')
        pairs.append((first, second))
    return pairs


def agreement_of(pairing: Pairing, counts: Mapping[tuple[Answer, Answer], int]) -> Agreement:
    """How far two schemes agree.

    Args:
        pairing: how their groups are compared.
        counts: rows per answer of the first and answer of the second.
    """
    both = {answers: n for answers, n in counts.items() if all(answer.status == ASSIGNED for answer in answers)}
    total = sum(both.values())
    if not pairing.kind:
        return Agreement(pairing, total, why=pairing.why)
    first, second = pairing.places()
    placed: dict[tuple[int, int], int] = {}
    for (one, other), n in both.items():
        place = first[one.possible[0]], second[other.possible[0]]
        placed[place] = placed.get(place, 0) + n
    kappa, why = _kappa(placed, len(pairing.classes), weighted=pairing.kind == BY_RANK)
    ranked = pairing.kind == BY_RANK
    return Agreement(
        pairing,
        total,
        sum(n for (a, b), n in placed.items() if a == b),
        sum(n for (a, b), n in placed.items() if b > a) if ranked else 0,
        sum(n for (a, b), n in placed.items() if b < a) if ranked else 0,
        kappa,
        why,
        _with_unknowns(first, second, counts),
    )


def _kappa(placed: Mapping[tuple[int, int], int], classes: int, *, weighted: bool) -> tuple[float | None, str]:
    if not placed:
        return None, "no row has one group under both"
    if len({place for both in placed for place in both}) == 1:
        return None, "all rows are in one pair of groups, so that no agreement beyond chance can be told"
    from sklearn.metrics import cohen_kappa_score

    (one, other), numbers = zip(*placed, strict=True), list(placed.values())
    kappa = cohen_kappa_score(
        one, other, labels=list(range(classes)), weights="quadratic" if weighted else None, sample_weight=numbers
    )
    return float(kappa), ""


def _with_unknowns(
    first: Mapping[str, int], second: Mapping[str, int], counts: Mapping[tuple[Answer, Answer], int]
) -> WithUnknowns:
    certain = never = still = 0
    for answers, n in counts.items():
        if any(answer.status not in (ASSIGNED, INDETERMINATE) for answer in answers) or any(
            group in (NOT_APPLICABLE, UNCLASSIFIED) for answer in answers for group in answer.possible
        ):
            continue
        one = {first[group] for group in answers[0].possible}
        other = {second[group] for group in answers[1].possible}
        if not one & other:
            never += n
        elif len(one) == len(other) == 1:
            certain += n
        else:
            still += n
    return WithUnknowns(certain, never, still)


def _oriented(names: GroupPair, first: Scheme, second: Scheme) -> GroupPair | None:
    """A declared pair with the first scheme's group first, without the schemes; None if it is not of these two."""
    (one, one_group), (other, other_group) = (name.split(".", 1) for name in names)
    if (one, other) == (first.id, second.id):
        return one_group, other_group
    return (other_group, one_group) if (other, one) == (first.id, second.id) else None


def _classes(
    first: Scheme, second: Scheme, pairs: Sequence[GroupPair]
) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Groups joined by pairs, directly or through others, are one class."""
    classes: list[tuple[set[str], set[str]]] = []
    for one, other in pairs:
        joined = ({one}, {other})
        apart = []
        for groups in classes:
            if one in groups[0] or other in groups[1]:
                joined = (joined[0] | groups[0], joined[1] | groups[1])
            else:
                apart.append(groups)
        classes = [*apart, joined]
    for number, scheme in enumerate((first, second)):
        paired = {group for groups in classes for group in groups[number]}
        if left := [group for group in scheme.group_ids if group not in paired]:
            raise UnreadableError("--pair", f"{scheme.id}.{left[0]}", "no group of the other scheme is paired with it")
    if len(classes) < 2:
        raise UnreadableError("--pair", f"{first.id}, {second.id}", "the pairs join all groups into one class")
    order = {group: number for number, group in enumerate(first.group_ids)}
    ordered = sorted(classes, key=lambda groups: min(order[group] for group in groups[0]))
    return tuple(
        (tuple(g for g in first.group_ids if g in one), tuple(g for g in second.group_ids if g in other))
        for one, other in ordered
    )
