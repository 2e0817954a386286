"""The bibliography: what is cited, and how a reference reads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from all_cli.knowledge.cache import closed_part, open_part

if TYPE_CHECKING:
    from all_cli.knowledge.strict_yaml import Document


class Source(NamedTuple):
    """One cited source. ``read`` says what of it was read for this project; ``checked`` whether its data were."""

    id: str
    title: str
    kind: str
    year: int | None
    read: str
    checked: bool
    authors: str = ""
    container: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    doi: str = ""
    pmid: str = ""
    url: str = ""
    note: str = ""

    @property
    def citation(self) -> str:
        """Authors, title, container, year, volume and pages in one line."""
        when = str(self.year) if self.year else ""
        if self.volume:
            when += f";{self.volume}" + (f"({self.issue})" if self.issue else "")
        if self.pages:
            when += f":{self.pages}"
        parts = [self.authors, self.title, " ".join(part for part in (self.container, when) if part)]
        return " ".join(part if part[-1] in "?!." else f"{part}." for part in parts if part)

    @property
    def identifier(self) -> str:
        """DOI and PMID, or the address where there is no DOI."""
        found = [f"doi:{self.doi}" if self.doi else "", f"PMID {self.pmid}" if self.pmid else ""]
        if not self.doi:
            found.append(self.url)
        return " ".join(part for part in found if part)

    @property
    def reference(self) -> str:
        """The full reference in one line; identifiers whole, never cut."""
        return f"{self.citation} {self.identifier}".strip()

    @property
    def bibtex(self) -> str:
        """The source as a BibTeX entry; signs that TeX reads as commands are escaped, identifiers stand as they are."""
        kind = "article" if self.container and self.kind in ("trial", "review", "consensus", "guideline") else "misc"
        entries = {
            "author": " and ".join(name.strip() for name in self.authors.removesuffix(" et al").split(",") if name),
            "title": "{" + _in_tex(self.title) + "}",
            "journal" if kind == "article" else "howpublished": _in_tex(self.container),
            "year": str(self.year or ""),
            "volume": self.volume,
            "number": self.issue,
            "pages": self.pages.replace("-", "--"),
            "doi": self.doi,
            "pmid": self.pmid,
            "url": self.url,
        }
        if self.authors.endswith("et al"):
            entries["author"] += " and others"
        entries["author"] = _in_tex(entries["author"])
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in entries.items() if value)
        return f"@{kind}{{{self.id},\n{body}\n}}"


_TEX = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def _in_tex(text: str) -> str:
    return "".join(_TEX.get(sign, sign) for sign in text)


class Citation(NamedTuple):
    """A place in a source: page, table, row, section or sentence."""

    source: str
    locator: str = ""

    def __str__(self) -> str:
        return f"{self.source}, {self.locator}" if self.locator else self.source


def citations(raw: Sequence[Any]) -> tuple[Citation, ...]:
    """Citations as the knowledge files write them: ``source`` or ``{source: locator}``."""
    return tuple(Citation(item) if isinstance(item, str) else Citation(*next(iter(item.items()))) for item in raw)


def sources_in(document: "Document") -> dict[str, Source]:
    """The sources of a checked bibliography, by id."""
    names = set(Source._fields)
    return {
        id: Source(id=id, **{key: value for key, value in entry.items() if key in names})
        for id, entry in document.data["sources"].items()
    }


class Bibliography(Mapping[str, Source]):
    """The sources by id, from their compiled form; each is unpacked when it is asked for."""

    def __init__(self, packed: bytes) -> None:
        self._closed: dict[str, bytes] = open_part(packed)
        self._open: dict[str, Source] = {}

    def __getitem__(self, id: str) -> Source:
        if id not in self._open:
            self._open[id] = Source(**open_part(self._closed[id]))
        return self._open[id]

    def __contains__(self, id: object) -> bool:
        return id in self._closed

    def __iter__(self) -> Iterator[str]:
        return iter(self._closed)

    def __len__(self) -> int:
        return len(self._closed)


def pack_sources(sources: Mapping[str, Source], packed: bytes | None = None) -> bytes:
    """The compiled form that :class:`Bibliography` reads: of these sources, after those of another compiled form."""
    before = open_part(packed) if packed else {}
    return closed_part({**before, **{id: closed_part(source._asdict()) for id, source in sources.items()}})
