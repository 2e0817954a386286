"""The mark of tests that build and install the package."""

from __future__ import annotations

import pytest


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: builds and installs the package; leave out with -m 'not slow'")
