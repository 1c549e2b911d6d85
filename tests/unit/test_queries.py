"""What a query does: the model alone, and the whole path, which must give the model the very same numbers."""

import io

import numpy as np
import pytest
from PIL import Image

from harness import queries
from harness.bench import Samples, Split
from harness.datasets.image_folder import load
from harness.metrics import PARTS
from harness.prepare.data import Store
from harness.queries import Prepared, WholePath, batches, keep_originals
from harness.record import Preprocess
from harness.testing import FakeClock

AS_IS = {"scale": 1.0, "mean": (0.0,), "std": (1.0,), "layout": "as_is"}
ROWS = np.stack([np.arange(10) % 4, np.arange(10)], axis=1).astype(np.float32)


class Recorder:
    """A session that keeps what it is asked; its scores are a digest of it."""

    def __init__(self):
        self.asked = []

    def run(self, batch):
        self.asked.append(batch.copy())
        flat = batch.reshape(len(batch), -1)
        return np.stack([flat.mean(axis=1), flat.std(axis=1), flat[:, 0]], axis=1)

    @property
    def numbers(self):
        """The second number of each sample of each call: which row it was."""
        return [batch[:, 1].astype(int).tolist() for batch in self.asked]


@pytest.fixture
def session():
    return Recorder()


def test_batches_hold_samples_in_order_and_repeat_them_when_there_are_too_few():
    raw = np.arange(10, dtype=np.float32).reshape(10, 1)
    made = batches(raw, AS_IS, 4)
    assert [batch.ravel().tolist() for batch in made] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1]]
    (large,) = batches(raw, AS_IS, 25)
    assert large.ravel().tolist() == [float(i % 10) for i in range(25)]


def test_the_pool_is_bounded_in_batches_and_bytes():
    assert len(batches(np.zeros((5000, 1), np.float32), AS_IS, 1)) == queries.POOL_BATCHES
    big = batches(np.zeros((64, 2**18), np.uint8), AS_IS, 16)
    assert len(big) == 2
    assert sum(batch.nbytes for batch in big) <= queries.POOL_BYTES


def test_batches_are_preprocessed():
    made = batches(np.full((2, 2, 2, 1), 255, np.uint8), {"scale": 1 / 255, "mean": (0.5,), "std": (0.5,), "layout": "NCHW"}, 2)
    assert (made[0].shape, made[0].dtype) == ((2, 1, 2, 2), np.float32)
    np.testing.assert_allclose(made[0], 1.0, rtol=1e-6)


def test_prepared_queries_go_round_the_pool(session):
    asked = Prepared(ROWS, AS_IS, 4).to(session)
    for number in range(5):
        asked.query(number)
    assert session.numbers == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1], [0, 1, 2, 3], [4, 5, 6, 7]]
    assert asked.parts(5) == {}


@pytest.mark.parametrize(("size", "samples"), [(1, 10), (4, 12), (25, 25)])
def test_any_of_the_prepared_samples_can_be_asked_for(session, size, samples):
    asked = Prepared(ROWS, AS_IS, size).to(session)
    assert asked.samples == samples
    asked.answer([samples - 1])
    asked.answer([3, 0, 3])
    assert session.numbers == [[(samples - 1) % 10], [3, 0, 3]]


@pytest.fixture
def originals(tmp_path):
    """Keep raw samples where the whole path finds them."""

    def kept(raw):
        place = tmp_path / "originals"
        place.mkdir()
        keep_originals(place, raw)
        return place

    return kept


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize("indices", [[2], [2, 0], [3, 1, 2], [0, 1, 2, 3]])
def test_a_fixed_batch_is_filled_with_its_last_sample_and_another_is_not(session, originals, indices, fixed):
    whole = WholePath(originals(list(ROWS)), AS_IS, 4, fixed).to(session)
    for asked in (Prepared(ROWS, AS_IS, 4, fixed).to(session), whole):
        asked.answer(indices)
    wanted = indices + [indices[-1]] * (4 - len(indices)) if fixed else indices
    assert session.numbers == [wanted, wanted]


@pytest.mark.parametrize(("size", "asked"), [(1, [[0], [1], [2]]), (4, [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1]])])
def test_whole_queries_take_the_samples_in_their_order_and_begin_again(session, originals, size, asked):
    whole = WholePath(originals(list(ROWS)), AS_IS, size).to(session)
    assert whole.samples == 10
    for number in range(3):
        whole.query(number)
    assert session.numbers == asked


def test_a_batch_larger_than_all_samples_repeats_them(session, originals):
    WholePath(originals(list(ROWS)), AS_IS, 25).to(session).query(0)
    assert session.numbers == [[i % 10 for i in range(25)]]


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """A folder of pictures of many kinds and sizes."""
    root = tmp_path_factory.mktemp("photographs")
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        (root / name).mkdir()
        for i, (kind, mode) in enumerate(5 * [("png", "RGB"), ("jpeg", "RGB"), ("png", "L"), ("jpeg", "L"), ("png", "RGBA")]):
            coarse = Image.fromarray(rng.integers(0, 255, (4, 5, 3), dtype=np.uint8))
            coarse.resize((40 + i, 50 - i)).convert(mode).save(root / name / f"{i:02}.{kind}")
    return load({"folder": "."}, root)


