"""The record of a batch: with what it was run, on what, and what came out; enough to run it again and compare."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from all_cli import __version__
from all_cli.cohort.columns import LEFT_ALONE, Column
from all_cli.cohort.headers import SPECIAL
from all_cli.cohort.likely_text import likely_counts
from all_cli.cohort.manifest_shape import damaged_at
from all_cli.cohort.output import WriteAs
from all_cli.cohort.run import Job, Summary
from all_cli.cohort.streams import InputError
from all_cli.cohort.tables import ReadAs, input_files
from all_cli.cohort.whole_file import OutputError, whole_file
from all_cli.knowledge.cache import digest
from all_cli.knowledge.files import RECORD, read_small
from all_cli.knowledge.problems import did_you_mean
from all_cli.risk.library import risk_library

SCHEMA_VERSION = 1


def now() -> str:
    """This moment, in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def inputs_of(job: Job) -> list[dict[str, Any]]:
    """Name, size and hash of what a batch reads; before it runs, since it may write over it."""
    return [_file(file) for file in input_files(job.sources)]


def manifest_of(job: Job, summary: Summary, started: str, inputs: list[dict[str, Any]]) -> dict[str, Any]:
    """The record of a finished batch; ``inputs`` as :func:`inputs_of` gave them before.

    Raises:
        OSError: a file can no longer be read.
    """
    import polars

    return {
        "schema_version": SCHEMA_VERSION,
        "tool": f"all-cli {__version__}",
        "knowledge": digest(),
        "rules": _file(job.rules) if job.rules else None,
        "python": platform.python_version(),
        "polars": polars.__version__,
        "started": started,
        "finished": now(),
        "schemes": list(summary.plan.schemes),
        "options": {
            "mrd_unit": job.mrd_unit,
            "stop": job.stop,
            "strict_cells": job.strict,
            "assume": list(job.assume),
            "routine": job.routine,
            "read_as": job.read_as._asdict(),
            "write_as": job.writing._asdict(),
        },
        "form": asdict(summary.form),
        "mapping": {column.header: column.reads for column in summary.columns if column.reads != LEFT_ALONE},
        "columns": [asdict(column) for column in summary.columns],
        "names": dict(summary.renamed),
        "rows": summary.rows,
        "invalid": summary.invalid,
        "unread": {
            name[1:-1].replace('" and "', " and "): column.cells
            for name, column in sorted(summary.unusable.unread.items())
        },
        "counts": {
            scheme: {"status": dict(sorted(status.items())), "group": dict(sorted(summary.tally.group[scheme].items()))}
            for scheme, status in summary.tally.status.items()
        },
        **({"likely": likely_counts(summary.tally)} if job.assume or job.routine else {}),
        "inputs": inputs,
        "output": _file(job.output),
    }


