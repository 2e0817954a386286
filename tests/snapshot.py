"""What every command says in every format, to compare with later: for changes of form that may change no word.

``python tests/snapshot.py save FILE`` writes it, ``python tests/snapshot.py compare FILE`` runs all again and says what
differs, ending with 1 if anything does. ``--match WORDS`` takes only the command lines that hold these words. The lines
asked of the regimens in ``tests/cli/regimens.yaml`` are among them.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml
from typer.testing import CliRunner

from all_cli.cli import protocol, risk

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CHILD = ["--age", "7", "--wbc", "45", "--lineage", "B"]
PATIENTS = [
    CHILD, ["--age", "7", "--lineage", "B"], ["--age", "4mo", "--wbc", "300", "--kmt2a"], [],
    ["--age", "40", "--wbc", "31", "--lineage", "B", "--ph", "--mrd-eoi", "0.05%"],
    ["--age", "9", "--wbc", "60", "--lineage", "T", "--cns", "CNS3", "--genetics", "none"],
    ["--age", "12", "--wbc", "20", "--lineage", "B", "--genetics", "t(12;21), iAMP21", "--mrd-eoi", "<0.01%"],
    ["--age", "11", "--lineage", "B", "--set", "relapse_site=marrow", "--set", "months_to_relapse=20"],
    ["--born", "2016-03-07", "--diagnosed", "2024-03-06", "--wbc", "45000/uL", "--lineage", "B-ALL", "--down-syndrome"],
]  # fmt: skip
FORMS = ("table", "plain", "markdown", "json", "html")
RISK = [
    *(["classify", *patient] for patient in PATIENTS), ["classify", *CHILD, "--routine"],
    ["classify", *CHILD, "--show-protocol"],
    ["classify", *CHILD, "--as-of", "2005"], ["classify", *CHILD, "--scheme", "nci-rome", "--strict"],
    ["schemes"], ["schemes", "cog-aall1731"], ["schemes", "guideline-summary"], ["facts"], ["facts", "wbc"],
    ["facts", "cns"], ["cite", "smith-1996"], ["cite", "nci-rome"], ["cite", "smith-1996", "--bibtex"], ["check"],
    ["check", "--overlaps"],
    *(["compare", *patient] for patient in PATIENTS[:3]), *(["whatif", *patient] for patient in PATIENTS[:3]),
    *(["next", *patient] for patient in PATIENTS[:4]), ["tree", "nci-rome"], ["tree", "cog-aall1731", *CHILD],
    ["genetics", "46,XX,t(9;22)(q34;q11)[18]/46,XX[2]"], ["genetics", "t(12;21), iAMP21"], ["coverage"],
    ["diff", "shipped", "shipped"],
]  # fmt: skip
PROTOCOL = [
    ["show", "induction", "--risk", "high"], ["show", "induction", "--protocol", "cog-aall0232", "--all"],
    ["show", "maintenance", "--protocol", "cog-aall0232", *CHILD, "--bsa", "0.9"], ["show", "cog-aall1731/high"],
    *(["show", phase, *patient, "--bsa", "1.1"] for phase in ("induction", "consolidation") for patient in PATIENTS),
    ["list"], ["list", "--risk", "high", "--year", "2010"], ["list", "cog-aall0232"], ["list", "--not-encoded"],
    ["compare", "induction", "--protocol", "cog-aall0232", "--protocol", "ccg-1991"],
    ["compare", "cog-aall0232/dex-hdmtx", "all-bfm-95/medium"], ["drug"], ["drug", "methotrexate"],
    ["drug", "vincristine", "--protocol", "cog-aall0232"], ["coverage"], ["check"], ["guide"], ["guide", *CHILD],
    ["guide", "--search", "asparaginase"], ["cite", "cog-aall0232.consolidation"],
    ["roadmap", "cog-aall0232/dex-hdmtx", "--start", "2024-03-06", *CHILD],
    ["roadmap", "ccg-1991/iv", "--start", "2024-03-06", "--age", "4", "--bsa", "0.7"],
]  # fmt: skip
ROADMAPS = ("ics", "html", "csv", "md", "json")
TABLES = [ROOT / "examples" / "cohort.csv", *sorted((HERE / "cohort" / "tables").glob("*.*"))]
SOME = ["--scheme", "nci-rome", "--scheme", "cog-aall08b1"]
_CHANGES = re.compile(r"sha256:[0-9a-f]+|\d{4}-\d\d-\d\dT[\d:.]+Z?|DTSTAMP:\S+")


class Said(NamedTuple):
    """What a command line came to; ``files`` are those it wrote, by name."""

    code: int
    out: str
    err: str
    files: dict[str, str]


def lines() -> Iterator[list[str]]:
    """Every command line, with the name of the command first."""
    for name, commands in (("all-risk", RISK), ("all-protocol", PROTOCOL)):
        for command in commands:
            yield [name, *command]
            yield from ([name, *command, "--format", form] for form in FORMS)
    for ending in ROADMAPS:
        yield ["all-protocol", "roadmap", "cog-aall0232/dex-hdmtx", "--start", "2024-03-06", "-o", f"plan.{ending}"]
    for ending in ("svg", "md"):
        yield ["all-risk", "tree", "cog-aall1731", "-o", f"tree.{ending}"]
    for table in TABLES:
        yield ["all-risk", "columns", str(table)]
        yield ["all-risk", "batch", str(table), *SOME]
    example = str(TABLES[0])
    for output in ("out.csv", "out.tsv", "out.ndjson", "out.pdf"):
        yield ["all-risk", "batch", example, *SOME, "-o", output]
    for more in (["--form", "long"], ["--routine"], ["--names", "snake"], ["--strict-cells"], ["--excel-safe"]):
        yield ["all-risk", "batch", example, *SOME, *more]
    for form in ("html", "markdown", "json", "plain", "table"):
        yield ["all-risk", "report", example, *SOME, "--format", form]
    yield from (["all-risk", "template", *SOME, *more] for more in ([], ["--dates"], ["-o", "t.csv"], ["-o", "t.xlsx"]))
    for asked in yaml.safe_load((HERE / "cli" / "regimens.yaml").read_bytes()):
        for form in ("plain", "json"):
            yield ["all-protocol", "show", *asked["ask"], "--format", form]


def said(line: list[str]) -> Said:
    """Run one command line in a folder of its own."""
    apps = {"all-risk": risk.app, "all-protocol": protocol.app}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        result = CliRunner().invoke(apps[line[0]], line[1:], env={"COLUMNS": "100", "NO_COLOR": "1"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        files = {
            path.name: path.read_bytes().decode("utf-8", "replace") if path.suffix != ".xlsx" else "a workbook"
            for path in sorted(Path(folder).iterdir())
        }
    alike = (_CHANGES.sub("…", text.replace(folder, "FOLDER")) for text in (result.stdout, result.stderr))
    return Said(result.exit_code, *alike, {name: _CHANGES.sub("…", text) for name, text in files.items()})


def every(words: str) -> dict[str, Said]:
    """All that is said, by command line."""
    found = {}
    for line in lines():
        name = " ".join(part.replace(f"{ROOT}{os.sep}", "") for part in line)
        if words in name:
            found[name] = said(line)
    return found


def differences(before: dict[str, Said], after: dict[str, Said]) -> Iterator[str]:
    """What is said otherwise, as the lines that went and came."""
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        yield f"\n$ {name}"
        if old is None or new is None:
            yield "only before" if new is None else "only now"
            continue
        if old.code != new.code:
            yield f"exit code {old.code}, now {new.code}"
        texts = [("stdout", old.out, new.out), ("stderr", old.err, new.err)]
        texts += [(file, old.files.get(file, ""), new.files.get(file, "")) for file in sorted({*old.files, *new.files})]
        for where, one, other in texts:
            yield from difflib.unified_diff(one.splitlines(), other.splitlines(), where, where, lineterm="", n=0)


def main() -> int:
    """Save or compare."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("do", choices=["save", "compare"])
    options.add_argument("file", type=Path)
    options.add_argument("--match", default="", metavar="WORDS")
    asked = options.parse_args()
    now = every(asked.match)
    text = json.dumps(now, ensure_ascii=False)
    print(f"{len(now)} command lines, sha256 {hashlib.sha256(text.encode()).hexdigest()[:16]}")
    if asked.do == "save":
        asked.file.write_text(text, encoding="utf-8")
        return 0
    kept = {name: Said(*values) for name, values in json.loads(asked.file.read_text("utf-8")).items()}
    before = {name: Said(*each) for name, each in kept.items() if asked.match in name}
    different = list(differences(before, now))
    print("\n".join(different) or "nothing differs")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
