"""What CI runs.

The packages weigh several GB, so there is one environment for all sessions, and none is built where the Python that
runs nox has them already.
"""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import nox

nox.options.sessions = ["tests", "lint", "types", "layers", "docs"]
nox.options.default_venv_backend = "none"

PYPROJECT = nox.project.load_toml("pyproject.toml")


def _installed(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


HERE = all(_installed(name) for name in ("torch", "openvino", "model-selection-harness"))
BIN = Path(sys.executable).parent if HERE else Path(__file__).parent / ".nox/harness/bin"
PYTHON = sys.executable if HERE else str(BIN / "python")


def _install(session: nox.Session, *groups: str) -> None:
    """Install the project and the tools of ``groups`` into the environment, which is made if it is not there."""
    if not Path(PYTHON).exists():
        session.run(sys.executable, "-m", "venv", str(BIN.parent))
    tools = nox.project.dependency_groups(PYPROJECT, *groups)
    _python(session, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-e", ".", *tools)


def _python(session: nox.Session, *args: str) -> None:
    session.run(PYTHON, *args)


GROUPS = (("tests/unit", "tests/property"), ("tests/contract",), ("tests/own",), ("tests/end_to_end",), ("tests/browser",))
"""Tests that share a process: none should go on in one that has loaded every runtime, compiler and quantizer."""


@nox.session
def tests(session: nox.Session) -> None:
    """Run every test but the benchmarks."""
    _install(session, "tests")
    for group in [session.posargs] if session.posargs else GROUPS:
        _python(session, "-m", "pytest", *group)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format."""
    _install(session, "lint")
    _python(session, "-m", "ruff", "check", ".")
    _python(session, "-m", "ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    _install(session, "types")
    _python(session, "-m", "mypy")


@nox.session
def layers(session: nox.Session) -> None:
    """Check that imports go down only."""
    _install(session, "layers")
    session.run(str(BIN / "lint-imports"))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/, a folder that opens from disk; a warning is an error."""
    _install(session, "docs")
    _python(session, "-m", "mkdocs", "build", "--strict")


@nox.session
def gate(session: nox.Session) -> None:
    """Compare the harness's own hot paths with those of the last landed revision, or of a named one; only a regression fails."""
    landed = session.posargs[0] if session.posargs else _landed(session)
    if not landed:
        session.skip("there is no earlier revision here: a shallow clone, or no git at all")
    _install(session, "tests")
    paths = "tests/benchmarks/test_hot_paths.py"
    short = ("--benchmark-max-time=0.2", "-n0", "--harness-blocks=19")
    session.run(PYTHON, "-m", "pytest", paths, f"--harness-baseline={landed}", *short, success_codes=[0, 3, 4])


def _landed(session: nox.Session) -> str | None:
    """Return the revision that this one is to be compared with: where it parted from the main branch, or the one before it."""
    here = _git(session, "rev-parse", "HEAD")
    earlier = (_git(session, "merge-base", "HEAD", "origin/main"), _git(session, "rev-parse", "HEAD~1"))
    return next((found for found in earlier if found and found != here), None)


def _git(session: nox.Session, *words: str) -> str:
    """Return the commit that git tells, or nothing."""
    found = session.run("git", *words, external=True, silent=True, success_codes=range(256), log=False, stderr=subprocess.DEVNULL)
    return str(found or "").strip()


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure the harness itself: figures are printed, nothing is asserted on time."""
    _install(session, "tests")
    _python(session, "-m", "pytest", "tests/benchmarks", "--benchmark-enable", "-s", *session.posargs)


@nox.session
def pictures(session: nox.Session) -> None:
    """Make the documentation's pictures of the page, from what is stored of two suites; needs Chromium."""
    _install(session, "tests")
    session.run(str(BIN / "harness"), "report", "suites/quickstart.yaml")
    session.run(str(BIN / "harness"), "report", "suites/regulated.yaml")
    _python(session, "-m", "tests.browser.pictures", "reports/quickstart/index.html", "docs/pictures")
    _python(session, "-m", "tests.browser.pictures", "reports/regulated/index.html", "docs/pictures", "explanations", "mistakes")


@nox.session
def compatibility(session: nox.Session) -> None:
    """Measure what works here, every pass on eight families of networks, and write docs/compatibility.md: about an hour."""
    _install(session)
    suite = "suites/compatibility.yaml"
    session.run(str(BIN / "harness"), "run", suite)
    session.run(str(BIN / "harness"), "matrix", suite, "--markdown", "docs/compatibility.md")
