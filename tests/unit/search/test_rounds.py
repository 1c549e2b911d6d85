"""Which candidates are measured again, and until when: nothing is measured here."""

from types import SimpleNamespace

from harness.decide.recommend import recommend
from harness.errors import OutOfTimeError
from harness.search import rounds


class Bench:
    """Candidates that lack processes or were disturbed in some, and a record of who was measured again."""

    def __init__(self, lacking, disturbed=(), failed=()):
        self.lacking = {label: list(range(1, n + 1)) for label, n in lacking.items()}
        self.disturbed = {label: list(processes) for label, processes in dict(disturbed).items()}
        self.failed = failed
        self.order = []

    def look(self):
        return {
            label: SimpleNamespace(
                candidate=label,
                later=tuple({"query": "k"} if p in left else {} for p in (1, 2)),
                disturbed=tuple(self.disturbed.get(label, ())),
                complete=True,
                failure="planted" if label in self.failed else None,
            )
            for label, left in self.lacking.items()
        }

    def again(self, candidate, process):
        self.order.append((candidate, process))
        if process in self.lacking[candidate]:
            self.lacking[candidate].remove(process)
        else:
            self.disturbed[candidate].remove(process)

    def replicate(self, suite, *contenders, left=lambda: 1.0):
        return rounds.replicate(suite, self.look, lambda known: list(contenders), self.again, left)


def test_every_contender_gets_its_processes_round_by_round(suite):
    bench = Bench({"a": 2, "b": 2, "c": 0})
    assert rounds.replicate(suite, bench.look, lambda known: ["a", "b", "c"], bench.again, lambda: 1.0) == "settled"
    assert {p for _, p in bench.order[:2]} == {1}
    assert sorted(bench.order) == [("a", 1), ("a", 2), ("b", 1), ("b", 2)]


def test_contenders_are_chosen_anew_after_each_round(suite):
    bench = Bench({"a": 2, "b": 2})
    chosen = iter([["a"], ["b"], ["b"], []])
    assert rounds.replicate(suite, bench.look, lambda known: next(chosen), bench.again, lambda: 1.0) == "settled"
    assert bench.order == [("a", 1), ("b", 1), ("b", 2)]


def test_rounds_end_with_the_minutes(suite):
    bench = Bench({"a": 2, "b": 2})
    left = iter([1.0, 0.0])
    assert rounds.replicate(suite, bench.look, lambda known: ["a", "b"], bench.again, lambda: next(left)) == "minutes"
    assert len(bench.order) == 1


def test_a_candidate_cut_short_by_the_minutes_ends_the_rounds(suite):
    bench = Bench({"a": 2})

    def late(candidate, process):
        raise OutOfTimeError("over")

    assert rounds.replicate(suite, bench.look, lambda known: ["a"], late, lambda: 1.0) == "minutes"


def test_what_contenders_lack_comes_before_what_was_disturbed_in_them_and_that_before_others(suite):
    bench = Bench({"a": 1, "b": 0, "c": 0}, disturbed={"a": [0], "b": [0, 2], "c": [0]})
    assert bench.replicate(suite, "a", "b") == "settled"
    assert bench.order[0] == ("a", 1)
    assert sorted(bench.order[1:4]) == [("a", 0), ("b", 0), ("b", 2)]
    assert bench.order[4:] == [("c", 0)]


def test_a_candidate_that_failed_or_is_not_complete_is_not_measured_again(suite):
    assert Bench({"a": 0}, disturbed={"a": [0]}, failed=["a"]).replicate(suite) == "settled"
    bench = Bench({"a": 0}, disturbed={"a": [0]})
    look = bench.look
    bench.look = lambda: {label: SimpleNamespace(**vars(one) | {"complete": False}) for label, one in look().items()}
    assert bench.replicate(suite) == "settled"
    assert bench.order == []


def test_what_was_disturbed_is_taken_again_only_while_minutes_are_left(suite):
    bench = Bench({"a": 0}, disturbed={"a": [0, 1, 2]})
    left = iter([1.0, 0.0])
    assert bench.replicate(suite, "a", left=lambda: next(left)) == "minutes"
    assert len(bench.order) == 1


def test_contenders_are_chosen_anew_after_something_was_taken_again(suite):
    bench = Bench({"a": 0, "b": 1}, disturbed={"a": [0]})
    chosen = iter([["a"], ["b"], []])
    assert rounds.replicate(suite, bench.look, lambda known: next(chosen), bench.again, lambda: 1.0) == "settled"
    assert bench.order == [("a", 0), ("b", 1)], "a better figure may make another one the contender"


def test_contenders_are_the_best_the_tied_the_next_and_their_baseline_as_far_as_they_are_measured(suite, fact):
    good = {"quick": (0.001, 0.98), "even": (0.00101, 0.98), "slow": (0.01, 0.98), "poor": (0.9, 0.5)}
    table = {
        label: {"latency_p90": fact("latency_p90", latency, latency / 50), "accuracy": fact("accuracy", accuracy)}
        for label, (latency, accuracy) in good.items()
    }
    decided = [recommend(profile, table, {}, {}) for profile in suite.profiles[:1]]
    baselines = dict.fromkeys(good, "base")
    assert rounds.contenders(decided, baselines, {*good, "base"}) == ["quick", "slow", "even", "base"], "poor is out of reach"
    assert rounds.contenders(decided, baselines, set(good)) == ["quick", "slow", "even"]


def test_where_nothing_is_measured_nobody_contends(suite):
    assert rounds.contenders([recommend(profile, {}, {}, {}) for profile in suite.profiles], {}, ()) == []
