"""What a user does, done: every command, its output and its exit status."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.metrics import METRICS
from tests.end_to_end.conftest import SMALL, Project

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "timm", "onnxruntime", "openvino", "optuna", "plotly", "sqlalchemy", "pydantic", "sklearn", "numpy"}


def test_a_run_prints_the_whole_answer_as_json(finished: Project) -> None:
    answer = json.loads((finished.folder / "answer.json").read_text())
    assert {"suite", "environment", "profiles", "front", "candidates", "failures", "counts"} <= answer.keys()
    assert answer["suite"] == "small"
    assert set(answer["profiles"]) == {"fast", "small"}
    fast = answer["profiles"]["fast"]
    assert {"candidate", "utility", "terms", "facts", "tied", "runner_up", "violations"} <= fast.keys()
    assert fast["candidate"].startswith("logistic_regression@onnxruntime")
    assert answer["profiles"]["small"]["candidate"].startswith("logistic_regression")
    assert len(answer["candidates"]) == 8
    assert answer["failures"] == []
    assert set(answer["front"]) <= {one["candidate"] for one in answer["candidates"]}


def test_every_fact_has_a_value_inside_its_interval_and_a_unit(finished: Project) -> None:
    answer = json.loads((finished.folder / "answer.json").read_text())
    for one in answer["candidates"]:
        assert {"latency_p50", "throughput", "memory_peak", "load_time", "first_query", "accuracy", "size", "parameters"} <= one[
            "facts"
        ].keys()
        for name, fact in one["facts"].items():
            assert fact["low"] <= fact["value"] <= fact["high"], (name, fact)
            assert fact["unit"] == METRICS[name].unit
            assert fact["n"] >= 1


def test_a_percentile_without_enough_queries_is_withheld_and_told(finished: Project) -> None:
    answer = json.loads((finished.folder / "answer.json").read_text())
    for one in answer["candidates"]:
        assert "latency_p99" not in one["facts"]
        assert one["withheld"]["latency_p99"] == {"needs": 662, "has": 64}


def test_accuracy_is_measured_once_per_artifact_and_runtime(finished: Project) -> None:
    keys = finished.keys()
    answer = json.loads((finished.folder / "answer.json").read_text())
    assert answer["counts"]["measured"] == len(keys["facts"])
    accuracies = {(one["artifact"], one["facts"]["accuracy"]["value"]) for one in answer["candidates"]}
    assert len(accuracies) == 2  # eight candidates, two artifacts


def test_a_second_run_measures_nothing(finished: Project, tmp_path: Path) -> None:
    again = Project(tmp_path / "again")
    shutil.copytree(finished.folder / "results", again.folder / "results")
    answer = again.harness("run", "suite.yaml", "--json")
    assert answer.status == 0
    assert answer.json["counts"]["measured"] == 0
    assert answer.json["counts"]["reused"] > 0
    assert again.keys() == finished.keys()


def test_the_cost_of_a_candidate_is_explained(finished: Project, tmp_path: Path) -> None:
    again = Project(tmp_path / "again")
    shutil.copytree(finished.folder / "results", again.folder / "results")
    label = json.loads((finished.folder / "answer.json").read_text())["profiles"]["fast"]["candidate"]
    told = again.harness("explain-cost", "suite.yaml", label, "--json")
    assert told.status == 0
    assert told.json["candidate"] == label
    assert told.json["parent"] is None
    assert told.json["profile"]["operators"]
    shown = again.harness("explain-cost", "suite.yaml", label)
    assert shown.status == 0
    assert "slowest operators" in shown.out


def test_a_candidate_that_is_not_there_is_told_with_those_near_it(finished: Project) -> None:
    told = finished.harness("explain-cost", "suite.yaml", "logistic_regresion@onnxruntime")
    assert told.status == 2
    assert "near are logistic_regression@onnxruntime" in told.err
    assert len(told.err.splitlines()) == 1


def test_everything_about_a_candidate_is_shown(finished: Project) -> None:
    fast = json.loads((finished.folder / "answer.json").read_text())["profiles"]["fast"]
    told = finished.harness("show", "suite.yaml", fast["candidate"], "--json")
    assert told.status == 0, told.err
    found = told.json
    assert (found["candidate"], found["state"], found["failure"]) == (fast["candidate"], "measured", None)
    assert found["facts"] == fast["facts"]
    assert found["profiles"]["fast"]["utility"] == fast["utility"]
    assert found["profiles"]["fast"]["terms"][0].items() >= fast["terms"][0].items()
    assert found["withheld"]["latency_p99"] == {"needs": 662, "has": 64}
    assert found["artifact"]["format"] == "onnx"
    assert {run["run"] for run in found["runs"]}
    shown = finished.harness("show", "suite.yaml", fast["candidate"])
    assert shown.status == 0
    assert shown.out.startswith(fast["candidate"])
    assert "fast: recommended" in shown.out


def test_words_that_one_label_alone_holds_are_enough(finished: Project) -> None:
    told = finished.harness("show", "suite.yaml", "logistic threads=2/b8", "--json")
    assert told.json["candidate"] == "logistic_regression@onnxruntime:threads=2/b8"
    several = finished.harness("show", "suite.yaml", "logistic")
    assert several.status == 2
    assert "4 candidates hold 'logistic'" in several.err
    assert len(several.err.splitlines()) == 1


def test_two_candidates_are_compared_on_the_same_samples(finished: Project) -> None:
    told = finished.harness("compare", "suite.yaml", "logistic threads=1/b1", "decision_tree threads=1/b1", "--json")
    assert told.status == 0, told.err
    accuracy = told.json["metrics"]["accuracy"]
    assert accuracy["better"] == "one"
    assert accuracy["paired"]["n"] == told.json["one"]["facts"]["accuracy"]["n"]
    assert accuracy["value"] == pytest.approx(
        told.json["one"]["facts"]["accuracy"]["value"] - told.json["other"]["facts"]["accuracy"]["value"]
    )
    assert told.json["flips"]["right"] > told.json["flips"]["wrong"]
    shown = finished.harness("compare", "suite.yaml", "logistic threads=1/b1", "decision_tree threads=1/b1")
    assert shown.status == 0
    assert "beyond noise, A is better in" in shown.out
    same = finished.harness("compare", "suite.yaml", "logistic threads=1/b1", "logistic threads=2/b1", "--json").json
    assert same["metrics"]["accuracy"]["shared"], "threads change no answer"


def test_what_is_not_measured_is_shown_and_compared_as_not_known(project: Project) -> None:
    shown = project.harness("show", "suite.yaml", "logistic threads=1/b1")
    assert shown.status == 3
    assert "not measured yet" in shown.out
    compared = project.harness("compare", "suite.yaml", "logistic threads=1/b1", "decision_tree threads=1/b1")
    assert (compared.status, compared.out) == (3, "")
    assert "logistic_regression@onnxruntime:threads=1/b1 is not measured in full — harness show tells more" in compared.err


def test_recommend_gives_the_answer_of_the_run_without_measuring(finished: Project) -> None:
    ran = json.loads((finished.folder / "answer.json").read_text())
    told = finished.harness("recommend", "suite.yaml", "--json")
    assert told.status == 0
    assert told.json["profiles"] == ran["profiles"]
    assert told.json["front"] == ran["front"]
    assert told.json["counts"]["measured"] == 0


def test_recommend_tells_one_profile_on_request(finished: Project) -> None:
    told = finished.harness("recommend", "suite.yaml", "--profile", "small", "--json")
    assert set(told.json["profiles"]) == {"small"}
    wrong = finished.harness("recommend", "suite.yaml", "--profile", "tiny")
    assert wrong.status == 2
    assert "no profile 'tiny'" in wrong.err
    assert "fast, small" in wrong.err


def test_the_terminal_shows_what_to_deploy_and_why(finished: Project) -> None:
    told = finished.harness("recommend", "suite.yaml")
    assert "fast: deploy logistic_regression@onnxruntime" in told.out
    assert "accuracy" in told.out
    assert "Pareto front" in told.out
    assert "Traceback" not in told.err


def test_progress_names_the_candidate_the_stage_and_what_was_found(finished: Project) -> None:
    progress = (finished.folder / "progress.txt").read_text()
    assert "fitting" in progress
    assert "decision_tree@onnxruntime:threads=2/b8: latency_p50" in progress
    assert "exhaustive" in progress


def test_the_report_is_written_beside_the_answer(finished: Project) -> None:
    folder = finished.folder / "reports/small"
    assert {"index.html", "report.md", "facts.json"} <= {path.name for path in folder.iterdir()}
    facts = json.loads((folder / "facts.json").read_text())
    assert facts["profiles"]["fast"]["candidate"] in (folder / "report.md").read_text()


def test_a_report_can_be_written_again_from_the_store(finished: Project, tmp_path: Path) -> None:
    told = finished.harness("report", "suite.yaml", "--reports", str(tmp_path), "--json")
    assert told.status == 0
    assert Path(told.json["report"]).read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")


def test_check_tells_the_axes_the_facts_and_the_time(project: Project) -> None:
    told = project.harness("check", "suite.yaml", "--json")
    assert told.status == 0
    found = told.json
    assert found["candidates"] == found["combinations"] == 8
    assert found["axes"]["batch_size"] == ["1", "8"]
    assert found["distinct_facts"]["accuracy"] == 2
    assert found["distinct_facts"]["latency_p50"] == 8
    assert found["estimate"]["seconds"] > 0
    assert project.harness("run", "suite.yaml", "--dry-run", "--json").json == found
    assert "8 candidates" in project.harness("check", "suite.yaml").out


def test_check_says_why_combinations_are_left_out(tmp_path: Path) -> None:
    text = SMALL.replace("- {onnxruntime", "- torch\n  - openvino\n  - {onnxruntime").replace(
        "runtimes:", "passes: [[], [quantize]]\nruntimes:"
    )
    told = Project(tmp_path, text).harness("check", "suite.yaml", "--json")
    rules = {one["rule"]: one["count"] for one in told.json["excluded"]}
    assert any("decision trees" in rule and "openvino" in rule for rule in rules)
    assert sum(rules.values()) + told.json["candidates"] == told.json["combinations"]


def test_without_measurements_the_answer_is_not_known(project: Project) -> None:
    told = project.harness("recommend", "suite.yaml")
    assert told.status == 3
    assert "nothing measured yet" in told.out


def test_when_nothing_is_feasible_the_nearest_candidate_and_its_miss_are_told(finished: Project, tmp_path: Path) -> None:
    strict = Project(tmp_path / "strict", SMALL.replace("accuracy >= 90 %", "accuracy >= 99.9 %"))
    shutil.copytree(finished.folder / "results", strict.folder / "results")
    told = strict.harness("recommend", "suite.yaml", "--json")
    assert told.status == 1
    fast = told.json["profiles"]["fast"]
    assert fast["feasible"] is False
    assert fast["candidate"].startswith("logistic_regression")
    (violation,) = fast["violations"]
    assert violation["metric"] == "accuracy"
    assert violation["miss"] == pytest.approx((0.999 - violation["value"]) / 0.999)
    assert "nothing feasible" in strict.harness("recommend", "suite.yaml").out


def test_a_wrong_suite_is_told_in_lines_with_places_and_no_traceback(tmp_path: Path) -> None:
    project = Project(tmp_path, SMALL.replace("onnxruntime:", "onnxruntim:").replace("latency_p50: 1,", "latency_p5: 1,"))
    told = project.harness("run", "suite.yaml")
    assert told.status == 2
    assert "did you mean 'onnxruntime'?" in told.err
    assert "profiles.fast.weights.latency_p5" in told.err
    assert "line " in told.err
    assert "Traceback" not in told.err
    assert not (tmp_path / "reports").exists()


def test_a_missing_suite_is_told_with_those_that_are_there(project: Project) -> None:
    told = project.harness("check", "nope.yaml")
    assert told.status == 2
    assert "suite.yaml" in told.err


REGULATED = SMALL.partition("profiles:")[0] + "profiles: [regulated]\nmeasure:" + SMALL.partition("measure:")[2]


def test_a_ready_made_profile_is_judged_around_the_suites_baseline(finished: Project, project: Project) -> None:
    (project.folder / "regulated.yaml").write_text(REGULATED)
    store = f"sqlite:///{finished.folder / 'results/harness.db'}"
    told = project.harness("recommend", "regulated.yaml", "--store", store, "--json").json
    one, priorities = told["profiles"]["regulated"], told["priorities"]["regulated"]
    assert one["candidate"].startswith("logistic_regression"), "which is its own baseline, and better than a tree"
    (known,) = {c["facts"]["parameters"]["value"] for c in told["candidates"] if c["candidate"].startswith("logistic")}
    assert priorities["ranges"]["parameters"] == [2 * known, pytest.approx(known / 10)]
    assert (priorities["scales"], priorities["relative"], priorities["guard"]) == ({"parameters": "log"}, {}, 3)
    shown = project.harness("recommend", "regulated.yaml", "--store", store)
    assert shown.status == 0
    assert "adds nothing" not in shown.out


def test_a_range_whose_baseline_is_not_measured_yet_is_told_to_add_nothing(finished: Project, project: Project) -> None:
    other = REGULATED + "baseline: {model: {sklearn: random_forest}, runtime: onnxruntime}\n"
    (project.folder / "open.yaml").write_text(other)
    store = f"sqlite:///{finished.folder / 'results/harness.db'}"
    told = project.harness("recommend", "open.yaml", "--store", store)
    assert told.status == 1
    for metric in ("accuracy", "parameters"):
        assert f"{metric} adds nothing: the range moves with the baseline" in " ".join(told.out.split())


def test_a_store_that_is_none_is_told_in_a_line(project: Project) -> None:
    (project.folder / "broken.db").write_text("this is no database" * 100)
    told = project.harness("recommend", "suite.yaml", "--store", "sqlite:///broken.db")
    assert told.status == 2
    assert told.err.count("\n") == 1
    assert "broken.db" in told.err


@pytest.mark.parametrize("kind", ["models", "passes", "runtimes", "datasets", "scenarios", "metrics", "profiles"])
def test_list_shows_the_parts_of_a_kind(project: Project, kind: str) -> None:
    told = project.harness("list", kind, "--json")
    assert told.status == 0
    for part in told.json[kind]:
        assert part["summary"]
    assert told.json[kind][0]["name"] in project.harness("list", kind).out


def test_list_refuses_a_kind_that_is_none(project: Project) -> None:
    assert project.harness("list", "engines").status == 2


def test_env_tells_the_machine_and_what_to_do_about_noise(project: Project) -> None:
    told = project.harness("env", "--json").json
    assert told["identity"]["cores"] == len(os.sched_getaffinity(0))
    assert "onnxruntime" in told["versions"]
    assert all(doubt["advice"] for doubt in told["doubts"])
    assert "machine" in project.harness("env").out


def test_schema_is_json_and_names_every_part(project: Project) -> None:
    text = json.dumps(project.harness("schema").json)
    for name in ("mnist5k", "test_share", "onnxruntime", "finetune_epochs", "energy", "checkpoint"):
        assert name in text


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['harness', '--help']\nfrom harness.cli import main\ntry: main()\nexcept SystemExit: pass\n"
    code += f"print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "recommend" in done.stdout


def test_shell_completion_knows_the_commands() -> None:
    told = subprocess.run(
        ["harness"],
        env=os.environ
        | {"_HARNESS_COMPLETE": "complete_bash", "COMP_WORDS": "harness re", "COMP_CWORD": "1"}
        | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert set(told.stdout.split()) == {"recommend", "replay", "report"}


def test_the_quickstart_suite_is_valid(project: Project) -> None:
    told = project.harness("check", str(ROOT / "suites/quickstart.yaml"), "--json")
    assert told.status == 0
    assert told.json["candidates"] > 80
    assert told.json["distinct_facts"]["accuracy"] < told.json["candidates"] / 3


def test_the_matrix_tells_what_became_of_every_combination(finished: Project, tmp_path: Path) -> None:
    shown = finished.harness("matrix", "suite.yaml")
    assert shown.status == 0, shown.err
    assert "4 measured" in shown.out
    told = finished.harness("matrix", "suite.yaml", "--json").json
    assert {cell["outcome"] for cell in told["cells"]} == {"measured"}
    page = tmp_path / "matrix.md"
    assert finished.harness("matrix", "suite.yaml", "--markdown", str(page)).status == 0
    assert "| `none` | ✓ | ✓ |" in page.read_text()
