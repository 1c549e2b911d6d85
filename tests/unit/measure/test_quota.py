from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.measure import quota


def test_the_first_file_that_tells_is_read(tmp_path):
    (tmp_path / "v1").write_text("nr_periods 10\nnr_throttled 3\nthrottled_time 5\n")
    (tmp_path / "v2").write_text("usage_usec 5\n")
    assert quota.cuts([tmp_path / "absent", tmp_path / "v2", tmp_path / "v1"]) == 3


def test_without_such_a_figure_nothing_is_known(tmp_path):
    assert quota.cuts([tmp_path / "absent"]) is None
    assert quota.reasons(None, 3) is None
    assert quota.reasons(3, None) is None


def test_a_quota_that_was_used_up_is_told_with_how_often():
    assert quota.reasons(3, 3) == []
    assert quota.reasons(3, 5) == ["the container's CPU quota stopped it 2 times"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text())
def test_whatever_stands_in_the_file_is_a_count_or_unknown(tmp_path, text):
    path = tmp_path / "cpu.stat"
    path.write_text(text, encoding="utf-8", errors="replace")
    found = quota.cuts([path])
    assert found is None or found >= 0