@pytest.mark.parametrize(
    "preprocess",
    [
        Preprocess(size=(16, 12)),
        Preprocess(resize=24, crop=20, mean=(0.5, 0.4, 0.3), std=(0.2, 0.3, 0.4)),
        Preprocess(size=(14, 14), crop=10, interpolation="bicubic", layout="NHWC"),
        Preprocess(size=(8, 8), channels=1, layout="flat", scale=1.0),
        Preprocess(size=(9, 9), interpolation="nearest"),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 8])
def test_a_files_bytes_reach_the_model_as_the_prepared_sample_does(tmp_path, photographs, preprocess, size):
    store = Store(photographs, "digest", tmp_path)
    raw = np.load(store.place(preprocess, "test") / "samples.npy")
    prepared, whole = Recorder(), Recorder()
    alone = Prepared(raw, preprocess.model_dump(), size).to(prepared)
    end_to_end = WholePath(store.originals(), preprocess.model_dump(mode="json"), size).to(whole)
    assert end_to_end.samples == len(raw) == 14
    for number in range(-(-14 // size)):
        alone.query(number)
        end_to_end.query(number)
    for one, other in zip(prepared.asked, whole.asked, strict=True):
        assert one.dtype == other.dtype == np.float32
        assert np.array_equal(one, other)


@pytest.mark.parametrize("shape", [(6, 5, 3), (6, 5, 1), (7,)])
def test_raw_arrays_reach_the_model_as_the_prepared_samples_do(tmp_path, shape):
    rng = np.random.default_rng(0)
    raw = rng.integers(0, 255, (10, *shape)).astype(np.uint8 if len(shape) == 3 else np.float32)
    split = Split(raw, np.arange(10) % 2)
    store = Store(Samples(("a", "b"), split, split, shape), "digest", tmp_path)
    preprocess = store.settled(Preprocess(size=(4, 4), layout="NCHW" if len(shape) == 3 else "as_is"))
    prepared, whole = Recorder(), Recorder()
    ready = np.load(store.place(preprocess, "test") / "samples.npy")
    Prepared(ready, preprocess.model_dump(), 8).to(prepared).query(0)
    WholePath(store.originals(), preprocess.model_dump(mode="json"), 8).to(whole).query(0)
    assert np.array_equal(prepared.asked[0], whole.asked[0])


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png")
    return file.getvalue()


@pytest.fixture
def planted(monkeypatch, originals):
    """A whole path in which every step takes a planted time: decoding and resizing an image 1 and 2, the rest 4, 8, 16."""
    clock = FakeClock()
    monkeypatch.setattr(queries, "perf_counter", clock)

    def slow(seconds, step):
        def stepped(*about):
            clock.sleep(seconds)
            return step(*about)

        return stepped

    class Scores(np.ndarray):
        def argmax(self, axis):
            clock.sleep(16)
            return super().argmax(axis)

    class Slow(Recorder):
        def run(self, batch):
            clock.sleep(8)
            return super().run(batch).view(Scores)

    monkeypatch.setattr(queries, "arithmetic", slow(4, queries.arithmetic))
    pixels = np.zeros((6, 5, 3), np.uint8)

    def made(raw, size):
        whole = WholePath(originals(raw), Preprocess().model_dump(), size)
        whole._decode, whole._geometry = slow(1, whole._decode), slow(2, whole._geometry)
        return whole.to(Slow()), clock

    return lambda size, files=True: made([png(pixels) if files else pixels] * 5, size)


@pytest.mark.parametrize("size", [1, 4])
def test_each_part_of_the_path_takes_what_it_takes_and_together_they_are_the_whole(planted, size):
    whole, clock = planted(size)
    for number in range(3):
        begin = clock()
        whole.query(number)
        assert sum(whole.times[-1]) == clock() - begin
    parts = whole.parts(3)
    assert tuple(parts) == tuple(PARTS)
    assert {name: set(times) for name, times in parts.items()} == {
        "decode": {size},
        "resize": {2 * size},
        "normalize": {4},
        "model": {8},
        "postprocess": {16},
    }


def test_arrays_need_no_decoding(planted):
    whole, _ = planted(2, files=False)
    whole.query(0)
    assert whole.times == [(0, 4, 4, 8, 16)]


def test_parts_are_those_of_the_last_queries(planted):
    whole, clock = planted(1)
    decode = whole._decode
    for number in range(6):
        whole._decode = lambda raw, number=number: [clock.sleep(number), decode(raw)][1]
        whole.query(number)
    assert whole.parts(2)["decode"].tolist() == [5, 6]
    assert {name: len(times) for name, times in whole.parts(6).items()} == dict.fromkeys(PARTS, 6)


def test_what_is_asked_for_by_index_is_timed_as_well(planted):
    whole, _ = planted(4)
    whole.answer([3, 1])
    assert whole.times == [(2, 4, 4, 8, 16)]


def test_bytes_and_arrays_are_kept_in_their_order(originals):
    rng = np.random.default_rng(0)
    pictures = [png(rng.integers(0, 255, (3, 3, 3), dtype=np.uint8)) for _ in range(12)]
    assert [path.read_bytes() for path in sorted(originals(pictures).iterdir())] == pictures
