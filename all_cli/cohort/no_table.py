"""Files that are no table of patients, named as what they are: a web page, JSON, a PDF, an archive, a picture."""

from __future__ import annotations

import html
import json
import re

from all_cli.cohort.streams import HEAD, InputError

_AS_CSV = "save the table in it as CSV or XLSX"
_UNPACK = "unpack it, and give the table in it"
_SIGNATURES = (
    (b"%PDF", f"a PDF; {_AS_CSV}"),
    (b"{\\rtf", f"a text of a word processor (RTF); {_AS_CSV}"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (such as .xls), or one with a password; save it as XLSX or CSV"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"II*\0", "a picture (TIFF)"),
    (b"MM\0*", "a picture (TIFF)"),
    (b"7z\xbc\xaf", f"a 7z archive; {_UNPACK}"),
    (b"Rar!", f"a RAR archive; {_UNPACK}"),
    (b"BZh", f"packed with bzip2; {_UNPACK}, or pack it with gzip or zstd"),
    (b"\xfd7zXZ", f"packed with xz; {_UNPACK}, or pack it with gzip or zstd"),
    (b"SQLite format 3", "a database (SQLite); write the table in it as CSV"),
    (b"\x89HDF", "an HDF5 file; write the table in it as CSV or Parquet"),
    (b"RDX", "a data file of R; write it with write.csv or arrow::write_parquet"),
    (b"RDA", "a data file of R; write it with write.csv or arrow::write_parquet"),
    (b"X\n\0\0\0", "a data file of R (RDS); write it with write.csv or arrow::write_parquet"),
)
_FHIR = "FHIR resources, which are no table; make it one, with a row per patient"
_LINES = "write one object per line (NDJSON), for example with: jq -c"
_ENTRY = re.compile(rb"PK\x03\x04(?=.{22}(..)..([\x20-\x7e]{0,255}))", re.DOTALL)
_BZIP = re.compile(rb"BZh[1-9]1AY&SY")


def refuse_no_table(name: str, head: bytes) -> None:
    """Raise :class:`InputError` if the first bytes of a file are those of something else than a table."""
    if what := _what(head):
        raise InputError(name, f"it is no table but {what}")


def _what(head: bytes) -> str:
    for signature, what in _SIGNATURES:
        if head.startswith(signature) and (signature != b"BZh" or _BZIP.match(head)):
            return what
    if head.startswith(b"PK\x03\x04"):
        return _archive(head)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return _markup(start)
    if start.startswith((b"{", b"[")):
        return _json(start, whole=len(head) < HEAD)
    return ""


def _archive(head: bytes) -> str:
    names = [match[2][: int.from_bytes(match[1], "little")].decode() for match in _ENTRY.finditer(head)]
    if any(name.startswith("xl/") for name in names):
        return "a binary workbook (XLSB); save it as XLSX or CSV" if "xl/workbook.bin" in names else ""
    for folder, what in (("word/", "a Word document"), ("ppt/", "a presentation")):
        if any(name.startswith(folder) for name in names):
            return f"{what}; {_AS_CSV}"
    if names[:1] == ["mimetype"] and b"opendocument" in head[:200]:
        return "" if b"opendocument.spreadsheet" in head[:200] else f"an OpenDocument text or drawing; {_AS_CSV}"
    # The names of a workbook can stand behind large parts of it: what is no archive of tables is left to its reader.
    tables = [name for name in names if name.lower().endswith((".csv", ".tsv", ".txt", ".xlsx", ".ods", ".parquet"))]
    return f'a ZIP archive that holds "{tables[0]}"; {_UNPACK}' if tables else ""


def _markup(start: bytes) -> str:
    text = start[:65536].decode("utf-8", "replace")
    low = text.casefold()
    if "http://hl7.org/fhir" in low:
        return _FHIR
    if low.startswith(("<!doctype html", "<html", "<head", "<body", "<table")) or "<html" in low[:1000]:
        found = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
        title = " ".join(html.unescape(found[1]).split())[:80] if found else ""
        shown = f' with the title "{title}"' if title else ""
        holds = "open it in a spreadsheet and save it as XLSX" if "<table" in low else "get the file itself"
        return f"a web page (HTML){shown}; {holds}"
    if low.startswith("<?xml"):
        return f"XML; {_AS_CSV}"
    return ""


def _json(start: bytes, *, whole: bool) -> str:
    """What JSON is that is not one object on each line."""
    first, _, rest = start.partition(b"\n")
    found = _parsed(first)
    if isinstance(found, dict):
        if "resourceType" in found:
            return _FHIR
        held = next((key for key, value in found.items() if _is_list_of_objects(value)), "")
        return (
            f"one JSON object with a list under \"{held}\"; {_LINES} '.{held}[]'" if held and not rest.strip() else ""
        )
    if found is None and whole:
        found = _parsed(start)
    opened = start.startswith(b"[") and start[1:].lstrip().startswith((b"{", b"["))
    if isinstance(found, list) or (not whole and opened):
        return f"a JSON array; {_LINES} '.[]'"
    if isinstance(found, dict) or (not whole and first.strip() == b"{"):
        return _FHIR if b'"resourceType"' in start[:4096] else f"one JSON object over several lines; {_LINES} ."
    return ""


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _parsed(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
