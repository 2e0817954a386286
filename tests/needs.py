"""Groups of tests that need a program besides Python, by their marker, and how to have what they need."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def _spark() -> bool:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(str(Path(home, "bin", "java")) if home else "java")
    if java is None or find_spec("pyspark") is None:
        return False
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', told)
    return version is not None and int(version[1]) >= 17


class Group(NamedTuple):
    """A marker of tests that need something: whether it is here, what it is, and how to have it."""

    here: Callable[[], Any]
    needs: str
    how: str


GROUPS = {
    "spark": Group(
        _spark, "PySpark and Java 17 or newer", "pip install 'all-cli[spark]', apt-get install default-jre-headless"
    ),
    "browser": Group(lambda: BROWSER, "Chromium or Chrome on the PATH", "apt-get install chromium"),
    "r": Group(lambda: shutil.which("Rscript"), "Rscript on the PATH", "apt-get install r-base-core"),
}


@cache
def is_here(name: str) -> bool:
    return bool(GROUPS[name].here())
