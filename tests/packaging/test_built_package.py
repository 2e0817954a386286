"""What is published works by itself: the wheel holds the knowledge, and an installed copy answers from anywhere."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from all_cli.knowledge.files import SHIPPED

CHECKOUT = Path(__file__).resolve().parents[2]
SCHEMAS = [f"{name.removesuffix('.yaml')}.schema.json" for name in SHIPPED]
QUICK = {"PIP_RETRIES": "0", "PIP_DEFAULT_TIMEOUT": "10", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **QUICK, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def build_backend(folder: Path) -> dict[str, str]:
    """The environment in which hatchling can be imported; fetched once if it is not installed."""
    if importlib.util.find_spec("hatchling"):
        return {}
    place = folder / "backend"
    done = run(sys.executable, "-m", "pip", "install", "--quiet", "--target", place, "hatchling>=1.25", cwd=folder)
    if done.returncode:
        pytest.skip("hatchling is neither installed nor to be had from here: " + done.stderr.strip()[-200:])
    return {"PYTHONPATH": str(place)}


@pytest.mark.slow
def test_the_built_package_holds_the_knowledge_and_answers_from_another_folder(tmp_path: Path) -> None:
    if not (CHECKOUT / "pyproject.toml").exists():
        pytest.skip("not a checkout")
    if not importlib.util.find_spec("build"):
        pytest.skip("the build front end is not installed")
    environment = build_backend(tmp_path)
    dist = tmp_path / "dist"
    # As a release is made: the sdist from the checkout, the wheel from the sdist.
    done = run(sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, CHECKOUT, cwd=tmp_path, **environment)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (wheel,) = dist.glob("*.whl")
    (sdist,) = dist.glob("*.tar.gz")

    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for name in (
        "pyproject.toml",
        "LICENSE",
        "README.md",
        "all_cli/__init__.py",
        "Makefile",
        *(f"data/{f}" for f in SHIPPED),
    ):
        assert name in names, f"{name} is not in the sdist"
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv", ".git/"))]

    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        for name in (*SHIPPED, *(f"schemas/{schema}" for schema in SCHEMAS)):
            assert f"all_cli/data/{name}" in inside, f"{name} is not in the wheel"
            assert archive.read(f"all_cli/data/{name}") == (CHECKOUT / "data" / name).read_bytes()
        for module in (CHECKOUT / "all_cli").rglob("*.py"):
            assert module.relative_to(CHECKOUT).as_posix() in inside
        (scripts,) = (archive.read(name).decode() for name in inside if name.endswith("entry_points.txt"))
    assert "all-risk = all_cli.cli.risk:main" in scripts
    assert "all-protocol = all_cli.cli.protocol:main" in scripts
    assert not [name for name in inside if name.startswith(("tests/", "docs/", "benchmarks/", "data/"))]

    venv = tmp_path / "venv"
    done = run(sys.executable, "-m", "venv", "--without-pip", venv, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    python = venv / "bin" / "python"
    done = run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel),
        cwd=tmp_path,
    )
    if done.returncode:
        pytest.skip("pip cannot install into another environment here: " + done.stderr.strip()[-200:])
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path).stdout.strip()
    # The dependencies come from the environment of the tests, behind the installed package.
    (Path(site) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    clean = {"PYTHONPATH": "", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    where = run(python, "-c", "import all_cli; print(all_cli.__file__)", cwd=elsewhere, **clean).stdout
    assert where.startswith(site), "the installed copy is not the one that runs"

    seven = ("classify", "--age", "7", "--wbc", "45", "--lineage", "B", "--format", "json")
    done = run(venv / "bin" / "all-risk", *seven, cwd=elsewhere, **clean)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["primary"], found["results"][0]["group"]) == ("nci-rome", "standard")
    shown = ("show", "induction", "--risk", "high", "--age", "7", "--format", "json")
    done = run(venv / "bin" / "all-protocol", *shown, cwd=elsewhere, **clean)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["lines"]
    own = elsewhere / "own.yaml"
    own.write_text("schemes: 1\n", encoding="utf-8")
    done = run(venv / "bin" / "all-risk", "schemes", "--rules", own, cwd=elsewhere, **clean)
    assert done.returncode == 4, "the JSON Schemas are not found in the installed copy"
