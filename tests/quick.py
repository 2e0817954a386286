"""Run the tests that a change touches: those that changed, and those that import what changed.

The change is what git sees since the last commit, with new files. Where no test imports a changed module of the
program by name, the tests of its room run; for a knowledge file those of the knowledge and of the checks. Further
arguments go to pytest.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
OF_DATA = ("tests/knowledge", "tests/risk/test_check.py", "tests/protocol/test_protocol_check.py")


def changed() -> list[str]:
    """The files that differ from the last commit, and those that git does not know yet."""
    commands = (["diff", "--name-only", "HEAD"], ["ls-files", "--others", "--exclude-standard"])
    said = [subprocess.check_output(["git", *command], cwd=ROOT, text=True) for command in commands]
    return [name for part in said for name in part.splitlines()]


def touched(file: str) -> list[str]:
    """The test files, or folders of them, to run for one changed file."""
    path = Path(file)
    match path.parts:
        case ("data", *_):
            return [name for name in OF_DATA if (ROOT / name).exists()]
        case ("tests", *_, name) if name.startswith("test_"):
            return [file] if (ROOT / file).exists() else []
        case ("tests", *_, "conftest.py"):
            return [str(path.parent)]
        case ("tests" | "tools", *_) if path.suffix == ".py":
            return importing(path.stem)
        case ("all_cli", *rooms, _) if path.suffix == ".py":
            return importing(".".join(path.with_suffix("").parts)) or [f"tests/{rooms[0]}" if rooms else "tests"]
    return []


def importing(module: str) -> list[str]:
    """The test files that import a module by its name."""
    line = re.compile(rf"^ *(from|import) {re.escape(module)}\b(?!\.)", re.MULTILINE)
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(file.relative_to(ROOT)) for file in files if line.search(file.read_text(encoding="utf-8"))]


def main() -> int:
    """Run them; 0 if all hold or nothing is touched."""
    picked = sorted({name for file in changed() for name in touched(file)})
    print("\n".join(picked) or "no test is touched by what changed since the last commit")  # noqa: T201
    return int(pytest.main([*picked, *sys.argv[1:]])) if picked else 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
