"""The cohort report in a real browser: light, dark, narrow, and printed to PDF.

The page is opened from a file and the browser's own traffic is
switched off; what is looked at are pixels of screenshots, read here with zlib alone.
"""

from __future__ import annotations

import re
import struct
import subprocess
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from needs import BROWSER
from typer.testing import CliRunner

from all_cli.cli.risk import app

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--force-device-scale-factor=1",
)  # fmt: skip
DARK = "--blink-settings=preferredColorScheme=0"
PATIENTS = "".join(
    f"p{number},{age},{wbc},{lineage},{genetics}\n"
    for number, (age, wbc, lineage, genetics) in enumerate(
        [(7, 45, "B", "none"), (10, 12, "B", ""), (3, 50, "B", "iAMP21"), ("", 20, "B", "none"), (16, 80, "T", "")] * 5
        + [(4, "forty", "B", "none")]
    )
)

pytestmark = pytest.mark.browser
Colour = tuple[int, int, int]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    runner = CliRunner()
    results = folder / "results.csv"
    schemes = [part for id in ("nci-rome", "ukall-2003-clinical", "bfm-95", "bfm-90") for part in ("--scheme", id)]
    results.write_text(
        runner.invoke(app, ["batch", "-", *schemes], input=f"id,age,wbc,lineage,genetics\n{PATIENTS}").stdout
    )
    target = folder / "report.html"
    drawing = ["--from", "nci-rome", "--to", "ukall-2003-clinical", "--id", "id"]
    assert runner.invoke(app, ["report", str(results), "-o", str(target), *drawing]).exit_code == 0
    return target


@pytest.fixture
def browse(page: Path) -> Callable[..., str]:
    def run(*options: str, file: Path = page) -> str:
        assert BROWSER is not None
        command = [BROWSER, *FLAGS, f"--user-data-dir={page.parent / 'profile'}", *options, file.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def pixels(png: Path) -> list[list[Colour]]:
    """The rows of a PNG of eight-bit colours, as browsers write it."""
    data = png.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, packed, width, height, kind = 8, b"", 0, 0, 0
    while at < len(data):
        (length,), name = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        if name == b"IHDR":
            width, height, depth, kind = struct.unpack(">IIBB", body[:10])
            assert depth == 8 and kind in (2, 6)
        elif name == b"IDAT":
            packed += body
        at += 12 + length
    step = 3 if kind == 2 else 4
    raw, before, rows = zlib.decompress(packed), bytes(width * step), []
    for number in range(height):
        start = number * (width * step + 1)
        line = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + width * step]), before, step)
        rows.append([(line[x], line[x + 1], line[x + 2]) for x in range(0, width * step, step)])
        before = bytes(line)
    return rows


def _unfiltered(kind: int, line: bytearray, above: bytes, step: int) -> bytearray:
    """A line of a PNG without its filter (PNG specification, section 9)."""
    for x in range(len(line)):
        left = line[x - step] if x >= step else 0
        corner = above[x - step] if x >= step else 0
        match kind:
            case 1:
                line[x] = (line[x] + left) & 255
            case 2:
                line[x] = (line[x] + above[x]) & 255
            case 3:
                line[x] = (line[x] + (left + above[x]) // 2) & 255
            case 4:
                guess = left + above[x] - corner
                nearest = min((left, above[x], corner), key=lambda value: abs(guess - value))
                line[x] = (line[x] + nearest) & 255
    return line


def luminance(colour: Colour) -> float:
    """Relative luminance (WCAG 2)."""
    red, green, blue = (
        part / 255 / 12.92 if part / 255 <= 0.03928 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ground_and_contrast(image: list[list[Colour]]) -> tuple[Colour, float]:
    """The commonest colour, and the contrast with it of the colour that differs most."""
    counts = Counter(colour for row in image for colour in row)
    ground = counts.most_common(1)[0][0]
    one = luminance(ground)
    return ground, max((max(one, other) + 0.05) / (min(one, other) + 0.05) for other in map(luminance, counts))


def test_light_and_dark_have_their_own_grounds_and_readable_text(browse: Callable[..., str], tmp_path: Path) -> None:
    found = {}
    for name, options in (("light", ["--blink-settings=preferredColorScheme=1"]), ("dark", [DARK])):
        target = tmp_path / f"{name}.png"
        browse(*options, f"--screenshot={target}", "--window-size=320,320")
        found[name] = ground_and_contrast(pixels(target))
    assert found["light"][0] == (255, 255, 255)
    assert found["dark"][0] == (20, 24, 29)
    assert all(contrast > 12 for _, contrast in found.values())


@pytest.mark.parametrize("width", [400, 1100])
def test_nothing_runs_over_the_edge_of_the_screen(
    browse: Callable[..., str], page: Path, tmp_path: Path, width: int
) -> None:
    # In a frame, since a window is never narrower than the browser likes; the measuring script is the test's own.
    copy = tmp_path / "measured.html"
    text = page.read_text().replace("default-src 'none'", "default-src 'unsafe-inline'")
    script = (
        "<script>const d=document.documentElement;const over=[...document.querySelectorAll('body *')].filter(e=>"
        "!e.closest('.wide')&&!e.closest('svg')&&e.getBoundingClientRect().right>d.clientWidth+1).map(e=>e.tagName);"
        "parent.postMessage(d.scrollWidth+' '+d.clientWidth+' '+over.join(','),'*')</script>"
    )
    copy.write_text(text.replace("</body>", f"{script}</body>"))
    outside = tmp_path / "frame.html"
    outside.write_text(
        "<script>onmessage=e=>{document.body.dataset.said=e.data}</script>"
        f'<body><iframe src="{copy.as_uri()}" style="border:0;width:{width}px;height:900px"></iframe></body>'
    )
    dumped = browse("--dump-dom", "--virtual-time-budget=5000", "--allow-file-access-from-files", file=outside)
    said = re.search(r'data-said="(\d+) (\d+) ([^"]*)"', dumped)
    assert said is not None, dumped[:500]
    assert int(said[1]) <= int(said[2]) == width
    assert said[3] == ""


def test_labels_of_the_drawing_do_not_overlap(browse: Callable[..., str], page: Path, tmp_path: Path) -> None:
    copy = tmp_path / "measured.html"
    text = page.read_text().replace("default-src 'none'", "default-src 'unsafe-inline'")
    script = (
        "<script>const b=[...document.querySelectorAll('svg.flow text')].map(e=>e.getBoundingClientRect());"
        "const s=document.querySelector('svg.flow').getBoundingClientRect();let n=0;b.forEach((p,i)=>{"
        "if(p.left<s.left-1||p.right>s.right+1||p.bottom>s.bottom+1)n++;b.slice(i+1).forEach(q=>{"
        "if(p.left<q.right&&q.left<p.right&&p.top+2<q.bottom&&q.top+2<p.bottom)n++})});"
        "document.body.dataset.said=b.length+' '+n</script>"
    )
    copy.write_text(text.replace("</body>", f"{script}</body>"))
    said = re.search(r'data-said="(\d+) (\d+)"', browse("--dump-dom", file=copy))
    assert said is not None
    assert int(said[1]) > 10
    assert int(said[2]) == 0


def test_the_page_prints_to_pdf(browse: Callable[..., str], tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    browse(DARK, f"--print-to-pdf={target}")
    data = target.read_bytes()
    assert data.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", data)) >= 3
