"""Write the knowledge files in their one form: a statement is one flow mapping, what holds statements is a block.

A mapping is a statement unless it holds a list of statements, statements by id, the rows of a table or a list of words
that no line holds; a citation, which has one key, is no statement. What a comment stands in is a block too. A
statement that is longer than a line goes on below, further in. It is broken between its parts; a text is broken, at a
space, if no line holds it. A scalar is plain unless it would then read otherwise, here or in another reader of YAML.
What is read, its order, the comments, and a blank line between entries stay.

    python tools/format_data.py            write the files of data/
    python tools/format_data.py --check    name those that are not in the form; exits with 1 if there are any
    python tools/format_data.py FILE ...   these files alone
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from all_cli.knowledge.problems import KnowledgeError  # noqa: E402 - the checkout beside this file, installed or not
from all_cli.knowledge.strict_yaml import read_yaml  # noqa: E402

WIDTH = 150
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER = yaml.SafeLoader("")
_INDICATORS = "-?:,[]{}#&*!|>'\"%@`"
_BREAK = re.compile(r"(?<=\S) (?=[^\s#?:&*!|>'\"%@`-])")
_NEVER_PLAIN = re.compile(r"[,\[\]{}?]|:(?=\s|$)|\s#|[^\S ]|^ | $|^---|^\.\.\.|^=$|^<<$|^0o[0-7]+$")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}

At = tuple[int, int]
"""Line and column, from 0."""
Pieces = list[Any]
"""Words, and lists of such; a list stands on one line if a line holds it."""

END: At = (sys.maxsize, 0)


class Comment(NamedTuple):
    """A comment; ``alone`` on its line, or behind something."""

    at: At
    text: str
    alone: bool


def formatted(text: str, name: str) -> str:
    """A knowledge file in its one form.

    Raises:
        KnowledgeError: what the strict reader refuses.
    """
    data = read_yaml(text, name).data
    node = yaml.compose(text, Loader=_LOADER)
    writer = _Writer(text, node)
    if node is not None:
        writer.document(node, data)
    writer.comments_before(END, 0)
    result = "\n".join(writer.lines) + "\n" if writer.lines else ""
    if result == text:
        return result
    kept = sorted(comment.text for comment in comments_in(result)) == sorted(each.text for each in writer.comments)
    if not kept or _in_order(read_yaml(result, name).data) != _in_order(data):
        raise AssertionError(f"{name}: this form would lose something of the file, which is a mistake of this tool")
    return result


def comments_in(text: str) -> list[Comment]:
    """Every comment of a YAML text, in its order."""
    return _comments(text.split("\n"), yaml.compose(text, Loader=_LOADER))


def _in_order(value: Any) -> Any:
    """The value with mappings as pairs, whose order counts, and every scalar with its type."""
    if isinstance(value, dict):
        return [(key, _in_order(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [_in_order(item) for item in value], list
    return type(value), value


def _at(comment: Comment) -> At:
    return comment.at


def _start(node: yaml.Node) -> At:
    return node.start_mark.line, node.start_mark.column


def _starts(node: yaml.Node) -> list[At]:
    """Where the entries of a block begin: with their first words; what stands before those is said of the entry."""
    return [_start(next(_scalars(part[0] if isinstance(part, tuple) else part), part)) for part in node.value]


def _end(node: yaml.Node) -> At:
    """Where a node ends; a block ends with its last part, and not where the next thing begins."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return node.end_mark.line, node.end_mark.column
    last = node.value[-1]
    return _end(last[1] if isinstance(node, yaml.MappingNode) else last)


def _items(node: yaml.Node) -> list[yaml.Node]:
    return [part[1] if isinstance(part, tuple) else part for part in node.value]


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif node is not None:
        for part in node.value:
            for each in part if isinstance(part, tuple) else (part,):
                yield from _scalars(each)


def _comments(lines: list[str], root: yaml.Node | None) -> list[Comment]:
    taken: dict[int, list[tuple[int, int]]] = {}
    for node in _scalars(root):
        (first, left), (last, right) = _start(node), _end(node)
        for row in range(first, last + 1):
            span = (left if row == first else 0, right if row == last else sys.maxsize)
            taken.setdefault(row, []).append(span)
    found = []
    for number, line in enumerate(lines):
        for match in re.finditer(r"(?:^|(?<=\s))#", line):
            column = match.start()
            if not any(left <= column < right for left, right in taken.get(number, ())):
                found.append(Comment((number, column), line[column:].rstrip(), not line[:column].strip()))
                break
    return found


