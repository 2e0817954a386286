"""From a risk group to the arms that were for it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from all_cli.protocol.regimen import Arm, Protocol


class Match(NamedTuple):
    """An arm that was for a group of a scheme; ``against`` says why this patient cannot be in it, if so."""

    scheme: str
    group: str
    protocol: Protocol
    arm: Arm
    against: str = ""

    @property
    def name(self) -> str:
        """``cog-aall0232/dex-hdmtx``."""
        return f"{self.protocol.id}/{self.arm.id}"


def matching(
    protocols: Iterable[Protocol], scheme: str, group: str, against: Mapping[tuple[str, str], str]
) -> list[Match]:
    """The arms that name this group of this scheme; ``against`` says why an arm is not for the patient."""
    return [
        Match(scheme, group, protocol, arm, against.get((protocol.id, arm.id), ""))
        for protocol in protocols
        for arm in protocol.arms
        if any(named == scheme and group in groups for named, groups in arm.groups)
    ]
