"""Compile the knowledge when the package is built or a checkout is installed, so that no start has to."""

from __future__ import annotations

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledKnowledge(BuildHookInterface[Any]):
    """Writes ``all_cli/compiled/``, which wheel and sdist carry."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the compiled forms anew; a mistake in a knowledge file ends the build with its place."""
        sys.path.insert(0, self.root)
        from all_cli.knowledge.cache import digest
        from all_cli.protocol.load import choice_rules, guidance_library, protocol_library
        from all_cli.risk.library import risk_library

        # Each writes what it compiles.
        risk_library()
        choice_rules(protocol_library())
        guidance_library()
        digest()
