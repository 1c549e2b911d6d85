"""What runs inside a pytest process of an arm: only what is to be measured runs, and the process tells of itself at its end."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from harness.measure.contention import Usage, grade

ENDED: Final = "ended.json"
"""The file with the names of benchmarks that are decided, in the folder that the process is given."""
TOLD: Final = "told.json"
"""The file with what the process tells."""
MACHINE: Final = ("involuntary", "waited", "stolen", "pressure", "others")


def is_benchmark(item: pytest.Item) -> bool:
    """Say whether pytest-benchmark measures a test."""
    return "benchmark" in getattr(item, "fixturenames", ())


def keep_only(config: pytest.Config, items: list[pytest.Item], wanted: Sequence[pytest.Item]) -> None:
    """Deselect all items but the wanted ones."""
    others = [one for one in items if one not in wanted]
    if others:
        config.hook.pytest_deselected(items=others)
        items[:] = wanted


class Inside:
    """The plugin of such a process; ``folder`` is what it shares with the one that started it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.failed: list[tuple[str, str]] = []
        self.usage: dict[str, float] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what is decided, and what is no benchmark."""
        ended = set(json.loads((self.folder / ENDED).read_text(encoding="utf-8")))
        keep_only(config, items, [one for one in items if is_benchmark(one) and one.nodeid not in ended])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        """Watch what else uses the machine meanwhile."""
        before = Usage.now()
        result = yield
        self.usage = Usage.now().since(before)
        return result

    @pytest.hookimpl(optionalhook=True)
    def pytest_benchmark_generate_machine_info(self) -> dict[str, Any]:
        """Spare each process the second that describing the processor takes."""
        return {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_benchmark_generate_commit_info(self) -> dict[str, Any]:
        """Spare it what the gate knows."""
        return {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what failed."""
        if report.failed:
            self.failed.append((report.nodeid, _reason(report)))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected."""
        if report.failed:
            self.failed.append((report.nodeid, _reason(report)))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Tell it."""
        (self.folder / TOLD).write_text(json.dumps(self.told()), encoding="utf-8")

    def told(self) -> dict[str, Any]:
        """Return what there is to tell: what failed, what the machine did, and where the modules come from."""
        files = {name: getattr(module, "__file__", None) for name, module in list(sys.modules.items()) if "." not in name}
        return {
            "failed": self.failed,
            "quality": grade(self.usage, 0, threads=1) if self.usage else "clean",
            "machine": {name: value for name, value in self.usage.items() if name in MACHINE},
            "modules": {name: file for name, file in files.items() if file},
        }


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return why something failed, in one line: the exception's, which is what pytest tells last."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else report.longreprtext.strip().rpartition("\n")[2]
    return text.partition("\n")[0][:300] or "it failed"