@contextmanager
def written_manifest(path: str) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """What writes a record; its place is tried before the batch runs, and it appears there only when it is whole.

    Raises:
        UnreadableError: it may not be written there.
        OutputError: it cannot be written after all.
    """

    def write(manifest: Mapping[str, Any]) -> None:
        try:
            file.write(json.dumps(manifest, ensure_ascii=False, indent=2).encode() + b"\n")
            file.flush()
        except OSError as error:
            raise OutputError(path, f"the record cannot be written: {error.strerror}; the answers are") from None

    with whole_file(path, "--manifest") as file:
        yield write


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a record.

    Raises:
        InputError: not a record of a batch, or one that this version cannot replay.
        OSError: it cannot be read.
    """
    try:
        found = json.loads(read_small(path, RECORD))
    except (ValueError, RecursionError):
        raise InputError(str(path), "it is no JSON; give the file that all-risk batch --manifest wrote") from None
    needed = {"schema_version", "tool", "knowledge", "schemes", "options", "columns", "inputs", "output", "counts"}
    if not isinstance(found, dict) or not needed <= set(found):
        raise InputError(str(path), "it is no record of a batch; give the file that all-risk batch --manifest wrote")
    if found["schema_version"] != SCHEMA_VERSION:
        raise InputError(
            str(path), f"a record of version {found['schema_version']}; this program replays {SCHEMA_VERSION}"
        )
    if place := damaged_at(found):
        raise InputError(
            str(path), f"the record is damaged ({place}); give the file as all-risk batch --manifest wrote it"
        )
    return found


def job_of(manifest: Mapping[str, Any], name: str, output: str) -> Job:
    """The batch of a record, written to another output.

    Raises:
        InputError: the record is damaged, or its input came from standard input and is gone.
    """
    try:
        options = manifest["options"]
        columns = tuple(
            Column(**{**column, "values": tuple((text, meant) for text, meant in column.get("values", ()))})
            for column in manifest["columns"]
        )
        sources = tuple(str(entry["file"]) for entry in manifest["inputs"])
        job = Job(
            sources,
            output,
            mrd_unit=str(options["mrd_unit"]),
            read_as=ReadAs(**options["read_as"]),
            write_as=WriteAs(**options["write_as"]),
            stop=bool(options["stop"]),
            strict=bool(options.get("strict_cells", True)),  # what records of before there was a choice were made with
            rules=manifest["rules"]["file"] if manifest.get("rules") else None,
            columns=columns,
            assume=tuple(options.get("assume", ())),
            routine=bool(options.get("routine", False)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(name, f"the record is damaged ({error})") from None
    vocabulary = risk_library().vocabulary
    for column in columns:
        if column.reads not in SPECIAL and column.reads not in vocabulary:
            why = f'it reads "{column.header}" as "{column.reads}", and no fact of this version is called that'
            raise InputError(name, f"{why}{did_you_mean(column.reads, list(vocabulary))}")
    if "-" in sources:
        raise InputError(name, "the batch read standard input, which cannot be read again; run it from a file")
    return job


def refuse_replaced(manifest: Mapping[str, Any]) -> None:
    """Raise :class:`InputError` if the answers of a batch stand where its input stood."""
    written = manifest["output"]
    for entry in manifest["inputs"]:
        name = str(entry["file"])
        if name == written["file"] and written["sha256"] and _file(name)["sha256"] == written["sha256"]:
            why = "the batch wrote its answers over its own input, which is gone; put the file that was read back there"
            raise InputError(name, f"{why}, then replay")


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """What is not as it was, a sentence each: program, knowledge, input, then what came out."""
    for what in ("tool", "knowledge"):
        if before[what] != after[what]:
            yield f"{what}: it was {before[what]}, it is {after[what]}"
    rules = [(record.get("rules") or {}).get("sha256") for record in (before, after)]
    if rules[0] != rules[1]:
        yield f"rules: the file {before['rules']['file']} is not the one that was used"
    for then, this in zip(before["inputs"], after["inputs"], strict=True):
        if then["sha256"] != this["sha256"]:
            size = f"{then['bytes']} bytes then, {this['bytes']} now"
            yield f"input: {then['file']} is not the file that was read ({size})"
    if before["rows"] != after["rows"]:
        yield f"rows: {before['rows']} then, {after['rows']} now"
    yield from _moved(before["counts"], after["counts"])
    for scheme, likely in before.get("likely", {}).items():
        for groups, rows in likely["rows"].items():
            if rows != (now := after["likely"][scheme]["rows"].get(groups, 0)):
                yield f"{scheme}, likely: {groups} {rows} then, {now} now"
    if before["output"]["sha256"] and before["output"]["sha256"] != after["output"]["sha256"]:
        yield "output: not byte for byte what was written"
        for what in ("python", "polars"):
            if before.get(what) != after.get(what):
                yield f"{what}: it was {before.get(what)}, it is {after.get(what)}"


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for scheme, then in before.items():
        this = after.get(scheme, {})
        for kind in ("status", "group"):
            for name in sorted({*then[kind], *this.get(kind, {})}):
                one, other = then[kind].get(name, 0), this.get(kind, {}).get(name, 0)
                if one != other:
                    yield f"{scheme}: {name} {one} then, {other} now"


def _file(path: str) -> dict[str, Any]:
    """Name, size and hash of a file; of standard input and output and of devices nothing can be said afterwards."""
    if path == "-" or not Path(path).is_file():
        return {"file": path, "bytes": None, "sha256": None}
    with Path(path).open("rb") as file:
        digested = hashlib.file_digest(file, "sha256").hexdigest()
    return {"file": path, "bytes": Path(path).stat().st_size, "sha256": digested}
