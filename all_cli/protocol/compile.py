"""From the YAML of protocols to plain compiled data, with every mistake said at its place."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from all_cli.knowledge.sources import Source
from all_cli.knowledge.strict_yaml import Document, Path
from all_cli.knowledge.vocabulary import Vocabulary
from all_cli.knowledge.years import backwards
from all_cli.logic.compiler import Compiler
from all_cli.protocol.library import ProtocolLibrary, packed
from all_cli.protocol.plausible import dose_problems, rescue_problem, total_problem, vinca_problems
from all_cli.protocol.regimen import days_in
from all_cli.protocol.totals import SUMS


def compile_protocols(document: Document, vocabulary: Vocabulary, sources: Mapping[str, Source]) -> dict[str, Any]:
    """Compile a checked protocols document.

    Raises:
        KnowledgeError: with every mistake: unknown drugs, tables, phases, arms or sources, repeated ids, a day outside
            its phase, a dose without unit, a line without days, a condition that cannot be read.
    """
    compiler = _Compiler(document, vocabulary, sources)
    form = compiler.compile()
    compiler.check()
    return form


ASPARAGINASE = "asparaginase"
"""The class of which a dose per m² has a cap or says that none is printed: large adults would get more than a vial."""


class _Compiler(Compiler):
    def compile(self) -> dict[str, Any]:
        data = self.document.data
        data.setdefault("drugs", {})  # a file that others include has none
        self.cited(data, ())
        self.unique(data["protocols"], ("protocols",))
        for id, table in data.get("dose_tables", {}).items():
            self.known(table["drug"], data["drugs"], "drug", ("dose_tables", id, "drug"))
            for number, row in enumerate(table["rows"]):
                if row["dose"] <= 0:
                    self.problem(
                        ("dose_tables", id, "rows", number, "dose"), f"a dose is above nothing; it is {row['dose']}"
                    )
        for index, protocol in enumerate(data["protocols"]):
            self.protocol(protocol, ("protocols", index))
        ids = [protocol["id"] for protocol in data["protocols"]]
        for index, default in enumerate(data.get("defaults", ())):
            self.known(default["protocol"], ids, "protocol", ("defaults", index, "protocol"))
        for index, entry in enumerate(data.get("not_encoded", ())):
            if entry["id"] in ids:
                self.problem(("not_encoded", index, "id"), f'"{entry["id"]}" is encoded above')
        empty: dict[str, Any] = {
            "dose_tables": {},
            "scalings": {},
            "body_surface": {},
            "defaults": [],
            "not_encoded": [],
        }
        form = {**empty, **data}
        if not self.problems:
            self.stated_totals(form)
        return form

    def cited(self, value: Any, path: Path) -> None:
        """Everywhere in the document: sources exist, checked statements have a locator, conditions can be read."""
        if isinstance(value, list):
            for index, item in enumerate(value):
                self.cited(item, (*path, index))
            return
        if not isinstance(value, dict):
            return
        self.citations(value, path)
        for key in ("when", "unless"):
            if isinstance(value.get(key), str):
                value["expression"] = self.packed_condition(value[key], (*path, key))
        for key, item in value.items():
            if key not in ("cite", "expression"):
                self.cited(item, (*path, key))

    def protocol(self, protocol: Mapping[str, Any], path: Path) -> None:
        phases = [phase["id"] for phase in protocol["phases"]]
        arms = [arm["id"] for arm in protocol["arms"]]
        self.unique(protocol["phases"], (*path, "phases"))
        self.unique(protocol["arms"], (*path, "arms"))
        if message := backwards(protocol.get("years")):
            self.problem((*path, "years"), message)
        used: set[str] = set()
        for index, arm in enumerate(protocol["arms"]):
            for number, phase in enumerate(arm["phases"]):
                self.known(phase, phases, "phase", (*path, "arms", index, "phases", number))
                used.add(phase)
        for index, phase in enumerate(protocol["phases"]):
            at = (*path, "phases", index)
            if phase["id"] not in used:
                self.problem((*at, "id"), f'no arm goes through the phase "{phase["id"]}"')
            for number, arm in enumerate(phase.get("arms", ())):
                self.known(arm, arms, "arm", (*at, "arms", number))
            self.unique(phase["lines"], (*at, "lines"))
            for number, line in enumerate(phase["lines"]):
                self.line(line, phase, (*at, "lines", number))
            if unrescued := rescue_problem(phase):
                number = [line["id"] for line in phase["lines"]].index(unrescued[0])
                self.problem((*at, "lines", number), unrescued[1])
            for number, item in enumerate(phase.get("assessments", ())):
                self.within(item.get("day"), phase, (*at, "assessments", number, "day"))

    def line(self, line: Mapping[str, Any], phase: Mapping[str, Any], path: Path) -> None:
        data = self.document.data
        self.known(line["drug"], data["drugs"], "drug", (*path, "drug"))
        kinds = [key for key in ("dose", "dose_by", "dose_text") if key in line]
        if len(kinds) != 1:
            self.problem(path, "a line has exactly one of dose, dose_by and dose_text")
        if "dose_by" in line:
            tables = data.get("dose_tables", {})
            self.known(line["dose_by"], tables, "dose table", (*path, "dose_by"))
            of = tables.get(line["dose_by"], line)["drug"]
            if of != line["drug"]:
                self.problem(
                    (*path, "dose_by"), f'"{line["dose_by"]}" is a table for {of}; the line gives {line["drug"]}'
                )
        if "scale_by" in line:
            self.known(line["scale_by"], data.get("scalings", {}), "scaling", (*path, "scale_by"))
        drug_class = data["drugs"].get(line["drug"], {}).get("class", "")
        for key, message in (*dose_problems(line), *vinca_problems(line, drug_class)):
            self.problem((*path, key), message)
        drug = data["drugs"].get(line["drug"], {})
        per_surface = str(line.get("unit", "")).endswith("/m2")
        if per_surface and drug.get("class") == ASPARAGINASE and not ("cap" in line or "uncapped" in drug):
            self.problem(
                path, f'asparaginase per m² has no cap: add one, or what is known of it as "uncapped" of {line["drug"]}'
            )
        if not any(key in line for key in ("days", "window", "schedule")):
            self.problem(path, "a line needs days, a window or a schedule in words")
        length = phase.get("days")
        days = [*days_in(line.get("days", [])), *line.get("window", ())]
        outside = [day for day in days if length is not None and day > length]
        if outside:
            key = "days" if "days" in line else "window"
            self.problem((*path, key), f"day {outside[0]} is outside the phase, which has {length} days")
        if days != sorted(days):
            self.problem((*path, "days"), "the days are not in order")
        twice = [day for day, next_day in pairwise(sorted(days_in(line.get("days", [])))) if day == next_day]
        if twice:
            self.problem((*path, "days"), f"day {twice[0]} is given twice")

    def stated_totals(self, form: dict[str, Any]) -> None:
        """Totals that a source states, against the sum of the lines; only once everything else can be read."""
        library = ProtocolLibrary(packed(form, self.vocabulary, self.sources))
        for index, raw in enumerate(form["protocols"]):
            for number, arm in enumerate(raw["arms"]):
                for place, total in enumerate(arm.get("totals", ())):
                    path: Path = ("protocols", index, "arms", number, "totals", place)
                    protocol = library.protocol(raw["id"])
                    stated = protocol.arms[number].totals[place]
                    for phase in total.get("phases", ()):
                        self.known(phase, arm["phases"], f"phase of the arm {arm['id']}", (*path, "phases"))
                    self.known(stated.of, (*SUMS, *form["drugs"]), "drug", (*path, "of"))
                    if not self.problems and (message := total_problem(stated, arm["phases"], protocol, library)):
                        self.problem((*path, "amount"), message)

    def within(self, day: int | None, phase: Mapping[str, Any], path: Path) -> None:
        length = phase.get("days")
        # The day after the last one is the day on which the phase is looked back on.
        if day is not None and length is not None and day > length + 1:
            self.problem(path, f"day {day} is outside the phase, which has {length} days")
