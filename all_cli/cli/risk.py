"""``all-risk``: stratify patients by published risk schemes."""

# No postponed annotations here: Typer evaluates each of them again at every start.
import typer

from all_cli.cli.on_demand import Deferred, on_demand
from all_cli.cli.options import with_version
from all_cli.cli.output import run

COMMANDS = {
    "classify": Deferred(
        "all_cli.cli.classifying:classify",
        "Which risk group, under which scheme, why, and what is still missing.",
    ),
    "schemes": Deferred(
        "all_cli.cli.schemes:schemes",
        "List the schemes, or show one with its rules and citations.",
    ),
    "facts": Deferred(
        "all_cli.cli.schemes:facts",
        "List the facts that can be known of a patient, or show one.",
    ),
    "cite": Deferred(
        "all_cli.cli.citing:cite_in_schemes",
        "Print the reference of a source, a scheme or a rule.",
    ),
    "check": Deferred(
        "all_cli.cli.checking:check",
        "Prove schemes over all patients: no gap, no dead rule, no worse finding with a milder group.",
    ),
    "compare": Deferred(
        "all_cli.cli.exploring:compare",
        "All schemes that apply, side by side: what each answers, why, what is missing, and where two disagree.",
    ),
    "whatif": Deferred(
        "all_cli.cli.exploring:whatif",
        "What would change the answer, and at which value: each fact varied alone, all else as given.",
    ),
    "next": Deferred(
        "all_cli.cli.exploring:next_test",
        "Which single result, not yet known, would narrow the answers most.",
    ),
    "tree": Deferred(
        "all_cli.cli.drawing:tree",
        "Draw a scheme's decision tree; what is known of a patient prunes it to what is still possible.",
    ),
    # A text may begin with a minus sign (-7), which is no option.
    "genetics": Deferred(
        "all_cli.cli.genetics:genetics",
        "Show how a genetics text is read: every span, the facts it settles, and what is left open or not understood.",
        {"ignore_unknown_options": True},
    ),
    "columns": Deferred(
        "all_cli.cli.columns:columns",
        "Show how each column of a table would be read, before any run; nothing is written and nothing converted.",
    ),
    "template": Deferred(
        "all_cli.cli.columns:template",
        "Write an empty table with the columns that schemes ask for; filled in, batch reads it without any --map.",
    ),
    "batch": Deferred(
        "all_cli.cli.batch:batch",
        "Stratify a table of patients: every row comes back, classified or with the reason why not.",
    ),
    "replay": Deferred(
        "all_cli.cli.batch:replay",
        "Run a batch again from its record and compare: exit code 0 if all is as it was, 1 if anything differs.",
    ),
    "report": Deferred(
        "all_cli.cli.report:report",
        "Group sizes, agreement between schemes, who moves where, what is missing and what it costs.",
    ),
    "diff": Deferred(
        "all_cli.cli.versions:diff",
        "Compare two versions of the schemes: what reads differently, and which patients move, proved over all.",
    ),
    "coverage": Deferred(
        "all_cli.cli.covering:risk_coverage",
        "Count the rules read in their source and those recalled, and list what is known and not encoded.",
    ),
}

app = typer.Typer(
    cls=on_demand(COMMANDS),
    help="Stratify acute lymphoblastic leukemia by published risk schemes. Every rule is cited; "
    "unknown is never negative.",
    epilog="For professionals; works offline; not a medical device. Exit codes: 0 done, 1 done with invalid rows or "
    "an indeterminate answer under --strict (diff, replay: something differs), 2 usage or unreadable value, "
    "3 input cannot be read, 4 knowledge file invalid.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)

with_version(app)


def main() -> None:
    """Entry point of ``all-risk``."""
    run(app)
