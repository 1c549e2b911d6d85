"""pytest's hooks, an edge of the package like the command line: it prints the gate's verdict and sets pytest's exit status.

Loading it costs nothing, and it does nothing that was not asked for. PYTEST_DONT_REWRITE
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from harness.gate.samples import Samples
    from harness.gate.verdict import Verdict
    from harness.pytest_gate.timing import Setup

REPORTS: Final = "reports/pytest/gate"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the gate's options."""
    from argparse import SUPPRESS

    group = parser.getgroup("harness", "the merge gate of the model selection harness")
    group.addoption(
        "--harness-baseline",
        metavar="REF",
        help="gate the benchmarks against a git revision: both are measured in interleaved fresh processes, and judged",
    )
    group.addoption("--harness-blocks", metavar="N", type=int, default=40, help="blocks at most. Default: %(default)s")
    group.addoption("--harness-control", action="store_true", help="measure a copy of the baseline, too")
    group.addoption("--harness-strict", action="store_true", help="inconclusive is exit status 3 instead of 0")
    group.addoption("--harness-seed", metavar="N", type=int, default=0, help="of the order in which the processes come")
    group.addoption("--harness-reports", metavar="DIR", default=REPORTS, help="folder of the gate's files. Default: %(default)s")
    group.addoption("--harness-turn", metavar="DIR", help=SUPPRESS)


def pytest_configure(config: pytest.Config) -> None:
    """Take part where that is asked for: as a process of an arm, or as the gate."""
    turn = config.getoption("harness_turn")
    if turn:
        from harness.pytest_gate.inside import Inside

        config.pluginmanager.register(Inside(Path(turn)), "harness-inside")
    elif config.getoption("harness_baseline") is not None:
        config.pluginmanager.register(Gate(config), "harness-gate")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect suites: YAML files with a suite's keys, which are named or lie in a folder ``suites``."""
    if file_path.suffix not in {".yaml", ".yml"} or parent.config.getoption("benchmark_json", "absent") == "absent":
        return None
    from harness.pytest_gate.suite_items import SuiteFile, is_suite

    folder = parent.config.invocation_params.dir
    named = any((folder / str(word).partition("::")[0]).resolve() == file_path.resolve() for word in parent.config.args)
    return SuiteFile.from_parent(parent, path=file_path) if is_suite(file_path, named) else None


class Gate:
    """Gates the benchmarks that are collected, instead of running them."""

    def __init__(self, config: pytest.Config) -> None:
        from harness.errors import HarnessError
        from harness.gating.revisions import Repository

        if config.getoption("benchmark_json", "absent") == "absent":
            raise pytest.UsageError("--harness-baseline gates what pytest-benchmark measures, which is not loaded")
        if config.getoption("dist", "no") != "no" or config.getoption("numprocesses", None):
            raise pytest.UsageError("--harness-baseline runs one process after the other: add -n 0")
        try:
            self.how = _how(config)
            Repository(config.invocation_params.dir).baseline(self.how.baseline)
        except HarnessError as error:
            raise _usage(error) from None
        self.config = config
        self.found: tuple[Verdict, Samples] | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Keep the benchmarks."""
        from harness.pytest_gate.inside import is_benchmark, keep_only

        keep_only(config, items, [one for one in items if is_benchmark(one)])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Measure both revisions and judge."""
        from harness.errors import HarnessError

        if session.config.getoption("collectonly") or not session.items or session.testsfailed:
            return None
        try:
            self.found = self._gated(session)
        except HarnessError as error:
            raise _usage(error) from None
        return True

    def _gated(self, session: pytest.Session) -> tuple[Verdict, Samples]:
        from harness.cli.gate import progress
        from harness.gate.writing import write
        from harness.pytest_gate.against import Asked, measured

        invoked = self.config.invocation_params
        names = tuple(item.nodeid for item in session.items)
        asked = Asked(invoked.dir, tuple(map(str, invoked.args)), frozenset(self.config.args), names, tuple(_quiet(self.config)))
        with progress() as say:
            samples = measured(asked, self.how, say)
        return write(samples, self._reports()), samples

    def _reports(self) -> Path:
        return Path(self.config.invocation_params.dir, self.config.getoption("harness_reports"))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Let pytest end as the gate does."""
        if self.found:
            session.exitstatus = self.found[0].exit_status

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the verdict as ``harness gate`` does."""
        from harness.cli import gate, show

        if self.found:
            terminalreporter.section("harness gate")
            gate.show(*self.found)
            show.written(self._reports() / "index.html")


def _how(config: pytest.Config) -> Any:
    """Return how to gate, from the options; raises HarnessError."""
    from pydantic import ValidationError

    from harness.errors import InputError
    from harness.gate.looks import planned
    from harness.pytest_gate.against import How

    try:
        plan = planned(config.getoption("harness_blocks"), "fail" if config.getoption("harness_strict") else "warn")
    except ValidationError:
        raise InputError("--harness-blocks: give 1 to 400") from None
    return How(config.getoption("harness_baseline"), plan, config.getoption("harness_control"), config.getoption("harness_seed"))


def _quiet(config: pytest.Config) -> Iterator[str]:
    """Give options that turn off, in the processes of the arms, what disturbs or forbids measuring."""
    for plugin, option in (("xdist", "-n0"), ("pytest_cov", "--no-cov")):
        if config.pluginmanager.hasplugin(plugin):
            yield option


def _usage(error: Any) -> pytest.UsageError:
    return pytest.UsageError(" — ".join(filter(None, (error.message, error.hint))))


@pytest.fixture
def harness_benchmark(benchmark: Any, request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Measure a callable by the harness's rules: ``harness_benchmark(function, *args, setup=None, **kwargs)`` returns its value.

    The samples go to pytest-benchmark's storage; ``extra_info`` has the rest: intervals, processor time, warm-up and quality.
    """

    def measure(function: Callable[..., Any], *args: Any, setup: Setup | None = None, **kwargs: Any) -> Any:
        from harness.pytest_gate import storage
        from harness.pytest_gate.timing import Timed, timed

        storage.claim(benchmark)
        one = Timed(function, args, kwargs, setup)
        if benchmark.disabled:
            one.query(0)
            return one.value
        timing = timed(one, storage.sizing(request.config))
        storage.keep(benchmark, timing.wall, timing.facts(), timing.calls)
        return timing.value

    return measure
