"""What is no table is named as what it is, with what would work; exit code 3, and nothing is written."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest
from typer.testing import CliRunner

from all_cli.cli.risk import app
from all_cli.cohort.no_table import refuse_no_table
from all_cli.cohort.streams import HEAD


def archive(*names: str, content: bytes = b"x") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name in names:
            made.writestr(name, content)
    return buffer.getvalue()


BUNDLE = {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Patient", "id": "1"}}]}
ROWS = [{"age": 7, "wbc": 45}, {"age": 10, "wbc": 5}]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\n<!DOCTYPE html><html><head><title>404  Not &amp; found</title></head></html>", 'title "404 Not & found"'),
        (b"\xef\xbb\xbf<HTML><body><table><tr><td>age</td></tr></table></body></HTML>", "save it as XLSX"),
        (b"<?xml version='1.0'?><rows><row/></rows>", "XML"),
        (b"<Bundle xmlns='http://hl7.org/fhir'></Bundle>", "FHIR"),
        (json.dumps(BUNDLE).encode(), "FHIR"),
        (json.dumps(BUNDLE, indent=2).encode(), "FHIR"),
        (json.dumps({"resourceType": "Patient"}).encode() + b"\n{}\n", "FHIR"),
        (json.dumps(ROWS).encode(), "jq -c '.[]'"),
        (json.dumps(ROWS, indent=1).encode(), "jq -c '.[]'"),
        (b"[\n" + b",\n".join([json.dumps(ROWS, indent=1).encode()[2:-2]] * 50_000) + b"\n]", "jq -c '.[]'"),
        (json.dumps({"records": ROWS}).encode(), "jq -c '.records[]'"),
        (json.dumps(ROWS[0], indent=1).encode(), "over several lines"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"{\\rtf1\\ansi age}", "RTF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "XLSX"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "picture"),
        (archive("data/patients.csv", "readme.md"), '"data/patients.csv"'),
        (archive("[Content_Types].xml", "word/document.xml"), "Word"),
        (archive("[Content_Types].xml", "xl/workbook.bin"), "XLSB"),
        (archive("mimetype", content=b"application/vnd.oasis.opendocument.text"), "OpenDocument"),
        (b"BZh91AY&SYxx", "bzip2"),
        (b"SQLite format 3\0", "SQLite"),
        (gzip.compress(b"RDX3\nX\n\0\0", mtime=0), "write.csv"),
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \r\n\n", "empty lines"),
    ],
)
def test_it_is_named_as_what_it_is(content: bytes, said: str) -> None:
    result = CliRunner().invoke(app, ["batch", "-"], input=content)
    assert (result.exit_code, result.stdout) == (3, ""), result.exception
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"BZh,age\n1,2\n",
        b"[id],age\n1,2\n",
        b'{"age": 7, "tests": ["a"]}\n{"age": 8}\n',
        b'{"age": 7}\nnot json\n',
        b"not json {\n",
        b"<5y,age\n1,2\n",
        b'{"a": 1}\n' * (HEAD // 9 + 1),
        archive("[Content_Types].xml", "xl/workbook.xml"),
    ],
)
def test_tables_are_left_to_their_readers(content: bytes) -> None:
    refuse_no_table("t", content[:HEAD])
