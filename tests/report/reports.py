"""Command lines that have every kind of page among them."""

from __future__ import annotations

import typer

from all_cli.cli.protocol import app as protocol_app
from all_cli.cli.risk import app as risk_app

SEVEN = ("classify", "--age", "7", "--wbc", "45", "--lineage", "B")
OPEN = ("classify", "--age", "7", "--lineage", "B")
ADULT = ("classify", "--age", "40", "--wbc", "31", "--lineage", "B", "--ph", "--mrd-eoi", "0.05%")
INFANT = ("classify", "--age", "4mo", "--wbc", "300", "--kmt2a")
NAMED = ("classify", "--age", "7", "--lineage", "T", "--scheme", "nci-rome", "--scheme", "hoelzer-1988")
EVERY: list[tuple[typer.Typer, tuple[str, ...]]] = [
    (risk_app, SEVEN),
    (risk_app, OPEN),
    (risk_app, ADULT),
    (risk_app, INFANT),
    (risk_app, NAMED),
    (risk_app, ("classify",)),
    (risk_app, ("schemes",)),
    (risk_app, ("schemes", "nci-rome")),
    (risk_app, ("schemes", "guideline-summary")),
    (risk_app, ("schemes", "cog-aall1731")),  # ids of rules longer than a label usually is
    (risk_app, ("facts",)),
    (risk_app, ("facts", "wbc")),
    (risk_app, ("facts", "cns")),
    (risk_app, ("cite", "smith-1996")),
    (risk_app, ("cite", "nci-rome")),
    (protocol_app, ("show", "induction", "--risk", "high")),
    (protocol_app, ("show", "induction", "--risk", "standard", "--age", "7", "--cns", "CNS3")),
    (protocol_app, ("show", "induction", "--protocol", "cog-aall0232", "--all")),
    (protocol_app, ("list",)),
    (protocol_app, ("list", "--risk", "high", "--year", "2010")),
    (protocol_app, ("list", "cog-aall0232")),
    (protocol_app, ("compare", "induction", "--protocol", "cog-aall0232", "--protocol", "ccg-1991")),
    (protocol_app, ("compare", "cog-aall0232/dex-hdmtx", "all-bfm-95/medium")),
    (protocol_app, ("drug",)),
    (protocol_app, ("drug", "methotrexate", "--protocol", "cog-aall0232")),
    (protocol_app, ("coverage",)),
    (risk_app, ("coverage",)),
    (risk_app, (*SEVEN, "--show-protocol")),
    (protocol_app, ("cite", "cog-aall0232.consolidation")),
]
