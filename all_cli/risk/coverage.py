"""What of the schemes was read in its source and what is recalled, counted rule by rule."""

from typing import NamedTuple

from all_cli.risk.scheme import Scheme


class SchemeCoverage(NamedTuple):
    """Rules (population, definitions and rules: what decides) and the rest (outcomes, notes), as checked and all."""

    scheme: Scheme
    rules_checked: int
    rules: int
    rest_checked: int
    rest: int


def scheme_coverage(scheme: Scheme) -> SchemeCoverage:
    """The counts of one scheme."""
    rules = [scheme.population.checked, *(item.checked for item in scheme.definitions.values())]
    rules += [rule.checked for rule in scheme.rules]
    rest = [item.checked for group in scheme.groups.values() for item in group.outcome]
    rest += [note.checked for note in scheme.notes]
    return SchemeCoverage(scheme, sum(rules), len(rules), sum(rest), len(rest))
