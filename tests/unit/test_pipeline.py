"""How a run begins; what it does after that is driven for real in tests/end_to_end."""

from types import SimpleNamespace

import pytest

from harness import pipeline, report
from harness.ledger import Ledger
from harness.store import Store


class Searching(Exception):
    """The search began."""


@pytest.mark.parametrize("algorithm", ["exhaustive", "guided"])
def test_what_is_known_is_read_once_before_the_search(suite, registry, tmp_path, monkeypatch, algorithm):
    reads = []
    real = Ledger.look_up
    monkeypatch.setattr(Ledger, "look_up", lambda ledger, some: reads.append(len(some)) or real(ledger, some))

    def search(*about):
        raise Searching

    monkeypatch.setattr("harness.search.loop.search", search)
    asked = suite.model_copy(update={"search": suite.search.model_copy(update={"algorithm": algorithm})})
    observer = SimpleNamespace(began=lambda *about: None, stage=lambda *about: None)
    with Store(f"sqlite:///{tmp_path / 'harness.db'}") as store:
        setting = pipeline.settle(asked, registry, store, tmp_path)
        with pytest.raises(Searching):
            pipeline.run(setting, observer)
        assert [count for count in reads if count] == [len(setting.space.everything)]


def test_the_answer_so_far_says_that_the_run_goes_on(suite, registry, tmp_path):
    observer = SimpleNamespace(began=lambda *about: None, stage=lambda *about: None, progressed=lambda status: None)
    with Store(f"sqlite:///{tmp_path / 'harness.db'}") as store:
        run = pipeline._Run(pipeline.settle(suite, registry, store, tmp_path), observer, None, None)
        assert run._so_far()["run"]["going_on"]["planned"] is None
        run._tell(SimpleNamespace(planned=7, tried=3, durations=[1.0]))
        told = run._so_far()
    assert told["run"]["going_on"]["tried"] == 3
    assert told["run"]["going_on"]["planned"] == 7
    assert 0 < told["run"]["going_on"]["left"] <= 300
    assert told["stop_reason"] is None
    assert report.write(told, "", tmp_path / "report").exists()
