"""What all tests share: the shipped libraries, a cache apart from the user's, and groups that need another program.

``pytest --nothing-skipped`` fails if a test was skipped; what was skipped, and how to have it, is said at the end.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

# Before anything reads the user's cache directory: tests neither use nor touch it.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="all-cli-tests-")

import pytest
import typer.main
import typer.testing
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings
from needs import GROUPS, is_here

import all_cli.knowledge.documents
import all_cli.patient.patient
import all_cli.protocol.load
import all_cli.risk.library
from all_cli.logic.diagram import Diagram
from all_cli.patient.reading import read_value
from all_cli.protocol.library import ProtocolLibrary
from all_cli.risk.library import RiskLibrary

settings.register_profile(
    "all-cli", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("all-cli")

# Thousands of tests run a command in this process: the shipped files are parsed, and a command line is built, once.
all_cli.knowledge.documents.document_of = cache(all_cli.knowledge.documents.document_of)
typer.testing._get_command = cache(typer.main.get_command)

# Patients of one test are like those of another: what a diagram says of the same masks is worked out once.
_REMEMBERED = 100_000


def _once(method: Callable[..., Any]) -> Callable[..., Any]:
    said: dict[Any, tuple[Any, Any]] = {}  # with the diagram, so that its place is not given away

    def once(diagram: Diagram, *asked: Any) -> Any:
        key = (id(diagram), *map(tuple, asked))
        if key not in said:
            if len(said) > _REMEMBERED:
                said.clear()
            said[key] = (method(diagram, *asked), diagram)
        answer = said[key][0]
        return list(answer) if isinstance(answer, list) else answer

    return once


Diagram.reach = _once(Diagram.reach)  # type: ignore[method-assign]
Diagram.mattering = _once(Diagram.mattering)  # type: ignore[method-assign]

# Oracles tell one patient after another the same few values; what a text says of a fact does not change either.
_readings: dict[tuple[int, Any, Any], tuple[Any, Any]] = {}  # with the fact, so that its place is not given away


def _read_once(fact: Any, *said: Any, **options: Any) -> Any:
    key = (id(fact), said, tuple(options.items()))
    if key not in _readings:
        _readings[key] = (read_value(fact, *said, **options), fact)
    return _readings[key][0]


all_cli.patient.patient.read_value = _read_once  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def library() -> RiskLibrary:
    return all_cli.risk.library.risk_library()


@pytest.fixture(scope="session")
def protocols() -> ProtocolLibrary:
    return all_cli.protocol.load.protocol_library()


# --- groups of tests that need a program besides Python ---------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nothing-skipped", action="store_true", help="fail if any test was skipped")


def pytest_configure(config: pytest.Config) -> None:
    for name, group in GROUPS.items():
        config.addinivalue_line("markers", f"{name}: needs {group.needs}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts a program besides Python goes first: together in one process, which starts it once."""
    items.sort(key=lambda item: not any(map(item.get_closest_marker, GROUPS)))


def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Each test tells its process once what became of it: that setting up and clearing away went well is not sent."""
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


def pytest_runtest_setup(item: pytest.Item) -> None:
    for name, group in GROUPS.items():
        if item.get_closest_marker(name) and not is_here(name):
            pytest.skip(f"needs {group.needs}")


def _skipped(config: pytest.Config) -> list[Any]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return list(reporter.stats.get("skipped", ())) if reporter else []


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("nothing_skipped") and _skipped(session.config) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    skipped = _skipped(config)
    ran = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ())]
    lines = []
    for name, group in GROUPS.items():
        without = len({report.nodeid for report in skipped if name in report.keywords})
        here = len({report.nodeid for report in ran if name in report.keywords})
        if without:
            lines.append(f"{name}: {without} skipped, for want of {group.needs}. To have them: {group.how}")
        elif here:
            lines.append(f"{name}: {here} ran")
    others = Counter(
        (report.nodeid.split("[")[0], report.longrepr[2] if isinstance(report.longrepr, tuple) else "")
        for report in skipped
        if not any(name in report.keywords for name in GROUPS)
    )
    lines += [f"{where}: {number} skipped. {why}" for (where, why), number in others.items()]
    if lines:
        terminalreporter.section("tests that need more than Python")
        for line in lines:
            terminalreporter.line(line)
    if skipped and config.getoption("nothing_skipped"):
        terminalreporter.line(f"failed: {len(skipped)} tests skipped, and --nothing-skipped allows none", red=True)
