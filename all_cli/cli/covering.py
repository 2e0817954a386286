"""``all-protocol coverage`` and ``all-risk coverage``: what was read in its source, and what is not encoded."""

# No postponed annotations here, as in options.py.

from all_cli.cli.common import sentences
from all_cli.cli.options import ColorOption, FormatOption, RulesOption
from all_cli.cli.output import Color, emit


def protocol_coverage(form: FormatOption = None, color: ColorOption = Color.auto) -> None:
    """Count the lines read in their source and those recalled, and list what is known and not encoded."""
    from all_cli.protocol.load import protocol_library

    with sentences():
        library = protocol_library()
        from all_cli.protocol.load import guidance_library
        from all_cli.report import coverage as report

        guidance = guidance_library()
        emit(
            form,
            color,
            lambda: report.protocol_coverage_page(library, guidance),
            lambda: report.protocol_coverage_json(library, guidance),
        )


def risk_coverage(rules: RulesOption = None, form: FormatOption = None, color: ColorOption = Color.auto) -> None:
    """Count the rules read in their source and those recalled, and list what is known and not encoded."""
    from all_cli.risk.library import risk_library

    with sentences():
        library = risk_library(rules)
        from all_cli.report import coverage as report

        emit(form, color, lambda: report.risk_coverage_page(library), lambda: report.risk_coverage_json(library))
