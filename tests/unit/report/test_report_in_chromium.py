"""The page in a real browser: it draws and sorts, nothing in a name runs, and the console stays quiet."""

import re
import shutil
import subprocess

import pytest

from harness import report

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs chromium or google-chrome on the PATH")

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--v=0", "--virtual-time-budget=4000",
)  # fmt: skip


def shown(path, profile):
    """Return the page's elements after its scripts ran, and what its console said."""
    ran = subprocess.run(
        [BROWSER, *QUIET, f"--user-data-dir={profile}", "--dump-dom", path.as_uri()],
        capture_output=True, text=True, timeout=90, check=True,
    )  # fmt: skip
    return ran.stdout, [line for line in ran.stderr.splitlines() if "CONSOLE" in line]


def test_the_chart_is_drawn_and_the_table_sorted_by_utility(answer, tmp_path):
    dom, console = shown(report.write(answer, "name: made-up\n", tmp_path / "report"), tmp_path / "profile")
    assert console == []
    assert 'class="main-svg"' in dom
    assert re.findall(r'<tr id="candidate-(\d)"', dom) == ["1", "0", "2"]
    assert 'aria-sort="descending"' in dom


def test_hostile_names_do_not_run(kinds, tmp_path):
    path = report.write(kinds["hostile"](), "</script><script>x</script>", tmp_path / "report")
    dom, console = shown(path, tmp_path / "profile")
    assert console == []
    assert "<title>made-up&lt;/script&gt;" in dom
    assert 'class="main-svg"' in dom


def test_memory_over_time_is_drawn(kinds, tmp_path):
    dom, console = shown(report.write(kinds["with estimates"](), "", tmp_path / "report"), tmp_path / "profile")
    assert console == []
    assert re.search('<div id="memory-chart"[^>]*js-plotly-plot', dom)


@pytest.mark.parametrize("kind", ["compressed", "hostile compressed"])
def test_operators_are_drawn(kind, kinds, tmp_path):
    dom, console = shown(report.write(kinds[kind](), "", tmp_path / "report"), tmp_path / "profile")
    assert console == []
    assert re.search('<div class="icicle[^>]*js-plotly-plot', dom)
    assert dom.count('class="trace icicle"') == 2
    assert "<img" not in dom


@pytest.mark.parametrize("kind", ["without anything", "with gaps"])
def test_the_console_stays_quiet(kind, kinds, tmp_path):
    _, console = shown(report.write(kinds[kind](), "", tmp_path / "report"), tmp_path / "profile")
    assert console == []
