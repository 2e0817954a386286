"""``all-protocol``: look up published treatment protocols, phase by phase."""

# No postponed annotations here: Typer evaluates each of them again at every start.
import typer

from all_cli.cli.on_demand import Deferred, on_demand
from all_cli.cli.options import with_version
from all_cli.cli.output import run

COMMANDS = {
    "show": Deferred(
        "all_cli.cli.showing:show",
        "Show a phase or an arm: drugs, doses, routes, days, caps, intrathecals, each line with its source.",
    ),
    "list": Deferred(
        "all_cli.cli.listing:list_protocols",
        "List the protocols by setting, a line each, and what is known and not encoded; or one protocol in outline.",
    ),
    "compare": Deferred(
        "all_cli.cli.comparing:compare",
        "Put a phase of several protocols side by side, drug by drug, or what whole arms add up to.",
    ),
    "drug": Deferred(
        "all_cli.cli.drugs:drug_command",
        "Show every place where a drug is given, what it adds up to in each arm, its caps and what its label says.",
    ),
    "roadmap": Deferred(
        "all_cli.cli.roadmap:roadmap",
        "Put an arm on the calendar: days by drugs, phase by phase, dated from --start.",
    ),
    "guide": Deferred(
        "all_cli.cli.guidance:guide",
        "Guidance around the regimens, by topic; with patient options only what concerns the patient.",
    ),
    "cite": Deferred(
        "all_cli.cli.citing:cite_in_protocols",
        "Print the reference of a source, a protocol or a line.",
    ),
    "check": Deferred(
        "all_cli.cli.checking:check_treatment",
        "Check protocols, guidance and sources, and prove over all patients that no guard can be broken.",
    ),
    "coverage": Deferred(
        "all_cli.cli.covering:protocol_coverage",
        "Count the lines read in their source and those recalled, and list what is known and not encoded.",
    ),
}

app = typer.Typer(
    cls=on_demand(COMMANDS),
    help="Look up published protocols for acute lymphoblastic leukemia, phase by phase. Every line carries its source.",
    epilog="For professionals; works offline; not a medical device. Exit codes: 0 done, 2 usage or unreadable value, "
    "3 input cannot be read, 4 knowledge file invalid.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)

with_version(app)


def main() -> None:
    """Entry point of ``all-protocol``."""
    run(app)
