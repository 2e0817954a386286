"""Apache Spark started, or joined, quietly; and what it says when it cannot work, as one sentence."""

from __future__ import annotations

import io
import os
import re
import shutil
import socket
import sys
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from typing import Any

from all_cli.cohort.spark.worker import BEGIN, END
from all_cli.cohort.streams import InputError
from all_cli.patient.unreadable import UnreadableError

_INSTALL = "install it with pip install 'all-cli[spark]'"
_PACKAGE = "all_cli-"
_REACHED_IN = 5  # seconds
_QUIET = """rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %p %c{1}: %m%n
"""


class SparkError(InputError):
    """A job of Spark failed; says why in a sentence."""

    def __init__(self, why: str) -> None:
        OSError.__init__(self, why)


@contextmanager
def spark_session(master: str, verbose: bool) -> Iterator[Any]:
    """A session of Spark, with this package sent to its executors; a session that was there before is kept.

    Args:
        master: URL of the cluster; empty: as spark-submit or Spark's own configuration say, else this machine.
        verbose: whether Spark's log is shown.

    Raises:
        UnreadableError: there is no Spark or no Java, or the master is none that can be reached.
        SparkError: it cannot start.
    """
    _check(master)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="all-risk-spark-") as folder:
        # pyspark speaks of releases of pandas; nothing here goes through pandas.
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"pyspark\.")
        warnings.filterwarnings("ignore", category=ResourceWarning)
        from pyspark.sql import SparkSession

        before = SparkSession.getActiveSession()
        session = before or _started(SparkSession, master, verbose, Path(folder))
        try:
            if not verbose:
                session.sparkContext.setLogLevel("OFF")
            session.conf.set("spark.sql.session.timeZone", "UTC")
            with spark_errors():
                session.sparkContext.addPyFile(str(_package(Path(folder))))
            yield session
        finally:
            sys.path[:] = [place for place in sys.path if not Path(place).name.startswith(_PACKAGE)]
            if before is None:
                with _no_interrupt(), suppress(Exception):
                    session.stop()


@contextmanager
def _no_interrupt() -> Iterator[None]:
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _check(master: str) -> None:
    from importlib.util import find_spec

    if find_spec("pyspark") is None or find_spec("pyarrow") is None:
        raise UnreadableError("--engine", "spark", f"Apache Spark is not installed here; {_INSTALL}")
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else "java"
    if shutil.which(java) is None:
        why = f'there is no Java at JAVA_HOME ("{home}")' if home else "there is no Java on this machine"
        raise UnreadableError("--engine", "spark", f"{why}; Spark needs Java 17 or newer")
    if master.startswith("sc://"):
        raise UnreadableError("--master", master, "Spark Connect is not used; give the cluster's own address")
    if master.startswith("spark://"):
        _reach(master)
    elif master and not re.match(r"local(-cluster)?(\[.*\])?$|yarn$|k8s://|mesos://", master):
        raise UnreadableError("--master", master, "write local[4], spark://HOST:7077, yarn or k8s://https://HOST:PORT")


def _reach(master: str) -> None:
    places = master.removeprefix("spark://").split(",")
    for place in places:
        host, _, port = place.rpartition(":")
        try:
            number = int(port)
        except ValueError:
            raise UnreadableError("--master", master, "write it as spark://HOST:7077") from None
        with suppress(OSError), socket.create_connection((host, number), timeout=_REACHED_IN):
            return
    raise UnreadableError("--master", master, "nobody answers there; is the master running, and is this its address?")


def _started(builder_of: Any, master: str, verbose: bool, folder: Path) -> Any:
    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    if not submitted and (not master or master.startswith("local")):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = builder_of.builder.appName("all-risk batch").config("spark.ui.showConsoleProgress", "false")
    if master:
        builder = builder.master(master)
    if master.startswith("local"):
        builder = builder.config("spark.ui.enabled", "false")
    if not verbose and not submitted:
        quiet = folder / "log4j2.properties"
        quiet.write_text(_QUIET)
        options = f"-Dlog4j2.configurationFile=file:{quiet}"
        builder = builder.config("spark.driver.extraJavaOptions", options)
    said = folder / "spark.log"
    try:
        with nullcontext() if verbose else _errors_into(said):
            return builder.getOrCreate()
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("pyspark", "py4j", "builtins"):
            raise
        raise SparkError(f"Spark did not start: {_reason(said, str(error))}") from None


@contextmanager
def _errors_into(file: Path) -> Iterator[None]:
    """Send what this process and those it starts say on standard error into a file; they keep to it."""
    sys.stderr.flush()
    kept = os.dup(2)
    with file.open("wb") as stream:
        os.dup2(stream.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def _reason(said: Path, error: str) -> str:
    text = said.read_text(errors="replace") if said.exists() else ""
    told = [line for line in text.splitlines() if re.search(r"Exception|Error", line) and "\tat " not in line]
    line = told[0] if told else next(iter(error.splitlines()), "no reason was given")
    line = re.sub(r'^(Exception in thread "[^"]*" |ERROR \w+: )?([\w.$]+(Exception|Error): )?', "", line).strip()
    return f"{line.rstrip('.')} (--verbose shows Spark's log)"


def _package(folder: Path) -> Path:
    """This package without its data, as a file that Spark sends to the executors."""
    content = _packed()
    target = folder / f"{_PACKAGE}{zlib.crc32(content):08x}.zip"
    target.write_bytes(content)
    return target


@cache
def _packed() -> bytes:
    import all_cli

    root = Path(str(all_cli.__file__)).parent
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(root.rglob("*.py")):
            # No times: the same program is the same file, which a session takes twice.
            entry = zipfile.ZipInfo(str(Path("all_cli") / path.relative_to(root)))
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return content.getvalue()


@contextmanager
def spark_errors() -> Iterator[None]:
    """What fails in Spark, as :class:`SparkError`."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("pyspark", "py4j"):
            raise
        raise SparkError(sentence_of(error)) from None


def sentence_of(error: BaseException) -> str:
    """What failed in a job, as one sentence: our own if one came back, otherwise the heart of Spark's."""
    text = str(error)
    own = text.rfind(BEGIN)
    if own >= 0 and END in text[own:]:
        return text[own + len(BEGIN) : text.index(END, own)]
    if lacks := re.search(r"No module named '([\w.]+)'", text):
        return f"the executors' Python lacks {lacks[1]}; they need polars, numpy, pyarrow and msgpack"
    if versions := re.search(r"PYTHON_VERSION_MISMATCH\][^\n]*", text):
        return f"{versions[0].split('] ')[-1]} Set PYSPARK_PYTHON to the same Python everywhere"
    causes = re.findall(r"(?:Caused by: |: )[\w.$]+(?:Exception|Error): ([^\n]+)", text)
    told = causes[-1] if causes else next((line for line in text.splitlines() if line.strip()), type(error).__name__)
    return f"Spark: {told.strip().rstrip('.')} (--verbose shows Spark's log)"
