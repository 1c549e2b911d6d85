from harness.gate import file
from harness.gate.decide import decide
from harness.gate.writing import FORMATS, write
from tests.gate_samples import case, samples


def test_every_format_is_written_from_one_verdict(tmp_path):
    told = samples(case([0.05] * 14))
    verdict = write(told, tmp_path / "new" / "folder")
    assert verdict == decide(told)
    for name, render in FORMATS.items():
        assert (tmp_path / "new" / "folder" / name).read_text(encoding="utf-8") == render(verdict, told)


def test_what_is_written_decides_the_same_again(tmp_path):
    write(samples(case([0.05] * 14)), tmp_path / "first")
    content = (tmp_path / "first" / "gate.json").read_bytes()
    write(file.read(content, "gate.json"), tmp_path / "second")
    for name in FORMATS:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
