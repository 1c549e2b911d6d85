"""Searches over facts that are known already, by the real command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.conftest import Project

ACCURACY = "model,img_size,top1,param_count\n" + "".join(f"net{i % 4}_{i}.a1,224,{60 + i % 9 * 3},{5 + i}\n" for i in range(24))
BENCHMARK = "model,infer_img_size,infer_samples_per_sec,infer_step_time,infer_batch_size\n" + "".join(
    f"net{i % 4}_{i},224,{1000 - 35 * i},{1000 / (1000 - 35 * i)},1\n" for i in range(24)
)


@pytest.fixture
def store(project: Project) -> str:
    """Return a store with two tables."""
    (project.folder / "results-imagenet.csv").write_text(ACCURACY)
    (project.folder / "benchmark-infer-fp32-cpu-mine.csv").write_text(BENCHMARK)
    assert project.harness("import", "timm", "results-imagenet.csv", "benchmark-infer-fp32-cpu-mine.csv").status == 0
    return "results/harness.db"


def test_imported_tables_are_searched_and_a_page_is_written(project: Project, store: str) -> None:
    before = project.keys()
    shown = project.harness("replay", store, "--seeds", "2", "--trials", "12", "--algorithm", "guided", "--algorithm", "random")
    assert shown.status == 0, shown.err
    assert "imagenet × mine  24 candidates" in shown.out
    assert "guided" in shown.out
    assert "after 12" in shown.out
    assert "tpe" not in shown.out
    assert (project.folder / "reports" / "replay-harness.html").stat().st_size > 1e6
    assert project.keys() == before, "nothing is stored"
    told = project.harness("replay", store, "--seeds", "2", "--trials", "12", "--algorithm", "exhaustive", "--json").json
    assert told["problems"][0]["algorithms"]["exhaustive"]["reached"][-1]["trials"] == 12


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("other.db",), "there is no file other.db"),
        (("suite.yaml",), "the store knows 0 of 8 candidates of small"),
        (("suite.yaml", "--benchmark", "mine"), "this is a suite"),
        (("suite.yaml", "--algorithm", "magic"), "there is no algorithm 'magic'"),
    ],
)
def test_what_cannot_be_replayed_is_told_in_a_line(project: Project, arguments: tuple[str, ...], error: str) -> None:
    told = project.harness("replay", *arguments)
    assert told.status == 2
    (said,) = [line for line in told.err.splitlines() if not line.startswith("no store at ")]
    assert error in said


def test_a_store_without_such_a_table_says_which_there_are(project: Project, store: str) -> None:
    told = project.harness("replay", store, "--benchmark", "tpu")
    assert told.status == 2
    assert "no benchmark 'tpu' — it has mine" in told.err


def test_a_measured_suite_is_searched_again(finished: Project, tmp_path: Path) -> None:
    told = finished.harness("replay", "suite.yaml", "--seeds", "2", "--algorithm", "guided", "--reports", str(tmp_path), "--json")
    assert told.status == 0, told.err
    (problem,) = told.json["problems"]
    assert (problem["problem"], problem["candidates"], problem["trials"]) == ("small", 8, 8)
    found = problem["algorithms"]["guided"]
    assert found["reached"][-1]["mean"] == pytest.approx(1)
    assert found["regret"]["fast"]["worst"] == pytest.approx(0)
    assert (tmp_path / "replay-small.html").exists()