def _quoted(text: str) -> str:
    if '"' in text and "'" not in text and "\\" not in text and text.isprintable():
        return f"'{text}'"
    escaped = (
        _ESCAPES.get(char) or (char if char.isprintable() else f"\\U{ord(char):08x}")
        for char in text
    )  # fmt: skip
    return f'"{"".join(escaped)}"'


def _is_plain(text: str) -> bool:
    """Whether every reader takes the text, as it stands, for this text, in a flow mapping as well."""
    if not text or _NEVER_PLAIN.search(text) or not text.isprintable():
        return False
    if text[0] in _INDICATORS and not (text[0] == "-" and text[1:2].strip()):
        return False
    try:
        float(text)
    except ValueError:
        return bool(_RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == "tag:yaml.org,2002:str")
    return False


def _scalar(node: yaml.ScalarNode, value: Any) -> str:
    if isinstance(value, str):
        return value if _is_plain(value) else _quoted(value)
    return str(node.value) or "null"


def _pieces(node: yaml.Node, value: Any, before: str = "", after: str = "") -> Pieces:
    """A node in flow style between two texts: its parts, each whole as long as a line holds it, down to the words."""
    if isinstance(node, yaml.ScalarNode):
        return _words(_scalar(node, value), before, after)
    pairs = isinstance(node, yaml.MappingNode)
    opening, closing = (f"{before}{{", f"}}{after}") if pairs else (f"{before}[", f"]{after}")
    if not node.value:
        return [opening + closing]
    found: Pieces = []
    for number, part in enumerate(node.value):
        item, each = (part[1], value[part[0].value]) if pairs else (part, value[number])
        head = (opening if not number else "") + (f"{_key(part[0])} " if pairs else "")
        found.append(_pieces(item, each, head, "," if number + 1 < len(node.value) else closing))
    return found


def _words(text: str, before: str, after: str) -> Pieces:
    """A scalar as written, in the parts between which a line can end and the scalar still reads the same."""
    quote = text[0] if text[0] in ("'", '"') else ""
    first, *others = _BREAK.split(text[1:-1] if quote else text)
    words = [f"{before}{quote}{first}", *others]
    words[-1] += quote + after
    return [*words]


def _flat(pieces: str | Pieces) -> str:
    return pieces if isinstance(pieces, str) else " ".join(_flat(piece) for piece in pieces)


def _key(node: yaml.ScalarNode) -> str:
    return f"{_scalar(node, node.value)}:"


def _is_long(node: yaml.Node) -> bool:
    """Whether something is a list of words that no line holds."""
    if isinstance(node, yaml.ScalarNode) or not all(isinstance(item, yaml.ScalarNode) for item in _items(node)):
        return False
    return sum(len(scalar.value) + 2 for scalar in _scalars(node)) > WIDTH


