"""The years in which schemes were in use, against the years that reports print; their form is what the check proves."""

from __future__ import annotations

import pytest

from all_cli.report.schemes import scheme_json
from all_cli.risk.library import RiskLibrary, risk_library
from all_cli.risk.scheme import in_use_in

# The years as the trial's own abstract or registry entry prints them.
PRINTED = {
    "cog-aall03b1": (2005, 2010),
    "cog-aall0232-response": (2004, 2011),
    "cog-aall0434": (2007, 2014),
    "cog-aall1231": (2014, 2017),
    "cog-aall1331": (2014, 2019),
    "dfci-00-01": (2000, 2004),
    "dfci-05-001": (2005, 2011),
    "st-jude-xv": (2000, 2007),
    "st-jude-xvi": (2007, 2017),
    "all-ic-bfm-2002": (2002, 2007),
    "nopho-2008": (2008, 2014),
    "interfant-99": (1999, 2005),
    "jplsg-mll-10": (2011, 2014),
    "cccg-all-2015": (2015, 2019),
    "ukall-xii": (1993, 2006),
}

# One trial gave way to the next; years of overlap are those in which both were open.
SUCCESSORS = (
    ("bfm-90", "bfm-95"),
    ("bfm-95", "aieop-bfm-2000"),
    ("aieop-bfm-2000", "aieop-bfm-2009"),
    ("aieop-bfm-2009", "aieop-bfm-2017"),
    ("cog-aall03b1", "cog-aall08b1"),
    ("cog-aall08b1", "cog-aall1731"),
    ("cog-aall0434", "cog-aall1231"),
    ("dfci-00-01", "dfci-05-001"),
    ("st-jude-xv", "st-jude-xvi"),
    ("interfant-99", "interfant-06"),
    ("interfant-06", "interfant-21"),
    ("ukall-2003", "ukall-2011"),
    ("dcog-all-10", "dcog-all-11"),
    ("ukall-xii", "ukall-14"),
    ("graall-2005", "graall-2014-b"),
    ("pethema-all-hr-11", "pethema-lal-2019"),
)
SCHEMES = risk_library().schemes


@pytest.mark.parametrize(("id", "years"), PRINTED.items())
def test_a_trial_has_the_years_of_enrolment_that_its_report_prints(id: str, years: tuple[int, int]) -> None:
    scheme = SCHEMES[id]
    assert scheme.in_use == years
    assert scheme.in_use_source is not None
    assert scheme.in_use_source.checked


@pytest.mark.parametrize(("before", "after"), SUCCESSORS)
def test_a_trial_was_not_in_use_before_the_one_it_followed(before: str, after: str) -> None:
    (old_first, old_last), (new_first, new_last) = SCHEMES[before].in_use, SCHEMES[after].in_use
    assert old_first is not None
    assert new_first is not None
    assert old_last is not None
    assert old_first < new_first
    assert old_last <= (new_last or old_last)


def test_no_published_scheme_is_asked_of_patients_from_before_it_was_published(library: RiskLibrary) -> None:
    for id, year in {"moorman-2007": 2007, "beldjord-2014": 2014, "ikzf1plus": 2018, "eln-2024": 2024}.items():
        assert in_use_in(library.schemes[id], year - 1) is False
        assert in_use_in(library.schemes[id], year) is True


def test_every_scheme_says_its_version_or_the_source_it_is_encoded_from(library: RiskLibrary) -> None:
    for scheme in library.schemes.values():
        found = scheme_json(scheme, library)
        assert bool(found["version"]) != bool(found["version_source"]), scheme.id
        assert found["version"] or found["version_source"] in found["sources"], scheme.id
