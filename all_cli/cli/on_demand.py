"""A command line whose commands are built when they are called.

Typer builds every parameter of every command at each start, though one command runs. Here a command line knows the
names of its commands and what each is for; the module of a command is imported when it is called.
"""

# No postponed annotations here: Typer evaluates each of them again at every start.
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from all_cli.cli.common import fail
from all_cli.patient.reading import ABSENT_WORDS, PRESENT_WORDS, UNKNOWN_WORDS, fold

_LAST_ONE_TAKEN = ("form", "color")  # how it is printed; an alias may have said it already


class Deferred(NamedTuple):
    """A command not yet built: where its function is (``module:function``) and the first paragraph of its help."""

    function: str
    help: str
    settings: Mapping[str, Any] = {}


def on_demand(commands: Mapping[str, Deferred]) -> type[TyperGroup]:
    """The class of a command line with these commands, in this order.

    Args:
        commands: by name; ``settings`` of a command are Typer's ``context_settings``.
    """

    class OnDemand(TyperGroup):
        """Knows the names at once; builds a command when it is asked for."""

        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            self.commands.update(dict.fromkeys(commands))  # type: ignore[arg-type] # names alone, for suggestions

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            if cmd_name in commands and self.commands[cmd_name] is None:
                self.commands[cmd_name] = built(cmd_name, commands[cmd_name])
            return self.commands.get(cmd_name)

        def format_commands(self, ctx: Any, formatter: Any) -> None:
            with formatter.section("Commands"):
                formatter.write_dl([(name, deferred.help) for name, deferred in commands.items()])

    return OnDemand


class SaidOnce(TyperCommand):
    """A command that refuses an option given twice: of two ages neither is silently left out."""

    _parser: Any = None

    def make_parser(self, ctx: Any) -> Any:
        """What tells the options apart, made once: the arguments are gone through twice."""
        if self._parser is None:
            self._parser = super().make_parser(ctx)
        self._parser.ctx = ctx
        return self._parser

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Count the options as they stand, then let Typer read them."""
        args = self._plain_flags(args)
        if not ctx.resilient_parsing:
            self._begun(args)
            given: set[Any] = set()
            for option in self.make_parser(ctx).parse_args(args=list(args))[2]:
                if option in given and option.param_type_name == "option" and not _may_repeat(option):
                    fail(f"{' / '.join([*option.opts, *option.secondary_opts])} is given twice; give it once")
                given.add(option)
        return super().parse_args(ctx, args)

    def _begun(self, args: list[str]) -> None:
        """Leave with one sentence where an option is no option but begins one (``--down``)."""
        known = [name for option in self.params for name in (*option.opts, *option.secondary_opts)]
        for name in (arg.partition("=")[0] for arg in args if arg.startswith("--")):
            begun = [each for each in known if each.startswith(f"{name}-")]
            if name not in known and name.strip("-") and begun:
                fail(f"no option is called {name} — did you mean {' or '.join(begun)}?")

    def _plain_flags(self, args: list[str]) -> list[str]:
        """The arguments with a yes or no behind a flag drawn into it: ``--ph no`` is ``--no-ph``."""
        both = {
            option.opts[0]: (option.opts[0], option.secondary_opts[0])
            for option in self.params
            if option.opts and option.secondary_opts
        }
        plain: list[str] = []
        for arg in args:
            flag = both.get(plain[-1]) if plain else None
            if flag and (word := fold(arg)) in PRESENT_WORDS | ABSENT_WORDS:
                plain[-1] = flag[word in ABSENT_WORDS]
            elif flag and word in UNKNOWN_WORDS and word:
                plain.pop()
            else:
                plain.append(arg)
        return plain


def _may_repeat(option: Any) -> bool:
    return option.multiple or option.is_eager or option.name in _LAST_ONE_TAKEN


def built(name: str, deferred: Deferred) -> Any:
    """The command, ready to run."""
    module, _, function = deferred.function.partition(":")
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)
    settings = dict(deferred.settings) or None
    app.command(name=name, cls=SaidOnce, context_settings=settings)(getattr(import_module(module), function))
    command = typer.main.get_command(app)
    command.name = name
    return command
