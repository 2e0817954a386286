"""Modules of the package do not import each other in a circle, not even where a function or a type checker does it."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "all_cli"
NOT_FOLLOWED = {("all_cli", "all_cli.api")}  # what the package offers as its own is loaded on first use


def imports_of(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Per module, those of ``sources`` that it imports, wherever in it that is written."""

    def statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
        for node in body:
            yield node
            for part in ("body", "orelse", "finalbody", "handlers", "cases"):
                inner = getattr(node, part, None)
                if isinstance(inner, list):  # of a statement; a lambda and a choice of two values have one each
                    yield from statements(inner)

    def imported(module: str) -> Iterator[str]:
        for node in statements(ast.parse(sources[module]).body):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    whole = f"{node.module}.{alias.name}"
                    yield whole if whole in sources else str(node.module)

    return {
        module: {name for name in imported(module) if name in sources and (module, name) not in NOT_FOLLOWED}
        for module in sources
    }


def circles(imports: Mapping[str, set[str]]) -> list[list[str]]:
    """The modules that reach each other, circle by circle."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        ahead = [start]
        while ahead:
            more = imports[ahead.pop()] - seen
            seen |= more
            ahead.extend(more)
        return seen

    reach = {module: reached(module) for module in imports}
    together = {
        frozenset(other for other in reach[module] if module in reach[other])
        for module in imports
        if module in reach[module]
    }
    return sorted(map(sorted, together))


def package() -> dict[str, str]:
    paths = {path.relative_to(PACKAGE.parent).with_suffix(""): path for path in PACKAGE.rglob("*.py")}
    return {
        ".".join(name.parts).removesuffix(".__init__"): path.read_text(encoding="utf-8") for name, path in paths.items()
    }


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(imports_of(package())) == []


def test_a_circle_is_seen_within_functions_and_for_type_checkers() -> None:
    sources = {
        "a": "def load():\n    from b import thing",
        "b": "if TYPE_CHECKING:\n    from room import c",
        "room": "",
        "room.c": "import a",
        "d": "import a, room.c",
        "e": "match 1:\n    case 1:\n        try:\n            pass\n        except OSError:\n            import f",
        "f": "while 1:\n    pass\nelse:\n    import e",
    }
    assert circles(imports_of(sources)) == [["a", "b", "room.c"], ["e", "f"]]
