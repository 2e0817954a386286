"""Which kinds of phase a guard is not bound to although an arm it speaks of has them, and why, pair by pair."""

from __future__ import annotations

from all_cli.logic.expression import unpack
from all_cli.protocol.guards import forbidden
from all_cli.protocol.library import ProtocolLibrary
from all_cli.protocol.load import choice_rules

LATER_THAN_INDUCTION = "the result comes after the induction, which it cannot change"
LATER_THAN_CONSOLIDATION = "the result comes at the end of the consolidation"
RADIOTHERAPY = "fields and doses, no regimen: it is for whom the phases beside it are, and these are guarded"
GENETICS_LATER = "genetics do not set the induction; BCR::ABL1 apart"
ANOTHER_GUARD = "a guard of its own, with words of its own, is bound there"
REMISSION_NOT_ASKED = "this phase is no treatment of a remission, or clears what is left"
PREPHASE = "days of steroid before the inhibitor, which begins in induction"
OWN_SCHEME = "its own scheme puts these lesions into another group"
THROUGH_IT = "who has been through it goes on, and so does who never needed it"
AFTER_REINDUCTION = "it follows the reinduction, in remission"
INDUCTION_ALONE = "speaks of the number of drugs in induction; other guards keep the arm later on"

REMISSION = {
    **dict.fromkeys(["prephase", "induction", "extended-induction", "reinduction", "car-t"], REMISSION_NOT_ASKED),
    "conditioning": "leads to transplantation, to which such a patient is pointed",
    "blinatumomab": "guards of their own are bound there; others begin with it, or clear with it what is left",
}  # fmt: skip
OF_REMISSION = {**REMISSION, "continuation": ANOTHER_GUARD}
EACH_BUT_CONTINUATION = ["consolidation", "interim-maintenance", "delayed-intensification", "maintenance"]
INHIBITOR = {
    "prephase": PREPHASE, "radiotherapy": RADIOTHERAPY,
    "conditioning": "arms with it are not for the setting BCR::ABL1-positive; the inhibitor is not read for these days",
}  # fmt: skip
TOOK_THEM = "these groups took patients without remission"
BEFORE_BLINATUMOMAB = {
    "induction": REMISSION_NOT_ASKED, "consolidation": ANOTHER_GUARD, "maintenance": ANOTHER_GUARD,
}  # fmt: skip
OTHERS_GET_THE_REST = dict.fromkeys(
    ["induction", *EACH_BUT_CONTINUATION], "the rest of the arm is for those too who are not irradiated"
)
INDUCTION, RT = {"induction": LATER_THAN_INDUCTION}, {"radiotherapy": RADIOTHERAPY}

