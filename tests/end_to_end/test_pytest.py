"""The plugin in real pytest processes, over repositories that the tests make."""

import json
import subprocess

import pytest

pytest_plugins = ["pytester"]

LOADED = ("-p", "benchmark", "-p", "harness.pytest_plugin")
"""What the processes load, and nothing else: it starts faster."""
QUICK = (*LOADED, "--benchmark-max-time=0.01", "--benchmark-min-rounds=15")
GATED = """
import time
from thing import SECONDS
def test_work(benchmark):
    benchmark(time.sleep, SECONDS)
def test_plain():
    raise AssertionError("no benchmark: it does not run")
"""


@pytest.fixture
def place(pytester, monkeypatch):
    """A folder of benchmarks, and a way to run pytest there."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
        monkeypatch.delenv(name, raising=False)
    pytester.makeini("[pytest]\n")
    return pytester


@pytest.fixture
def repository(place):
    """A repository with a benchmark of ``thing``, which is committed as it sleeps 10 ms."""
    place.makepyfile(thing="SECONDS = 0.01")
    place.makepyfile(test_speed=GATED)
    (place.path / ".gitignore").write_text("reports/\n__pycache__/\n")
    for words in (("init", "-q", "-b", "main"), ("add", "-A"), ("commit", "-qm", "first")):
        subprocess.run(["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *words], cwd=place.path, check=True)
    return place


def kept(place):
    return json.loads((place.path / "b.json").read_text())["benchmarks"]


def test_a_callable_is_measured_by_the_rules_of_the_harness_and_stored_by_pytest_benchmark(place):
    place.makepyfile(
        """
        def test_sum(harness_benchmark):
            assert harness_benchmark(sum, [1, 2]) == 3
        def test_setup(harness_benchmark):
            made = []
            def setup():
                made.append(len(made))
                return (made,), {}
            assert harness_benchmark(max, setup=setup) == len(made) - 1
        """
    )
    place.runpytest_subprocess(*QUICK, "--benchmark-json=b.json", "--benchmark-autosave").assert_outcomes(passed=2)
    for one in kept(place):
        told = one["extra_info"]["harness"]
        assert len(one["stats"]["data"]) == len(told["cpu_time"]) >= 11
        assert told["latency_p50"]["low"] <= told["latency_p50"]["value"] <= told["latency_p50"]["high"]
        assert told["warm_up"]
    alone, prepared = (one["stats"]["iterations"] for one in kept(place))
    assert alone > prepared == 1
    assert list((place.path / ".benchmarks").rglob("*.json"))


def test_a_disabled_callable_runs_once(place):
    place.makepyfile(
        """
        def test_once(harness_benchmark):
            calls = []
            harness_benchmark(calls.append, 1)
            assert calls == [1]
        """
    )
    place.runpytest_subprocess(*QUICK, "--benchmark-disable").assert_outcomes(passed=1)


def test_a_fixture_is_used_once(place):
    place.makepyfile(
        """
        def test_twice(harness_benchmark):
            harness_benchmark(int)
            harness_benchmark(int)
        """
    )
    done = place.runpytest_subprocess(*QUICK)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*a test has one benchmark*"])


def test_a_merge_that_is_slower_is_stopped_and_leaves_nothing_behind(repository):
    repository.makepyfile(thing="SECONDS = 0.02")
    done = repository.runpytest_subprocess(*QUICK, "--harness-baseline=HEAD", "--harness-blocks=12")
    assert done.ret == 1, done.stdout.str()
    done.stdout.fnmatch_lines(["regressed: latency of test_speed.py::test_work +*", "*regressed, 2 %*"])
    folder = repository.path / "reports" / "pytest" / "gate"
    assert {one.name for one in folder.iterdir()} == {"gate.json", "junit.xml", "gate.md", "index.html"}
    samples = json.loads((folder / "gate.json").read_text())["samples"]
    assert samples["arms"]["candidate"]["about"]["changed"]
    assert len(samples["cases"]) == 1
    trees = subprocess.run(["git", "worktree", "list"], cwd=repository.path, capture_output=True, text=True, check=True)
    assert trees.stdout.count("\n") == 1


def test_a_benchmark_that_fails_in_the_newer_revision_is_told(repository):
    repository.makepyfile(thing="SECONDS = 'long'")
    done = repository.runpytest_subprocess(*QUICK, "--harness-baseline=HEAD")
    assert done.ret == 5
    done.stdout.fnmatch_lines(["failed: the candidate of test_speed.py::test_work in block 0: failed, TypeError: *"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--harness-baseline=nothing",), "ERROR: *git knows no revision 'nothing' — *"),
        (("--harness-baseline=HEAD", "--harness-blocks=0"), "ERROR: --harness-blocks: give 1 to 400"),
        (("--harness-baseline=HEAD", "--harness-blocks=3"), "ERROR: *nothing can be decided within 3 blocks*"),
    ],
)
def test_a_wrong_question_is_told_in_one_line(repository, options, told):
    done = repository.runpytest_subprocess(*QUICK, *options)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([told])


def test_code_that_is_not_the_revisions_own_is_refused(repository, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("installed")
    (elsewhere / "thing.py").write_text("SECONDS = 0.01")
    repository.makeconftest(f"import sys\nsys.path.insert(0, {str(elsewhere)!r})\nimport thing")
    done = repository.runpytest_subprocess(*QUICK, "--harness-baseline=HEAD")
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    done.stderr.fnmatch_lines([f"ERROR: the candidate imports thing from {elsewhere}*"])


def test_without_its_options_it_does_nothing(place):
    place.makepyfile("def test_a(): pass")
    (place.path / "suites").mkdir()
    (place.path / "suites" / "other.yaml").write_text("models: [a]\n")
    (place.path / "mine.yaml").write_text("workload: {}\nmodels: []\nruntimes: []\nprofiles: {}\n")
    done = place.runpytest_subprocess(*LOADED, "-v")
    done.assert_outcomes(passed=1)
    done.stdout.no_fnmatch_line("*yaml*")


SUITE = """
name: small
workload: {dataset: digits}
models: [{sklearn: decision_tree}]
runtimes: [{onnxruntime: {threads: 1}}]
profiles: {any: {weights: {size: 1}, range: {size: [1 kB, 1 MB]}}}
"""


def test_a_suite_is_a_file_of_benchmarks(place):
    (place.path / "suites").mkdir()
    (place.path / "suites" / "small.yaml").write_text(SUITE)
    place.runpytest_subprocess(*LOADED, "suites", "--benchmark-disable").assert_outcomes(skipped=1)
    place.runpytest_subprocess(*LOADED, "suites", "--benchmark-json=b.json").assert_outcomes(passed=1)
    [one] = kept(place)
    facts = one["extra_info"]["harness"]["facts"]
    assert one["fullname"] == "suites/small.yaml::decision_tree@onnxruntime:threads=1/b1"
    assert facts["latency_p50"]["low"] <= one["stats"]["median"] <= facts["latency_p50"]["high"]
    assert facts["accuracy"]["value"] > 0.7


def test_a_suite_that_is_wrong_is_told_with_its_mistakes(place):
    (place.path / "wrong.yaml").write_text(SUITE.replace("digits", "digitz"))
    done = place.runpytest_subprocess(*LOADED, "wrong.yaml")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*wrong.yaml: 1 mistake", "workload.dataset*digitz*"])
