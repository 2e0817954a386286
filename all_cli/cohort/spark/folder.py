"""The folder that Spark writes: under its name only when it is whole, wherever a folder can be renamed."""

from __future__ import annotations

import re
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from all_cli.patient.unreadable import UnreadableError

_RENAMED = ("file", "hdfs", "viewfs", "abfs", "abfss")  # file systems that rename a folder in one step
_EXISTS = "it is already there; name a new folder, or remove the old one"


def check_place(output: str) -> None:
    """What can be said of an output before Spark runs.

    Raises:
        UnreadableError: a place where no folder can be made.
    """
    if output == "-":
        raise UnreadableError("--output", output, "Spark writes a folder of files; name one with -o")
    if "://" in output:
        return
    path = Path(output)
    if path.exists() or path.is_symlink():
        raise UnreadableError("--output", output, _EXISTS)
    if not path.absolute().parent.is_dir():
        raise UnreadableError("--output", output, "the folder that it would stand in does not exist")


@contextmanager
def whole_folder(spark: Any, output: str, suffix: str) -> Iterator[str]:
    """An address to write to; what is there at the end stands under ``output``, and nothing if it does not come so far.

    Args:
        spark: the session.
        output: a path, or an address that Spark knows.
        suffix: of text files, for which Spark writes ``.txt``.

    Raises:
        UnreadableError: it is already there, or in a place that Spark does not know.
    """
    java = spark._jvm
    address = output if "://" in output else f"file://{Path(output).absolute()}"
    address = address.rstrip("/")
    target = java.org.apache.hadoop.fs.Path(address)
    try:
        system = target.getFileSystem(spark._jsc.hadoopConfiguration())
        taken = system.exists(target)
    except Exception as error:
        why = re.sub(r"^[\w.$]+(Exception|Error): ", "", str(getattr(error, "java_exception", error)).splitlines()[0])
        raise UnreadableError("--output", output, f"Spark cannot write there: {why}") from None
    if taken:
        raise UnreadableError("--output", output, _EXISTS)
    if target.toUri().getScheme() not in _RENAMED:
        yield address
        return
    folder, _, name = address.rpartition("/")
    beside = f"{folder}/.{name}.{uuid.uuid4().hex[:8]}.part"
    place = java.org.apache.hadoop.fs.Path(beside)
    try:
        yield beside
        if suffix:
            _name_parts(java, system, place, suffix)
        if system.exists(target) or not system.rename(place, target):
            raise UnreadableError("--output", output, "it was made by somebody else in the meantime")
    except BaseException:
        with suppress(Exception):
            system.delete(place, True)
        if beside.startswith("file://"):  # also when Java is no longer there
            shutil.rmtree(beside.removeprefix("file://"), ignore_errors=True)
        raise


def _name_parts(java: Any, system: Any, place: Any, suffix: str) -> None:
    for found in system.listStatus(place):
        name = found.getPath().getName()
        if name.startswith("part-"):
            system.rename(found.getPath(), java.org.apache.hadoop.fs.Path(place, name.replace(".txt", suffix, 1)))
