"""The sentences of a cohort report: what was done, with what, how it is compared, what is hidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from all_cli import __version__
from all_cli.cohort.columns import LEFT_ALONE
from all_cli.cohort.results.agreement import BY_PAIRING, BY_RANK, Agreement, Pairing
from all_cli.cohort.results.counts import Answer, Cutoff
from all_cli.cohort.results.record import RunRecord
from all_cli.knowledge.cache import digest
from all_cli.knowledge.files import read_small
from all_cli.knowledge.sources import Citation
from all_cli.logic.values import number_text
from all_cli.report.cohort_figures import CohortFigures, CrossTable
from all_cli.report.cohort_likely import Hanging, LikelyFigures, Move
from all_cli.report.counts import percent
from all_cli.report.page import Page
from all_cli.risk.library import RiskLibrary
from all_cli.risk.scheme import NOT_APPLICABLE, UNCLASSIFIED, Scheme
from all_cli.risk.verdict import INDETERMINATE


class CohortReport(NamedTuple):
    """Everything that a report is made of: figures, schemes, the record of the run, the user's own rules."""

    figures: CohortFigures
    library: RiskLibrary
    run: RunRecord | None = None
    rules: Path | None = None
    id_column: str = ""


NO_RULE = " (no rule holds)"
_MOVES = 2  # named for one assumption; JSON names all
MOST_TABLES = 15  # cross-tables on one page; JSON holds all
SHARES_OF = "Percentages are of the rows that could be used."
COMPARED = (
    "Groups of different schemes are different categories, even under one name. They are compared by rank, the mildest "
    "with the mildest and so on, only where both schemes declare the severity of every group and have equally many "
    "ranks, or as pairs were declared with --pair. n counts the rows to which both schemes assign one group."
)
MISSING_MEANS = (
    "not stated: usable rows in which no column says anything readable of the fact. For each scheme, rows that wait "
    "for it: "
    "indeterminate rows whose answer depends on it; alone: those that wait for nothing else, so that this fact by "
    "itself decides. A fact that is stated can still be waited for, if it is not exact enough."
)
BOUNDARY_MEANS = (
    "Rows whose value is exactly a cut-off of the scheme: here the direction of a comparison (< or ≤), rounding and "
    "the way an age is counted decide the group. A cut-off between groups is not counted for rows that the scheme is "
    "not for."
)


def made_with(report: CohortReport) -> list[tuple[str, str]]:
    """Label and text of the lines at the head: the run, the tool, the knowledge."""
    lines = []
    if report.run is not None:
        lines.append(("run", ", ".join(filter(None, (report.run.date, report.run.tool))) or "of the manifest"))
        if report.run.knowledge and report.run.knowledge != digest():
            lines.append(
                ("Note", f"the results were made with knowledge {report.run.knowledge}; ranks, cut-offs and references "
                 "here are of the knowledge named below")
            )  # fmt: skip
    lines.append(("reported by", f"all-cli {__version__}"))
    lines.append(("knowledge", digest()))
    if report.rules is not None:
        lines.append(("own rules", f"{report.rules.name}, {_digest(report.rules)}"))
    return lines


def rows_text(figures: CohortFigures) -> str:
    """``3,000 rows: 2,984 could be used, 16 could not``."""
    if figures.rows.rows is None:
        return f"{figures.usable:,} rows could be used; {figures.invalid} could not"
    if not figures.results.invalid:
        return f"{figures.rows} rows, all could be used"
    return f"{figures.rows} rows: {figures.usable:,} could be used, {figures.invalid} could not"


def columns_text(figures: CohortFigures) -> str:
    """The columns that were read, and as what."""
    return ", ".join(str(column) for column in figures.results.columns if column.reads != LEFT_ALONE) or "none"


def suppression_text(limit: int) -> str:
    """What is hidden, and how."""
    return (
        f"Counts of 1 to {limit - 1} are shown as <{limit}. Where such a count could be worked out from the totals, "
        "others are hidden with it (hidden). No percentage, agreement or drawing is given of what is hidden, and "
        "no row is listed. This protects against solving the tables of this report, not against what is known from "
        "elsewhere."
    )


