"""Prove a scheme over all patients: no gap, no rule that never decides, no worse finding with a better group.

Nothing is sampled: the decision diagram holds every patient, and each finding comes with a witness. What a scheme must
say of its years of use and its version is looked at as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations, pairwise

from all_cli.knowledge.problems import Place
from all_cli.knowledge.strict_yaml import Document, Path
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.knowledge.years import impossible
from all_cli.logic.axes import witness_of
from all_cli.logic.building import build_diagram
from all_cli.logic.diagram import Diagram
from all_cli.logic.expression import AllOf
from all_cli.logic.values import NumberSet, Possible
from all_cli.risk.scheme import Rule, Scheme

_KEYS = {"in_use": ("years-unstated", "years-impossible", "years-before-name", "no-years"), "version": ("no-version",)}
"""Under which key of a scheme a finding is to be mended, if not at its head."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the check found in a scheme.

    ``check`` is ``incomplete``, ``dead``, ``overlap``, ``order``, ``direction``, ``unused-fact``, ``stale-exception``,
    ``no-years``, ``years-unstated``, ``years-impossible``, ``years-before-name``, ``no-version``, ``case`` or
    ``no-case``; ``reason`` is filled if the scheme declares the finding as intended; ``witness`` is a patient, fact by
    fact, for whom it shows; ``place`` is where it is to be mended. ``order`` is no fault: two rules hold, and which is
    tried first follows from what their groups are.
    """

    scheme: str
    check: str
    message: str
    witness: dict[str, Possible]
    rule: str = ""
    fact: str = ""
    reason: str = ""
    group: str = ""
    place: Place | None = None

    @property
    def open(self) -> bool:
        """Whether it is to be mended: not declared as intended, and a fault at all."""
        return not self.reason and self.check != "order"


def check_scheme(
    scheme: Scheme, vocabulary: Vocabulary, *, overlaps: bool = False, dated: bool = False
) -> list[Finding]:
    """Everything the check finds in one scheme; findings declared as intended carry their reason.

    Args:
        scheme: the scheme.
        vocabulary: the facts, which say in which direction a value is worse.
        overlaps: also name the pairs of rules that hold for the same patient, lead to different groups and stand in the
            order that the groups themselves give (``order``).
        dated: the scheme must say since when it was in use and, if it is a guideline of the NCCN, in which version, as
            every shipped one does.
    """
    declared = {
        (item["check"], item.get("rule", ""), item.get("fact", "")): item["reason"] for item in scheme.exceptions
    }
    found = [
        *_incomplete(scheme),
        *_dead(scheme),
        *_unused(scheme),
        *_direction(scheme, vocabulary),
        *_overlaps(scheme, ordered=overlaps),
        *_years(scheme, dated=dated),
    ]
    stale = declared.keys() - {(item.check, item.rule, item.fact) for item in found}
    return [
        *(replace(item, reason=declared.get((item.check, item.rule, item.fact), "")) for item in found),
        *(_stale(scheme, *key) for key in sorted(stale)),
    ]


def located(item: Finding, document: Document) -> Finding:
    """The finding with its place in the file of the schemes, unless it has one: its rule, group or key."""
    if item.place is not None:
        return item
    index, raw = next((i, raw) for i, raw in enumerate(document.data["schemes"]) if raw["id"] == item.scheme)
    path: Path = ("schemes", index)
    if item.check == "stale-exception":
        declared = [_stale_message(e["check"], e.get("rule", ""), e.get("fact", "")) for e in raw["exceptions"]]
        return replace(item, place=document.place((*path, "exceptions", declared.index(item.message))))
    for key in ("rules", "bands"):
        for number, entry in enumerate(raw.get(key, ())):
            if entry["id"] == item.rule:
                return replace(item, place=document.place((*path, key, number, "id")))
    if item.group:
        return replace(item, place=document.key_place((*path, "groups", item.group)))
    key = next((key for key, checks in _KEYS.items() if item.check in checks and key in raw), "id")
    return replace(item, place=document.key_place((*path, key)))


def _years(scheme: Scheme, *, dated: bool) -> Iterator[Finding]:
    """Years of use that are missing, impossible or not those of their statement, and guidelines without a version."""
    first, last = scheme.in_use
    named = re.search(r"-((?:19|20)\d\d)(-(?:19|20)\d\d)?$", scheme.id)  # -2003-2005: the earlier trial counts
    if first is None:
        if dated:
            yield Finding(scheme.id, "no-years", "since when the scheme was in use is not said", {})
    else:
        source = scheme.in_use_source
        stated = {int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", source.text)} if source else set()
        for year in sorted({first, last or first} - stated) if dated or source else ():
            message = f"the years of use name {year}, which their statement (in_use_source) does not"
            yield Finding(scheme.id, "years-unstated", message, {})
        if message := impossible(scheme.in_use, datetime.now(tz=UTC).year):
            yield Finding(scheme.id, "years-impossible", message, {})
        # A trial may open in the year before the one it is named after.
        if named and first < int(named[1]) - 1:
            message = f"in use since {first}, although it is named after {named[1]}"
            yield Finding(scheme.id, "years-before-name", message, {})
    if dated and scheme.id.startswith("nccn-") and not re.search(r"\d\.20\d\d", scheme.version):
        yield Finding(scheme.id, "no-version", "a guideline says its version, such as 1.2026", {})


def _stale(scheme: Scheme, check: str, rule: str, fact: str) -> Finding:
    return Finding(scheme.id, "stale-exception", _stale_message(check, rule, fact), {}, rule, fact)


def _stale_message(check: str, rule: str, fact: str) -> str:
    of = f" of {rule or fact}" if rule or fact else ""
    return f"{check}{of} is declared and does not occur"


def _incomplete(scheme: Scheme) -> Iterator[Finding]:
    diagram = scheme.diagram
    leaf = diagram.leaves - 1
    masks = diagram.witness(leaf)
    if masks is not None:
        yield Finding(
            scheme.id, "incomplete", "a patient of the population for whom no rule holds", witness_of(diagram, masks)
        )


def _dead(scheme: Scheme) -> Iterator[Finding]:
    reached = scheme.diagram.reach(scheme.diagram.everything)
    for number, rule in enumerate(scheme.rules, start=1):
        if not reached >> number & 1:
            yield Finding(scheme.id, "dead", f'the rule "{rule.id}" never decides', {}, rule=rule.id)


def _unused(scheme: Scheme) -> Iterator[Finding]:
    diagram = scheme.diagram
    answers: dict[tuple[str, ...], int] = {}
    answer = [answers.setdefault(groups, len(answers)) for groups in scheme.leaf_groups]
    mattering = set(diagram.mattering(diagram.everything, answer))
    for number, axis in enumerate(diagram.asked):
        if number not in mattering:
            yield Finding(scheme.id, "unused-fact", f'"{axis.fact}" is asked for and never matters', {}, fact=axis.fact)


def _overlaps(scheme: Scheme, *, ordered: bool) -> Iterator[Finding]:
    """Rules that hold for the same patient and lead to different groups, so that the order of the rules decides."""
    diagram = scheme.diagram
    for first, second in combinations(scheme.rules, 2):
        natural = _graver_first(scheme, first, second) or _nested(first, second)
        if first.groups == second.groups or (natural and not ordered):
            continue
        both = AllOf((scheme.population.when, first.when, second.when))
        pair = build_diagram([both], diagram.axes, diagram.implications)
        masks = pair.witness(0)
        if masks is not None:
            message = f'"{first.id}" and "{second.id}" both hold; "{first.id}" is tried first'
            kind = "order" if natural else "overlap"
            yield Finding(scheme.id, kind, message, witness_of(pair, masks), rule=second.id)


def _graver_first(scheme: Scheme, first: Rule, second: Rule) -> bool:
    """Whether the rule tried first leaves no group milder than any of the other: any graver feature decides."""
    before, after = ([scheme.groups[group].severity for group in rule.groups] for rule in (first, second))
    ranks = [level for level in (*before, *after) if level is not None]
    if len(ranks) < len(before) + len(after):
        return False
    return min(ranks[: len(before)]) >= max(ranks[len(before) :])


def _nested(first: Rule, second: Rule) -> bool:
    """Whether one rule leaves all that the other leaves: where the source is open, the two do not contradict."""
    before, after = set(first.groups), set(second.groups)
    return before <= after or after <= before


def _direction(scheme: Scheme, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Facts declared as worse when higher: a higher value, all else equal, must not give a milder group."""
    severity = _leaf_severity(scheme)
    if severity is None:
        return
    diagram = scheme.diagram
    for number, axis in enumerate(diagram.asked):
        fact = vocabulary[axis.fact]
        if not fact.worse or axis.words:
            continue
        pieces = list(axis.pieces(axis.domain))
        if fact.worse == "lower":
            pieces.reverse()
        for better, worse in pairwise(pieces):
            masks = _milder(diagram, number, better, worse, severity)
            if masks is not None:
                shown = axis.possible(1 << worse)
                assert isinstance(shown, NumberSet)
                yield Finding(
                    scheme.id, "direction",
                    f'"{axis.fact}" {axis.text(1 << worse)} gives a milder group than {axis.text(1 << better)}',
                    witness_of(diagram, masks), fact=axis.fact,
                )  # fmt: skip
                break


