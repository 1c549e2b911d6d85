"""What the documentation shows must be true: commands exist, suites in it are valid, links lead somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image
from typer.testing import CliRunner

from harness.cli.app import app
from harness.compatibility import refusal
from harness.registry import Registry
from harness.spec import Choice
from harness.suitefile import load, loads, ready_made
from harness.utility import desirability

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
COMMANDS = sorted({line.strip() for line in re.findall(r"`(harness [a-z][^`]*)`", TEXT)})


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_in_the_docs_exists_with_its_options(command: str) -> None:
    words = shlex.split(command.split(">", maxsplit=1)[0].replace("…", ""))[1:]
    told = CliRunner().invoke(app, [words[0], "--help"])
    assert told.exit_code == 0, f"{command}: {told.output}"
    for option in (word for word in words if word.startswith("--")):
        assert option in told.output, command


def test_the_docs_show_commands() -> None:
    assert any(command.startswith("harness check") for command in COMMANDS)


def _lay_out_files(folder: Path) -> None:
    """Make the files that the suites in the docs name."""
    for name in ("cats", "dogs"):
        for i in range(5):
            place = folder / "photos" / name
            place.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(place / f"{i}.png")
    for path in ("weights/resnet18.safetensors", "models/exported.onnx", "my_models.py"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).touch()
    np.savez(folder / "houses.npz", x=np.zeros((4, 3)), y=np.zeros(4))


def test_every_suite_in_the_docs_is_valid(tmp_path: Path) -> None:
    _lay_out_files(tmp_path)
    suites = [block for block in _blocks("yaml") if block.startswith("name:")]
    assert suites
    for text in suites:
        assert loads(text, Registry.load(), tmp_path).models


@pytest.mark.parametrize("suite", sorted((ROOT / "suites").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_suite_that_is_shipped_is_valid(suite: Path) -> None:
    assert load(suite, Registry.load()).name == suite.stem


def test_links_lead_to_files_of_the_project() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


REGISTRY = Registry.load()
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
