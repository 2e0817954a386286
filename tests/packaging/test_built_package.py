"""What is published works by itself: the wheel holds the knowledge, and an installed copy answers from anywhere."""

from __future__ import annotations

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
KNOWLEDGE = [path.relative_to(CHECKOUT / "data").as_posix() for path in (CHECKOUT / "data").rglob("*.yaml")]
SCHEMAS = [f"{name.removesuffix('.yaml')}.schema.json" for name in SHIPPED]
COMPILED = {f"all_cli/compiled/{kind}.msgpack" for kind in ("risk", "protocols", "choice", "guidance", "digest")}
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


def run_alone(*command: str | Path, cwd: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run in this environment and no other: no HOME, no cache directory, no locale."""
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release, made as one is: the sdist from the checkout, the wheel from the sdist."""
    folder = tmp_path_factory.mktemp("release")
    done = run(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", CHECKOUT),
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder / "dist"


@pytest.mark.slow
def test_sdist_and_wheel_hold_the_knowledge_as_text_and_compiled(dist: Path) -> None:
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
        "hatch_build.py",
        "requirements/dev.txt",
        "tools/format_data.py",
        *(f"data/{f}" for f in KNOWLEDGE),
        *COMPILED,
    ):
        assert name in names, f"{name} is not in the sdist"
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv", ".git/", "build/"))]

    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
        for name in (*KNOWLEDGE, *(f"schemas/{schema}" for schema in SCHEMAS)):
            assert f"all_cli/data/{name}" in inside, f"{name} is not in the wheel"
            assert archive.read(f"all_cli/data/{name}") == (CHECKOUT / "data" / name).read_bytes()
        for module in (CHECKOUT / "all_cli").rglob("*.py"):
            assert module.relative_to(CHECKOUT).as_posix() in inside
        assert {name for name in inside if name.startswith("all_cli/compiled/")} == COMPILED
        (scripts,) = (archive.read(name).decode() for name in inside if name.endswith("entry_points.txt"))
    assert "all-risk = all_cli.cli.risk:main" in scripts
    assert "all-protocol = all_cli.cli.protocol:main" in scripts
    assert not [name for name in inside if name.startswith(("tests/", "docs/", "benchmarks/", "data/", "tools/"))]


@pytest.mark.slow
def test_an_installed_copy_answers_from_anywhere_without_a_home_and_compiles_nothing(
    dist: Path, tmp_path: Path
) -> None:
    (wheel,) = dist.glob("*.whl")
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
    # Nothing of the environment but where programs are; and no YAML reader, so that nothing can be compiled anew.
    clean = {"PATH": os.environ["PATH"]}
    where = run_alone(python, "-c", "import all_cli; print(all_cli.__file__)", cwd=elsewhere, environment=clean).stdout
    assert where.startswith(site), "the installed copy is not the one that runs"
    (Path(site) / "no_yaml.pth").write_text("import sys; sys.modules['yaml'] = None\n", encoding="utf-8")
    seven = ("classify", "--age", "7", "--wbc", "45", "--lineage", "B", "--format", "json")
    done = run_alone(venv / "bin" / "all-risk", *seven, cwd=elsewhere, environment=clean)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["primary"], found["results"][0]["group"]) == ("nci-rome", "standard")
    shown = ("show", "induction", "--risk", "high", "--age", "7", "--format", "json")
    done = run_alone(venv / "bin" / "all-protocol", *shown, cwd=elsewhere, environment=clean)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["lines"]
    child = ("show", "induction", "--age", "7", "--wbc", "45", "--lineage", "B", "--format", "json")
    done = run_alone(venv / "bin" / "all-protocol", *child, cwd=elsewhere, environment=clean)
    assert (done.returncode, done.stderr) == (0, "")
    (Path(site) / "no_yaml.pth").unlink()
    own = elsewhere / "own.yaml"
    own.write_text("schemes: 1\n", encoding="utf-8")
    done = run_alone(venv / "bin" / "all-risk", "schemes", "--rules", own, cwd=elsewhere, environment=clean)
    assert done.returncode == 4, "the JSON Schemas are not found in the installed copy"
