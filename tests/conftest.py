"""Shared fixtures: the shipped library, and a cache of its own for the tests."""

from __future__ import annotations

import os
import tempfile

# Before anything reads the user's cache directory: tests neither use nor touch it.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="all-cli-tests-")

import pytest
from hypothesis import HealthCheck, settings

from all_cli.protocol.library import ProtocolLibrary, protocol_library
from all_cli.risk.library import RiskLibrary, risk_library

settings.register_profile(
    "all-cli", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("all-cli")


@pytest.fixture(scope="session")
def library() -> RiskLibrary:
    return risk_library()


@pytest.fixture(scope="session")
def protocols() -> ProtocolLibrary:
    return protocol_library()