def _leaf_severity(scheme: Scheme) -> list[tuple[int, int] | None] | None:
    """Per leaf the mildest and the worst severity it leaves; None for leaves outside the order."""
    severity = {id: group.severity for id, group in scheme.groups.items()}
    if any(value is None for value in severity.values()):
        return None
    result: list[tuple[int, int] | None] = []
    for groups in scheme.leaf_groups:
        levels = [level for group in groups if (level := severity.get(group)) is not None]
        result.append((min(levels), max(levels)) if levels else None)
    return result


def _milder(
    diagram: Diagram, axis: int, better: int, worse: int, severity: list[tuple[int, int] | None]
) -> list[int] | None:
    """Masks of a patient whose group gets milder when ``axis`` goes from ``better`` to ``worse``, or None.

    Walks both versions of the patient down the diagram together.
    """
    seen: set[tuple[int, int]] = set()
    masks = list(diagram.everything)

    def walk(first: int, second: int) -> bool:
        leaves = diagram.leaves
        passed = first < leaves or diagram.nodes[first - leaves][0] > axis
        if -1 in (first, second) or (first == second and passed) or (first, second) in seen:
            return False
        if first < leaves and second < leaves:
            before, after = severity[first], severity[second]
            return before is not None and after is not None and after[1] < before[0]
        at = min(diagram.nodes[node - leaves][0] for node in (first, second) if node >= leaves)

        def child(node: int, piece: int) -> int:
            if node < leaves or diagram.nodes[node - leaves][0] != at:
                return node
            return diagram.nodes[node - leaves][1][piece]

        if at == axis:
            if walk(child(first, better), child(second, worse)):
                return True
        else:
            kept = masks[at]
            for piece in diagram.axes[at].pieces(diagram.axes[at].domain):
                masks[at] = 1 << piece
                if walk(child(first, piece), child(second, piece)):
                    return True
            masks[at] = kept
        seen.add((first, second))
        return False

    if walk(diagram.root, diagram.root):
        masks[axis] = 1 << worse
        return masks
    return None