def methods(report: CohortReport, page: Page) -> list[str]:
    """The methods, to be pasted into a paper; what it cites is numbered on the page."""
    figures = report.figures
    results = figures.results
    source = "" if results.source == "standard input" else f" of {Path(results.source).name}"
    tool = report.run.tool if report.run and report.run.tool else f"all-cli {__version__}"
    knowledge = report.run.knowledge if report.run and report.run.knowledge else digest()
    when = f" on {report.run.date}" if report.run and report.run.date else ""
    own = f" and own rules ({report.rules.name}, {_digest(report.rules)})" if report.rules else ""
    unread = f" Rows that could not be used ({figures.invalid}) were not classified." if results.invalid else ""
    applied = "; ".join(
        f"{scheme.title} ({scheme.id}, {scheme.published}{f', {scheme.version}' if scheme.version else ''}) "
        f"{cited(scheme, page)}"
        for scheme in results.schemes
    )
    found = [
        f"Risk groups were assigned{when} with {tool} (knowledge {knowledge}{own}) to {figures.usable:,} rows{source}."
        f"{unread} Schemes applied: {applied}.",
        "Unknown values, and values that could not be read, were not taken as negative or normal. For each row the "
        "exact set of groups was determined to which the values still possible can lead. A group was assigned only "
        "where it was the only one left; other rows are indeterminate. Rows outside the population of a scheme are not "
        "applicable to it; rows in which values contradict each other are invalid under the schemes that ask for them.",
    ]
    if figures.likely:
        named = dict.fromkeys(entry.assumption for scheme in figures.likely for entry in scheme.hanging)
        found.append(
            "A likely answer was given beside the exact one, with these facts assumed where nothing was known of them: "
            f"{', '.join(named) or 'none that an answer hangs on'}. "
            "Comparisons and counts of groups are of exact answers."
        )
    if len(results.schemes) > 1:
        found.append(_comparison_methods(figures))
    if figures.options.suppress:
        found.append(
            f"Counts below {figures.options.suppress} were suppressed, with complementary suppression of other counts."
        )
    return found


def _comparison_methods(figures: CohortFigures) -> str:
    kinds = {table.agreement.pairing.kind for table in figures.tables}
    text = "Two schemes were compared on the rows to which both assign one group."
    if BY_RANK in kinds:
        text += (
            " Groups were paired by their rank of severity, between schemes with equally many ranks; agreement is the "
            "share of rows in paired groups, and Cohen's kappa with quadratic weights."
        )
    if BY_PAIRING in kinds:
        pairs = ", ".join(f"{one} = {other}" for one, other in figures.options.pairs)
        text += f" Groups were paired by declaration ({pairs}), with unweighted Cohen's kappa."
    if kinds & {BY_RANK, BY_PAIRING}:
        text += f" Kappa was computed with scikit-learn {_version_of('scikit-learn')}."
    return text + (" Schemes that cannot be paired were not compared by a figure." if "" in kinds else "")


def cited(scheme: Scheme, page: Page) -> str:
    """The marks of all that a scheme's population and rules cite; the places in the sources are the scheme's own."""
    found = dict.fromkeys(citation.source for citation in citations_of(scheme))
    return page.cite((Citation(source) for source in found), scheme.checked)


def citations_of(scheme: Scheme) -> list[Citation]:
    """All that a scheme's population, rules and definitions cite, each once."""
    cited = [scheme.population.cite, *(rule.cite for rule in scheme.rules)]
    cited += [definition.cite for definition in scheme.definitions.values()]
    return list(dict.fromkeys(citation for part in cited for citation in part))


def paired_text(pairing: Pairing) -> str:
    """Which groups stand for each other: ``standard = low; high = medium, high``."""
    return "; ".join(f"{', '.join(one)} = {', '.join(other)}" for one, other in pairing.classes)


class AgreementText(NamedTuple):
    """One line of the comparison of schemes, in words."""

    n: str
    same: str
    kappa: str
    paired: str


def agreement_text(table: CrossTable) -> AgreementText:
    """The agreement of two schemes in words; where counts are hidden nothing that would give them away."""
    found = table.agreement
    paired = paired_text(found.pairing) if found.pairing.kind else f"not comparable: {found.pairing.why}"
    if table.withheld:
        return AgreementText("hidden", "hidden" if found.pairing.kind else "", "", paired)
    if not found.pairing.kind:
        return AgreementText(f"{found.n:,}", "", "", paired)
    share = f"{found.same:,} ({percent(found.share)})" if found.share is not None else "0"
    return AgreementText(f"{found.n:,}", share, _kappa_text(found), paired)


def _kappa_text(found: Agreement) -> str:
    if found.kappa is None:
        return "not defined"
    return f"{found.kappa:.3f} {'weighted' if found.pairing.kind == BY_RANK else 'unweighted'}"


