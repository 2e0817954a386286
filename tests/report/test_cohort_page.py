"""The cohort report as a page: one file that fetches and runs nothing, whatever the table says."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from invented_cohorts import (
    PATIENTS,
    SCRIPT,
    own_rules,
    random_results,
    report,
    results_file,
)

from all_cli.report.cohort_figures import Options, cohort_figures
from all_cli.report.cohort_page import cohort_page
from all_cli.report.cohort_text import CohortReport
from all_cli.report.formats.html import page_html
from all_cli.risk.library import RiskLibrary, risk_library


class _Page(HTMLParser):
    """Tags that are opened are closed; what could run or fetch is noted."""

    VOID = ("meta", "br", "rect", "path")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.links: list[str] = []
        self.text: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag in ("script", "img", "iframe", "object", "embed", "link", "base", "form", "image", "use"):
            self.wrong.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("src", "srcset", "style", "action", "background"):
                self.wrong.append(f"{tag} {name}")
            if name in ("href", "xlink:href"):
                self.links.append(value or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open and self.open[-1] == tag:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.text.append(data)


class TestPage:
    """The page is one file that fetches and runs nothing, whatever the table says."""

    def test_the_page_fetches_and_runs_nothing(self, tmp_path: Path) -> None:
        page = _Page(report(results_file(tmp_path), "-o", "-").stdout)
        assert (page.wrong, page.open) == ([], [])
        places = [link for link in page.links if link.startswith("#")]
        assert places == [f"#{id}" for id in page.ids]
        # What is left are addresses of references, which go nowhere until somebody follows them.
        assert {link for link in page.links if link not in places and not re.match("https?://", link)} == set()

    def test_styles_fetch_nothing(self, tmp_path: Path) -> None:
        text = report(results_file(tmp_path), "-o", "-").stdout
        style = text.split("<style>")[1].split("</style>")[0]
        assert "url(" not in style
        assert "@import" not in style
        assert "&lt;" not in style
        assert "default-src 'none'" in text

    def test_what_a_table_says_is_never_markup(self, tmp_path: Path, library: RiskLibrary) -> None:
        patients = f'"{SCRIPT}",age,wbc,"x""><img src=y>"\n"{SCRIPT}",10,"{SCRIPT}",a\n"{SCRIPT}",10,45,b\n'
        file = results_file(tmp_path, patients, "--map", 'x"><img src=y>=lineage', "--map", f"{SCRIPT}=-")
        text = report(file, "-o", "-", "--id", SCRIPT).stdout
        page = _Page(text)
        assert (page.wrong, page.open) == ([], [])
        assert SCRIPT in "".join(page.text)

    def test_what_own_rules_say_is_never_markup(self, tmp_path: Path) -> None:
        rules = tmp_path / "own.yaml"
        rules.write_text(own_rules())
        file = results_file(tmp_path, PATIENTS, "--rules", str(rules), "--scheme", "own-2026", "--scheme", "nci-rome")
        text = report(
            file, "-o", "-", "--rules", str(rules), "--from", "own-2026", "--to", "nci-rome", "--id", "name"
        ).stdout
        page = _Page(text)
        assert (page.wrong, page.open) == ([], [])
        assert f"Own {SCRIPT}" in "".join(page.text)
        assert "sha256:" in text

    def test_every_part_is_there(self, tmp_path: Path) -> None:
        text = report(results_file(tmp_path), "-o", "-").stdout
        parts = re.findall(r'<h2 id="([^"]+)">([^<]+)</h2>', text)
        assert [name for _, name in parts] == [
            "Group sizes by scheme",
            "Agreement between schemes",
            "What is missing, and what it costs",
            "Patients on a boundary",
            "Values that cannot be read",
            "Methods, to be pasted",
            "References",
        ]
        assert all(f'<a href="#{place}">{name}</a>' in text for place, name in parts)
        assert "not a medical device" in text

    def test_the_file_is_named_and_not_where_it_lies(self, tmp_path: Path) -> None:
        file = results_file(tmp_path)
        assert f"<title>Cohort report: {Path(file).name}</title>" in report(file, "-o", "-").stdout
        assert str(tmp_path) not in report(file, "-o", "-").stdout

    def test_a_bar_is_as_long_as_the_share_of_its_cell(self, tmp_path: Path) -> None:
        text = report(results_file(tmp_path), "-o", "-", "--scheme", "nci-rome").stdout
        sizes = text.split("Group sizes by scheme</h2>")[1].split("</table>")[0]
        found = re.findall(r'<td class="number(?: bar(\d+))?">([\d,]+)</td><td[^>]*>([\d.]+) %</td>', sizes)
        assert found
        for bar, rows, share in found:
            assert int(bar or 0) == (max(1, round(float(share) / 5)) if int(rows) else 0), (bar, rows, share)
            assert not bar or f".bar{bar} {{" in text

    def test_one_scheme_alone_has_nothing_to_compare(self, tmp_path: Path) -> None:
        file = results_file(tmp_path)
        text = report(file, "-o", "-", "--scheme", "nci-rome").stdout
        assert "Agreement" not in text
        assert "Agreement" not in report(file, "--scheme", "nci-rome").stdout

    def test_a_long_name_stays_on_the_drawing(self, tmp_path: Path) -> None:
        file = results_file(tmp_path)
        text = report(file, "-o", "-", "--from", "nci-rome", "--to", "guideline-summary").stdout
        drawing = text.split('<svg class="flow"')[1].split("</svg>")[0]
        assert drawing.count("<path") >= 3
        assert all(f"{word} → " in drawing for word in ("NCI high risk", "not applicable"))

    def test_the_file_is_written_whole(self, tmp_path: Path) -> None:
        target = tmp_path / "report.html"
        result = report(results_file(tmp_path), "-o", str(target))
        assert result.exit_code == 0
        assert target.read_text().endswith("</html>\n")
        assert [file.name for file in tmp_path.iterdir() if file.suffix == ".part"] == []
        assert str(target) in result.stderr


def test_the_library_of_the_tests_reads_the_own_rules(tmp_path: Path) -> None:
    rules = tmp_path / "own.yaml"
    rules.write_text(own_rules())
    assert "own-2026" in risk_library(rules).schemes


def test_the_page_of_a_wide_cohort_is_small(library: RiskLibrary) -> None:
    made = CohortReport(cohort_figures(random_results(library, 3, 400), Options()), library)
    assert len(page_html(cohort_page(made))) < 200_000
