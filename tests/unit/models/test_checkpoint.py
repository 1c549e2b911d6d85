"""Checkpoints that hold code, or nothing: refused in one line, and nothing in them is run."""

from pathlib import Path

import pytest
import torch
from timm.models import create_model

from harness.errors import InputError
from harness.models import checkpoint
from tests.own import hostile


@pytest.mark.parametrize("name", hostile.CHECKPOINTS)
def test_a_file_that_holds_code_is_refused_and_nothing_of_it_runs(tmp_path, name):
    hostile.CHECKPOINTS[name](tmp_path / name, hostile.Hostile(tmp_path / "marker"))
    with pytest.raises(InputError, match="holds more than weights, and nothing of it was loaded") as caught:
        checkpoint.read(tmp_path / name)
    assert not (tmp_path / "marker").exists()
    assert "\n" not in caught.value.message
    assert caught.value.hint == "save model.state_dict() as .safetensors or .pth"


@pytest.mark.parametrize("name", ["zipped.pth", "old.pth", "pickled.pkl", "packed.joblib"])
def test_the_same_file_leaves_its_marker_where_it_is_trusted(tmp_path, name):
    import joblib

    hostile.CHECKPOINTS[name](tmp_path / name, hostile.Hostile(tmp_path / "marker"))
    if name.endswith("pth"):
        torch.load(tmp_path / name, weights_only=False)
    else:
        joblib.load(tmp_path / name)
    assert (tmp_path / "marker").exists()


@pytest.mark.parametrize("name", hostile.BROKEN)
def test_a_file_that_holds_no_weights_is_one_clear_line(tmp_path, name):
    (tmp_path / name).write_bytes(hostile.BROKEN[name])
    with pytest.raises(InputError, match=f"cannot read weights from .*{name}: \\w+") as caught:
        checkpoint.read(tmp_path / name)
    assert "\n" not in caught.value.message


def test_timms_own_way_to_a_folder_of_weights_runs_nothing_either(tmp_path: Path):
    (tmp_path / "config.json").write_text('{"architecture": "test_resnet", "num_classes": 10, "pretrained_cfg": {}}')
    torch.save({"state_dict": hostile.Hostile(tmp_path / "marker")}, tmp_path / "pytorch_model.bin")
    with pytest.raises(Exception, match=r"[Ww]eights.only"):
        create_model(f"local-dir:{tmp_path}", pretrained=True)
    assert not (tmp_path / "marker").exists()