def movement_text(table: CrossTable) -> list[str]:
    """What the cross-table says in sentences: who is ranked graver or milder, and what the unknown may still change."""
    found = table.agreement
    if table.withheld or not found.pairing.kind:
        return []
    lines = []
    one, other = table.first.scheme.id, table.second.scheme.id
    if found.pairing.kind == BY_RANK and found.n:
        lines.append(
            f"Of {found.n:,} rows with one group under both, {other} ranks {found.graver:,} graver and "
            f"{found.milder:,} milder than {one}, {found.same:,} alike."
        )
    if found.kappa is None:
        lines.append(f"Kappa is not defined: {found.why}.")
    if found.with_unknowns is not None and found.with_unknowns.open:
        agree, differ, still = found.with_unknowns
        lines.append(
            f"Of {agree + differ + still:,} rows that both are for, with what is not known: {agree:,} agree whatever "
            f"it is, {differ:,} cannot agree, {still:,} still may."
        )
    return lines


def crossed(figures: CohortFigures) -> tuple[list[CrossTable], str]:
    """The cross-tables worth a place on the page, and a sentence on those that are not on it; empty if all are.

    A scheme that gives all rows one answer has nothing to cross.
    """
    told = [table for table in figures.tables if len(table.rows) > 1 and len(table.columns) > 1]
    alike = [
        figure.scheme.id
        for figure in figures.schemes
        if sum(category.size.rows != 0 for category in figure.categories) == 1
    ]
    left_out = f"Not crossed, since all rows have one answer: {', '.join(alike)}." if alike else ""
    if (rest := len(told) - MOST_TABLES) > 0:
        left_out += (
            f" {rest} more tables are left out here: --scheme ID chooses, --from and --to put two schemes first, "
            "--format json holds all."
        )
    return told[:MOST_TABLES], left_out.strip()


def set_text(possible: Iterable[str]) -> str:
    """The groups still possible: ``standard, high or not applicable``."""
    *first, last = [group.replace("not-applicable", "not applicable") for group in possible]
    return f"{', '.join(first)} or {last}" if first else f"{last}{NO_RULE}"


def moves_text(moves: Sequence[Move]) -> str:
    """What becomes of rows: ``standard → standard or high 12; high → cannot be 2``."""
    shown = [
        f"{_groups_text(before)} → {_groups_text(after) if after else 'cannot be'} {rows:,}"
        for before, after, rows in moves[:_MOVES]
    ]
    return "; ".join(shown) + (" …" if len(moves) > _MOVES else "")


def otherwise_text(entry: Hanging) -> str:
    """What becomes of rows if an assumption is not so: ``another group 12, open 3: high → low 12; …``."""
    if not entry.otherwise:
        return ""
    return f"another group {entry.other_group:,}, open {entry.opened:,}: {moves_text(entry.otherwise)}"


def _groups_text(groups: Sequence[str]) -> str:
    """Groups that are left, of which one alone is an answer."""
    alone = len(groups) == 1 and groups[0] != UNCLASSIFIED
    return set_text(groups).removesuffix(NO_RULE) if alone else set_text(groups)


def unsaid_text(figures: LikelyFigures) -> str:
    """Why it cannot be said what a change of an assumption would move."""
    return (
        f"{figures.scheme}: what a change would move cannot be said. The cells of row {figures.differs} do not give "
        "the answers that stand in it; say how columns are read as it was said to batch, or give its --manifest."
    )


def answer_text(answer: Answer) -> str:
    """An answer in a few words."""
    if answer.status == INDETERMINATE:
        groups = [group for group in answer.possible if group != NOT_APPLICABLE]
        return (
            f"indeterminate ({' or '.join(groups)}{' or not applicable' if len(groups) < len(answer.possible) else ''})"
        )
    return answer.group or "not applicable"


def cutoff_text(cutoff: Cutoff, library: RiskLibrary) -> str:
    """``wbc 50 ×10⁹/L``."""
    return f"{cutoff.fact} {number_text(cutoff.value)} {library.vocabulary[cutoff.fact].unit}".strip()


def _digest(rules: Path) -> str:
    import hashlib

    return f"sha256:{hashlib.sha256(read_small(rules)).hexdigest()}"


def _version_of(distribution: str) -> str:
    from importlib.metadata import version

    return version(distribution)


def fact_places(columns: Iterable[str]) -> str:
    """The columns in which a fact may be stated, quoted, or that there is none."""
    return ", ".join(f'"{column}"' for column in columns) or "no column"