UNBOUND: dict[str, dict[str, str]] = {
    "kinase-inhibitor": {**INHIBITOR, "car-t": "cells are for relapse, where another guard is bound"},
    "kinase-inhibitor-relapse": {**INHIBITOR, "car-t": ANOTHER_GUARD},
    "kinase-inhibitor-relapse-cells": {
        **INHIBITOR,
        **dict.fromkeys(
            [*EACH_BUT_CONTINUATION, "induction", "extended-induction", "intensification", "high-risk-block",
             "reinduction", "blinatumomab", "continuation"], ANOTHER_GUARD,
        ),
    },
    "relapse-arm-in-remission": {
        "blinatumomab": "what consolidates a remission; the label of relapse has a guard of its own",
        "consolidation": AFTER_REINDUCTION, "intensification": AFTER_REINDUCTION,
        "continuation": "of regimens, what keeps a remission; the label of revumenib has a guard of its own",
    },
    "e1910-without-mrd": dict.fromkeys(["induction", "consolidation", "maintenance"], "both lots of the trial got it"),
    "mrd-not-standard": INDUCTION,
    "mrd-not-standard-bfm": INDUCTION,
    "mrd-high-bfm": {**INDUCTION, **RT},
    "genetics-high-bfm": {"induction": GENETICS_LATER, **RT},
    "mrd-not-standard-ukall": INDUCTION,
    "mrd-high-aieop-2009": {**INDUCTION, **RT},
    "mrd-eoc-not-standard": {**INDUCTION, "consolidation": LATER_THAN_CONSOLIDATION},
    "mrd-eoc-very-high": {
        **INDUCTION, "extended-induction": LATER_THAN_INDUCTION, "consolidation": LATER_THAN_CONSOLIDATION, **RT,
    },
    "mrd-extended-induction": {
        **INDUCTION, "extended-induction": "it is what these patients get", **RT,
        **dict.fromkeys(["interim-maintenance", "delayed-intensification", "maintenance"], THROUGH_IT),
    },
    "rapid-responders": {},
    "m2-extended-induction": {**INDUCTION, "extended-induction": "it is what these patients get"},
    "no-remission-t": INDUCTION,
    "no-remission": {**OF_REMISSION, "reinduction": ANOTHER_GUARD},
    "no-remission-later": {
        **INDUCTION, "consolidation": TOOK_THEM, "high-risk-block": TOOK_THEM, "intensification": TOOK_THEM,
        "interim-maintenance": "arms with one are not for high risk, and kept back", "reinduction": ANOTHER_GUARD,
        "continuation": "a kinase inhibitor goes on",
    },
    "no-remission-reinduction": {
        **{kind: why for kind, why in OF_REMISSION.items() if kind != "reinduction"},
        **dict.fromkeys([*EACH_BUT_CONTINUATION, "intensification", "radiotherapy"], ANOTHER_GUARD),
        "high-risk-block": TOOK_THEM,
    },
    "high-mrd-m1-standard": OF_REMISSION,
    "high-mrd-m1-t": OF_REMISSION,
    "high-mrd-m1": OF_REMISSION,
    "high-mrd": OF_REMISSION,
    "no-remission-continuation": {
        **REMISSION, **dict.fromkeys([*EACH_BUT_CONTINUATION, "intensification", "radiotherapy"], ANOTHER_GUARD),
        "high-risk-block": TOOK_THEM,
    },
    "high-mrd-continuation": {
        **REMISSION, **dict.fromkeys([*EACH_BUT_CONTINUATION, "intensification", "radiotherapy"], ANOTHER_GUARD),
        "high-risk-block": TOOK_THEM,
    },
    **dict.fromkeys(["no-remission-blinatumomab-first-line", "high-mrd-blinatumomab"], BEFORE_BLINATUMOMAB),
    "no-remission-d-alba": {**INDUCTION, "prephase": REMISSION_NOT_ASKED},
    "aall1731-high-eoc": {},
    "extended-induction-for": {**INDUCTION, **dict.fromkeys([*EACH_BUT_CONTINUATION, "radiotherapy"], THROUGH_IT)},
    "radiotherapy-aall0232": {**OTHERS_GET_THE_REST, "extended-induction": "has a guard of its own"},
    "radiotherapy-aieop-bfm": OTHERS_GET_THE_REST,
    "radiotherapy-bfm-95": OTHERS_GET_THE_REST,
    "salvage-graall": {
        **INDUCTION, "prephase": LATER_THAN_INDUCTION,
        **dict.fromkeys(["consolidation", "delayed-intensification", "maintenance", "radiotherapy"], THROUGH_IT),
    },
    "induction-2-swog": {**INDUCTION, **dict.fromkeys(EACH_BUT_CONTINUATION, THROUGH_IT)},
    "no-remission-blinatumomab": BEFORE_BLINATUMOMAB,
    "high-mrd-bfm": {**INDUCTION, **RT},
    "no-remission-bfm": {**INDUCTION, **RT},
    "genetics-not-standard": {"induction": GENETICS_LATER},
    "very-high-genetics": {"induction": GENETICS_LATER, "blinatumomab": OWN_SCHEME, **RT},
    "adverse-genetics": {"induction": GENETICS_LATER, "blinatumomab": OWN_SCHEME},
    "very-high-exit": {
        "induction": GENETICS_LATER, "extended-induction": "the response to it was part of what they left by", **RT,
    },
    "four-drugs": dict.fromkeys(EACH_BUT_CONTINUATION, INDUCTION_ALONE),
    "t-mrd-eoc": {**INDUCTION, "consolidation": LATER_THAN_CONSOLIDATION, **RT},
    "cns2-neutral": {"induction": "CNS2 does not change the number of drugs in induction"},
}  # fmt: skip


def test_of_every_guard_and_phase_that_are_not_bound_it_is_said_why(protocols: ProtocolLibrary) -> None:
    found: dict[str, set[str]] = {}
    for raw in choice_rules(protocols).raw_guards:
        if "phases" not in raw:
            continue
        everywhere = {key: value for key, value in raw.items() if key != "phases"}
        when = unpack(raw["expression"])
        arms = [
            (protocol, arm, {phase.kind for phase in protocol.phases if phase.id in arm.phases} - set(raw["phases"]))
            for protocol in protocols.protocols
            for arm in protocol.arms
            if arm.settings
        ]
        found[raw["id"]] = {
            kind
            for protocol, arm, kinds in arms
            for kind in kinds
            if forbidden(everywhere, when, protocol, arm, kind, protocols) is not None
        }
    assert {guard: sorted(kinds) for guard, kinds in found.items()} == {
        guard: sorted(kinds) for guard, kinds in UNBOUND.items()
    }
