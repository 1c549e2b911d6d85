"""What of a suite is recommended, as far as it is known."""

from harness import pipeline
from harness.gating import asked


def test_what_is_recommended_is_feasible_and_known(monkeypatch):
    told = {
        "fast": {"candidate": "a", "feasible": True},
        "small": {"candidate": "b", "feasible": False},
        "unknown": {"candidate": None, "feasible": False},
        "cheap": {"candidate": "a", "feasible": True},
    }
    monkeypatch.setattr(pipeline, "recommend_now", lambda setting: {"profiles": told})
    assert asked.recommended(None) == ["a", "a"]
