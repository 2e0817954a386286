"""An ODS file with one sheet of text and numbers, written row by row into flat memory.

The libraries that write ODS keep each cell as an object: odfdo took a millisecond a cell, minutes for a small cohort.
A sheet of plain cells is a zip archive with three members, which is little enough to write here.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterable
from html import escape
from typing import IO

_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"
_MANIFEST = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest xmlns:manifest="{_NAMESPACE}:manifest:1.0" '
    f'manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_HEAD = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<office:document-content xmlns:office="{_NAMESPACE}:office:1.0" '
    f'xmlns:table="{_NAMESPACE}:table:1.0" xmlns:text="{_NAMESPACE}:text:1.0" office:version="1.3">'
    "<office:body><office:spreadsheet><table:table table:name={name}>"
)
_TAIL = "</table:table></office:spreadsheet></office:body></office:document-content>"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SPACES = re.compile(r"(?:^ | (?= )| $)")  # white space that XML would let go
_EMPTY = "<table:table-cell/>"
CONTROL, RETURN = "control characters, written as \ufffd", "carriage returns, written as line ends"


class OdsWriter:
    """Text stays text, so that no cell becomes a formula or a date; the same rows make the same bytes."""

    def __init__(self, file: IO[bytes], sheet: str, lost: Counter[str]) -> None:
        """``lost`` counts the cells with signs that the format has not, by what became of them."""
        self._lost = lost
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        # The type stands first and unpacked, so that it can be told from the file's first bytes.
        self._archive.writestr(_member("mimetype", zipfile.ZIP_STORED), _TYPE)
        self._archive.writestr(_member("META-INF/manifest.xml"), _MANIFEST)
        self._content = self._archive.open(_member("content.xml"), "w", force_zip64=True)
        self._content.write(_HEAD.replace("{name}", f'"{escape(sheet)}"').encode())

    def write(self, rows: Iterable[Iterable[str | float | None]]) -> None:
        """Write rows of texts and finite numbers; None and an empty text are an empty cell."""
        text = "".join(f"<table:table-row>{''.join(map(self._cell, cells))}</table:table-row>" for cells in rows)
        self._content.write(text.encode())

    def _cell(self, value: str | float | None) -> str:
        if value is None or value == "":
            return _EMPTY
        if isinstance(value, str):
            return f'<table:table-cell office:value-type="string">{self._paragraphs(value)}</table:table-cell>'
        shown = f"<text:p>{value}</text:p>"
        return f'<table:table-cell office:value-type="float" office:value="{value}">{shown}</table:table-cell>'

    def _paragraphs(self, text: str) -> str:
        """Lines as paragraphs, with the white space and the signs that XML has not as elements, or as no sign."""
        if "\r" in text:
            self._lost[RETURN] += 1
        if _NO_XML.search(text):
            self._lost[CONTROL] += 1
            text = _NO_XML.sub("\ufffd", text)
        return "".join(
            f"<text:p>{_SPACES.sub('<text:s/>', escape(line, quote=False)).replace(chr(9), '<text:tab/>')}</text:p>"
            for line in re.split(r"\r\n|\r|\n", text)
        )

    def close(self) -> None:
        """End the file."""
        self._content.write(_TAIL.encode())
        self._content.close()
        self._archive.close()


def _member(name: str, packing: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)  # dated 1980, always
    member.compress_type = packing
    return member
