"""What the documentation shows must be true: commands exist, suites in it are valid, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import typer
import yaml
from PIL import Image
from typer.core import TyperGroup

from harness.cli.app import app
from harness.compatibility import refusal
from harness.decide.utility import desirability
from harness.metrics import METRICS, PERCENTILES
from harness.reasons.rules import RULES as SPEED_RULES
from harness.record import FAILURE_KINDS
from harness.registry import Registry
from harness.space import expand
from harness.spec import Choice, Search
from harness.suitefile import load, loads, ready_made
from harness.suitefile.document import Document, ProfileDocument
from tests.documented import DOCS, ROOT, blocks, commands
from tests.documented import PAGES as DOCUMENTATION

PAGES = [*DOCUMENTATION, ROOT / "CHANGELOG.md"]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
COMMANDS = {tuple(words) for page in DOCUMENTATION for words in commands(page) if words[0] == "harness"} | {
    tuple(shlex.split(told.split(">", maxsplit=1)[0].replace("…", ""))) for told in re.findall(r"`(harness [a-z][^`]*)`", TEXT)
}


@pytest.mark.parametrize("words", sorted(COMMANDS), ids=" ".join)
def test_every_command_in_the_docs_exists_with_its_options(words: tuple[str, ...]) -> None:
    command, rest = typer.main.get_command(app), list(words[1:])
    while isinstance(command, TyperGroup):
        command = command.commands[rest.pop(0) if rest[0] in command.commands else "measure"]  # gate SUITE
    known = {option for param in command.params for option in param.opts}
    assert {word for word in rest if word.startswith("-")} <= known


def test_the_docs_show_commands() -> None:
    assert {"check", "run", "export"} <= {words[1] for words in COMMANDS}


def _lay_out_files(folder: Path) -> None:
    """Make the files that the suites in the docs name."""
    for name in ("cats", "dogs"):
        for i in range(5):
            place = folder / "photos" / name
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(place / f"{i}.png")
    for path in ("weights/resnet18.safetensors", "models/exported.onnx", "my_models.py", "reader.onnx"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).touch()
    np.savez(folder / "houses.npz", x=np.zeros((4, 3)), y=np.zeros(4))
    tokens = np.zeros((4, 6), np.int64)
    np.savez(folder / "reviews.npz", input_ids=tokens, attention_mask=tokens, y=np.zeros(4, np.int64))


REGISTRY = Registry.load()
SURROUNDINGS = """
name: surroundings
workload: {dataset: digits}
models: [{timm: test_resnet}]
runtimes: [torch, torch_compile, onnxruntime, openvino]
profiles: {any: {weights: {size: 1}, range: {size: [1 kB, 1 MB]}}}
target: {price_per_hour: 1}
"""
"""What a part of a suite is put into."""


def _whole(text: str) -> str:
    """Return a suite that is shown, as it is; one with the part of a suite, or with the profile, that is shown."""
    if text.startswith("name:"):
        return text
    shown, whole = yaml.safe_load(text), yaml.safe_load(SURROUNDINGS)
    if shown.keys() <= Document.model_fields.keys():
        return yaml.safe_dump(whole | shown)
    assert shown.keys() <= ProfileDocument.model_fields.keys(), f"neither a suite nor a part of one: {text}"
    return yaml.safe_dump(whole | {"profiles": {"shown": shown}})


SUITES = [(page.stem, text) for page in DOCS for text in blocks(page, "yaml") if "--8<--" not in text and text[0] != "#"]
"""What is shown as YAML, apart from files that are included, and those of other programs, which begin with their name."""


@pytest.mark.parametrize(("page", "text"), SUITES, ids=[f"{page}-{i}" for i, (page, _) in enumerate(SUITES)])
def test_every_suite_in_the_docs_is_valid_and_none_of_its_passes_is_left_out(page: str, text: str, tmp_path: Path) -> None:
    _lay_out_files(tmp_path)
    suite = loads(_whole(text), REGISTRY, tmp_path)
    served = [candidate.passes for candidate in expand(suite, REGISTRY).candidates]
    assert [chain for chain in suite.chains if chain not in served] == []


@pytest.mark.parametrize("suite", sorted((ROOT / "suites").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_suite_that_is_shipped_is_valid(suite: Path) -> None:
    assert load(suite, Registry.load()).name == suite.stem


def test_links_lead_to_files_of_the_project() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_picture_is_shown_and_what_is_shown_is_there() -> None:
    shown = {name for page in DOCUMENTATION for name in re.findall(r"pictures/([\w-]+\.png)", page.read_text(encoding="utf-8"))}
    assert shown == {path.name for path in (ROOT / "docs/pictures").iterdir()}


def test_the_first_page_of_the_site_shows_the_output_that_the_readme_does() -> None:
    assert blocks(ROOT / "docs/index.md", "text") == blocks(ROOT / "README.md", "text") != []


RULES = {
    "`prune`": {"part": "prune", "options": {"ratio": 0.5}},
    "`factorize`": {"part": "factorize", "options": {"energy": 0.9}},
    "`recalibrate`": {"part": "recalibrate"},
    "`fuse`": {"part": "fuse"},
    "`distill` into a network": {
        "part": "distill",
        "options": {"student": {"part": "timm", "label": "s", "options": {"name": "s"}}},
    },
    "`distill` into trees": {
        "part": "distill",
        "options": {"student": {"part": "sklearn", "label": "s", "options": {"estimator": "decision_tree"}}},
    },
    "`quantize: qat`": {"part": "quantize", "options": {"method": "qat"}},
    "`quantize`, else": {"part": "quantize"},
    "`simplify`": {"part": "simplify"},
    "`cluster`": {"part": "cluster"},
}
"""What a row of the table of rules stands for."""

MODELS = (
    [("timm", {"name": "resnet18"}), ("python", {"function": "a:b"})],
    [
        ("onnx", {"file": "a.onnx"}),
        ("sklearn", {"estimator": "mlp"}),
        ("sklearn", {"estimator": "logistic_regression"}),
        ("python", {"function": "a:b", "kind": "sklearn"}),
    ],
    [("sklearn", {"estimator": "random_forest"}), ("sklearn", {"estimator": "knn"}), ("ebm", {})],
)
"""What the columns of models stand for."""


def _rules() -> dict[str, list[str]]:
    rows = re.findall(
        r"^\| (`[^|]*) \|([^\n]*)\|$", TEXT.partition("## Which pass goes where")[2].partition("\n#")[0], re.MULTILINE
    )
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


def _allowed(chain: list[str], runtime: str, part: str = "timm", options: Mapping[str, Any] = MODELS[0][0][1]) -> bool:
    passes = [Choice(label="", **RULES[name]) for name in chain]
    model = Choice(part=part, label="", options=dict(options))
    return refusal(REGISTRY, model, passes, Choice(part=runtime, label="")) is None


def test_the_rules_of_passes_are_those_that_are_declared() -> None:
    rules, registry = _rules(), REGISTRY
    assert list(rules) == list(RULES)
    assert {choice["part"] for choice in RULES.values()} == set(registry.passes)
    follow = {
        "any pass": set(RULES),
        "passes on the graph": {"`quantize`, else", "`simplify`", "`cluster`"},
        "none": set(),
    }
    for name, (*models, runtimes, after) in rules.items():
        for told, kind in zip(models, MODELS, strict=True):
            assert {_allowed([name], "onnxruntime", *model) for model in kind} == {told == "yes"}, name
        found = {f"`{runtime}`" for runtime in registry.runtimes if _allowed([name], runtime)}
        assert found == ({f"`{one}`" for one in registry.runtimes} if runtimes == "all" else set(runtimes.split(", "))), name
        assert {other for other in RULES if _allowed([name, other], "onnxruntime")} == follow[after], name


def _told(page: str, heading: str) -> str:
    """Return what a page says below a heading, up to the next."""
    return (ROOT / "docs" / page).read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def _named(table: str) -> list[str]:
    """Return the names in the first column of tables."""
    return [name for cell in re.findall(r"^\| ([^|]*) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)]


def test_every_kind_of_failure_is_explained() -> None:
    assert sorted(_named(_told("measuring.md", "Failures"))) == sorted(FAILURE_KINDS)


def test_every_rule_about_speed_is_explained_in_the_order_of_the_rules() -> None:
    assert _named(_told("did-it-pay.md", "Reasons, and what to do")) == [rule.__name__ for rule in SPEED_RULES]


def test_every_search_algorithm_is_explained() -> None:
    before = (ROOT / "docs" / "search.md").read_text(encoding="utf-8").partition("\n## ")[0]
    assert sorted(_named(before)) == sorted(get_args(Search.model_fields["algorithm"].annotation))


def test_every_metric_is_explained() -> None:
    explained = set(_named(_told("measuring.md", "The figures")))
    named = {name for name in METRICS if name not in PERCENTILES and not name.startswith("time_")}
    assert named - explained == set()


PROFILES = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^### (\w+)\n(.*?)^```yaml\n(.*?)^```", PROFILES, re.MULTILINE | re.DOTALL)


def test_the_ready_made_profiles_in_the_docs_are_those_that_there_are() -> None:
    assert [name for name, _, _ in SECTIONS] == list(ready_made.READY_MADE)


@pytest.mark.parametrize(("name", "words", "body"), SECTIONS, ids=[name for name, _, _ in SECTIONS])
def test_a_ready_made_profile_is_shown_with_its_numbers_and_its_reason(name: str, words: str, body: str) -> None:
    assert yaml.safe_load(body) == ready_made.written(name, "accuracy")
    told, kind = " ".join(words.split()), ready_made.READY_MADE[name]
    assert told.lower().startswith(kind.summary + ".")
    plain = re.sub(r" \(`[^)]*\)", "", told)  # what only the page adds
    missing = [sentence for sentence in re.split(r"(?<=[.;:]) ", kind.why) if sentence.rstrip(".;:") not in plain]
    assert not missing


def test_what_halving_and_a_point_are_worth_is_as_the_docs_say() -> None:
    halved = desirability(1, 2, 0.1, "log")
    point = desirability(1, 0, ready_made.LOSE + ready_made.GAIN)
    assert f"halving it is worth {halved:.2f} of its weight" in " ".join(PROFILES.split())
    assert f"a point is worth {point:.2f} of its weight" in " ".join(PROFILES.split())
    assert f"being twice as fast is worth {halved / point:.1f} points" in " ".join(PROFILES.split())
    rmse, spearman = (ready_made.written("realtime", name)["range"][name] for name in ("rmse", "spearman"))
    assert (rmse, spearman) == (["1.25 * baseline", "0.9 * baseline"], ["baseline - 0.05", "baseline + 0.02"])
