"""A run that goes on shows what it knows, but rarely."""

import pytest

from harness.running.live import PAUSE, SHARE, Live


class Time:
    """A clock that stands still until it is told otherwise."""

    now = 100.0

    def __call__(self):
        return self.now

    def passes(self, seconds):
        self.now += seconds


@pytest.fixture
def time():
    return Time()


def test_nothing_is_published_before_the_pause_is_over_and_then_what_is_known_then(time):
    seen = []
    live = Live(seen.append, time)
    time.passes(PAUSE - 0.1)
    live.offer(lambda: {"known": 1})
    assert not seen
    time.passes(0.1)
    live.offer(lambda: {"known": 2})
    live.offer(lambda: {"known": 3})
    assert seen == [{"known": 2}]


def test_what_takes_long_comes_so_rarely_that_it_keeps_its_share(time):
    published = []

    def slowly(answer):
        published.append(time.now)
        time.passes(2.0)

    live = Live(slowly, time)
    for _ in range(4000):
        time.passes(1.0)
        live.offer(dict)
    elapsed = time.now - 100
    assert len(published) == pytest.approx(elapsed * SHARE / 2, abs=1)
    assert live.spent == 2 * len(published) <= SHARE * elapsed + 2


def test_without_anybody_to_tell_nothing_is_even_made(time):
    live = Live(None, time)
    time.passes(1e6)
    live.offer(lambda: pytest.fail("it was made"))
    assert live.spent == 0


def test_a_full_disk_does_not_stop_the_run_and_it_tries_again_later(time):
    tries = []

    def full(answer):
        tries.append(time.now)
        raise OSError(28, "No space left on device")

    live = Live(full, time)
    for _ in range(3):
        time.passes(PAUSE)
        live.offer(dict)
    assert len(tries) == 3