class _Writer:
    def __init__(self, text: str, root: yaml.Node | None) -> None:
        self.source = text.split("\n")
        self.comments = _comments(self.source, root)
        self.commented: set[int] = set()
        if root is not None and self.comments:
            self.find_commented(root, _start(root), END)
        self.next = 0
        self.lines: list[str] = []

    def document(self, node: yaml.Node, data: Any) -> None:
        if isinstance(node, yaml.ScalarNode) or not node.value:
            self.comments_before(_end(node), 0)
            self.wrapped("", _pieces(node, data), 0)
        else:
            self.block(node, data, 0, "", END)

    def find_commented(self, node: yaml.Node, since: At, until: At) -> None:
        """Note what a comment stands in: behind its key, between its parts, or below the last of them and as far in."""
        if isinstance(node, yaml.ScalarNode) or not node.value:
            return
        end = _end(node)
        first, behind = (bisect_right(self.comments, at, key=_at) for at in (since, end))
        if first < behind or (not node.flow_style and self.is_below(node, behind, until)):
            self.commented.add(id(node))
        starts = _starts(node)
        for item, start, beyond in zip(
            _items(node), starts, [*starts[1:], end if node.flow_style else until], strict=True
        ):
            self.find_commented(item, start, beyond)

    def is_below(self, node: yaml.Node, behind: int, until: At) -> bool:
        """Whether the first comment behind a block that has a line of its own still belongs to it."""
        alone = next((each for each in self.comments[behind : behind + 2] if each.alone), None)
        return alone is not None and alone.at < until and alone.at[1] >= node.start_mark.column

    def is_block(self, node: yaml.Node) -> bool:
        """Whether something holds statements, or a comment, or what does."""
        if isinstance(node, yaml.ScalarNode) or not node.value:
            return False
        if id(node) in self.commented:
            return True
        if isinstance(node, yaml.SequenceNode):
            rows = all(isinstance(item, yaml.SequenceNode) for item in node.value)
            return rows or any(
                (isinstance(item, yaml.MappingNode) and len(item.value) > 1) or self.is_block(item)
                for item in node.value
            )
        by_id = all(isinstance(item, yaml.MappingNode) for _, item in node.value)
        return by_id or any(self.is_block(item) or _is_long(item) for _, item in node.value)

    def block(self, node: yaml.Node, data: Any, indent: int, lead: str, until: At) -> None:
        """The entries of a mapping or sequence, each from a line of its own; ``lead`` stands before the first."""
        pairs = isinstance(node, yaml.MappingNode)
        starts = [*_starts(node), until]
        for number, part in enumerate(node.value):
            beyond = starts[number + 1]
            if number or not lead:
                self.comments_before(starts[number], indent)
                self.blank_above(starts[number])
                lead = " " * indent
            item = part[1] if pairs else part
            value = data[part[0].value] if pairs else data[number]
            head = lead + (_key(part[0]) if pairs else "-")
            if self.is_block(item):
                if pairs:
                    self.lines.append(head)
                    self.comment_behind(starts[number][0], _starts(item)[0])
                    self.block(item, value, indent + 2, "", beyond)
                else:
                    self.block(item, value, indent + 2, f"{head} ", beyond)
                self.comments_before(_end(item), indent + 2)
                if not item.flow_style:
                    self.comments_before(beyond, indent + 2, least=item.start_mark.column)
            else:
                self.comments_before(_end(item), indent)
                hang = indent + 2 if pairs or isinstance(item, yaml.ScalarNode) else indent + 3
                self.wrapped(f"{head} ", _pieces(item, value), hang)
                self.comment_behind(_end(item)[0], beyond)

    def wrapped(self, head: str, pieces: Pieces, hang: int) -> None:
        """``head`` and what stands behind it, its parts whole where a line holds them; the rest at ``hang``."""
        self.lines.append(head)
        self.fill(pieces, hang, bare=True)

    def fill(self, piece: str | Pieces, hang: int, bare: bool = False) -> None:
        whole, line = _flat(piece), self.lines[-1]
        if (isinstance(piece, str) and bare) or len(line) + (not bare) + len(whole) <= WIDTH:
            self.lines[-1] += whole if bare else f" {whole}"
        elif isinstance(piece, str) or (not bare and hang + len(whole) <= WIDTH):
            self.lines.append(" " * hang + whole)
        else:
            for number, part in enumerate(piece):
                self.fill(part, hang, bare and not number)

    def blank_above(self, at: At) -> None:
        """A blank line, where one stands above what begins a line there."""
        line, column = at
        begins = not self.source[line][:column].strip(" -{[")
        if line and begins and not self.source[line - 1].strip() and self.lines and self.lines[-1]:
            self.lines.append("")

    def comments_before(self, until: At, indent: int, least: int = 0) -> None:
        """The comments up to a place, each on a line of its own; with ``least`` those that stand so far in."""
        while self.next < len(self.comments):
            comment = self.comments[self.next]
            if comment.at >= until or comment.at[1] < least:
                return
            self.blank_above(comment.at)
            self.lines.append(" " * indent + comment.text)
            self.next += 1

    def comment_behind(self, line: int, until: At) -> None:
        """The comment at the end of a line of the source goes to the end of the line that was written last."""
        if self.next < len(self.comments):
            comment = self.comments[self.next]
            if not comment.alone and comment.at[0] == line and comment.at < until:
                self.lines[-1] += f"  {comment.text}"
                self.next += 1


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` name those that would change; 1 if there are any, 2 if one has a mistake."""
    check = "--check" in arguments
    named = [Path(each).resolve() for each in arguments if each != "--check"]
    changed = []
    for path in named or sorted((ROOT / "data").rglob("*.yaml")):
        name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
        text = path.read_text(encoding="utf-8")
        try:
            new = formatted(text, name)
        except KnowledgeError as error:
            print(error, file=sys.stderr)
            return 2
        if new != text:
            changed.append(name)
            if not check:
                path.write_text(new, encoding="utf-8")
    for name in changed:
        print(f"{name}: not in the form of the knowledge files; `make format-data` writes it" if check else name)
    return 1 if changed and check else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
