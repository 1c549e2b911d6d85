import codecs

import pytest

from harness import published
from harness.errors import InputError
from harness.published.columns import MOST
from harness.published.reading import MOST_BYTES
from harness.published.table import described
from harness.store import Store

ACCURACY = """model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation
big.best_in1k,448,90.5,9.5,99,1,"1,014.45",1.000,bicubic
mid.a1_in1k,224,80,20,95,5,25.5,0.95,bicubic
mid.a2_in1k,224,78,22,94,6,25.6,0.95,bicubic
mid.a1_in1k,288,81,19,95,5,25.5,1,bicubic
alone.in1k,224,70,30,90,10,5,0.875,bilinear
"""
BENCHMARK = """model,infer_img_size,infer_samples_per_sec,infer_step_time,infer_batch_size,param_count,infer_gmacs,infer_macts
mid,224,"1,234.5",829.486,1024,25.56,4.11,11.11
mid,288,700,365.714,256,25.56,6.79,18.37
big,448,40,3200,128,"1,014.45",362,320.7
"""
OLD = """model,infer_samples_per_sec,infer_step_time,infer_batch_size,infer_img_size
mid,2000,128,256,224
"""


@pytest.fixture
def written(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


@pytest.fixture
def accuracy(written):
    return published.read(written("results-imagenet.csv", ACCURACY))


@pytest.fixture
def timed(written):
    return published.read(written("benchmark-infer-amp-nchw-pt240-cu124-rtx4090.csv", BENCHMARK))


@pytest.fixture
def store(tmp_path):
    with Store(f"sqlite:///{tmp_path / 'harness.db'}") as opened:
        yield opened


def of(table, name, size):
    return next(one for one in table.entries if (one.name, one.img_size) == (name, size))


def test_accuracies_are_shares_and_weights_are_counted_one_by_one(accuracy):
    assert accuracy.kind == "accuracy"
    assert not accuracy.left_out
    big = of(accuracy, "big.best_in1k", 448)
    assert (big.architecture, big.tag, big.batch_size) == ("big", "best_in1k", None)
    assert big.values == {"accuracy": pytest.approx(0.905), "parameters": 1_014_450_000}


def test_a_benchmark_is_in_seconds_and_counts(timed):
    assert timed.kind == "benchmark"
    assert of(timed, "mid", 224).values == {
        "throughput": 1234.5,
        "latency_mean": pytest.approx(0.829486),
        "parameters": 25_560_000,
        "macs": 4_110_000_000,
        "activations": 11_110_000,
    }
    assert [one.batch_size for one in timed.entries] == [128, 1024, 256]


def test_names_of_files_say_how_a_table_was_made():
    assert described("results-imagenetv2-matched-frequency.csv") == {"dataset": "imagenetv2-matched-frequency"}
    assert described("benchmark-infer-fp32-nchw-pt221-cpu-i9_10940x-dynamo.csv") == {
        "mode": "infer",
        "precision": "fp32",
        "layout": "nchw",
        "torch": "2.2.1",
        "device": "cpu",
        "hardware": "i9_10940x",
        "compiler": "dynamo",
    }
    assert described("benchmark-train-amp-nhwc-pt112-cu113-rtx3090.csv") == {
        "mode": "train",
        "precision": "amp",
        "layout": "nhwc",
        "torch": "1.12",
        "cuda": "11.3",
        "hardware": "rtx3090",
    }
    assert described("mine.csv") == {}


@pytest.mark.parametrize("header", ["model,samples_per_sec,step_time,batch_size,img_size,param_count,gmacs,macts"])
def test_names_without_a_prefix_are_read_too(written, header):
    table = published.read(written("speeds.csv", f"{header}\nmid,100,80,8,224,1,2,3\n"))
    assert of(table, "mid", 224).batch_size == 8
    assert of(table, "mid", 224).values["throughput"] == 100


def test_speeds_of_training_are_not_taken_for_inference(written):
    text = "model,train_samples_per_sec,train_step_time,train_batch_size,train_img_size,param_count\nmid,100,80,8,224,1\n"
    assert of(published.read(written("benchmark-train-amp.csv", text)), "mid", 224).values == {"parameters": 1_000_000}
    plain = published.read(written("benchmark-train-fp32.csv", text.replace("train_", "")))
    assert of(plain, "mid", 224).values == {"parameters": 1_000_000}


def test_a_table_with_differences_is_read_like_one_without(written, accuracy):
    lines = ACCURACY.splitlines()
    more = "\n".join([f"{lines[0]},top1_diff,top5_diff,rank_diff", *(f"{line},-10.2,-2.5,+2" for line in lines[1:])])
    assert published.read(written("results-imagenet-a.csv", more)).entries == accuracy.entries


@pytest.mark.parametrize(
    "change",
    [lambda text: codecs.BOM_UTF8 + text, lambda text: text.replace(b"\n", b"\r\n"), lambda text: b"\n\n" + text + b"\n,,\n"],
    ids=["byte order mark", "CRLF", "blank lines"],
)
def test_how_the_text_is_stored_does_not_matter(written, accuracy, change):
    table = published.read(written("a.csv", change(ACCURACY.encode())))
    assert table.entries == accuracy.entries
    assert table.content == accuracy.content
    assert not table.left_out


ODD = {
    "bad number": ("mid.x,224,eighty,20,95,5,25.5,0.95,bicubic", "top1 is 'eighty', not a number"),
    "NaN": ("mid.x,224,NaN,20,95,5,25.5,0.95,bicubic", "top1 is 'NaN', not a number"),
    "infinite": ("mid.x,224,80,20,95,5,1e999,0.95,bicubic", "param_count is '1e999', not a number of 0 or more"),
    "more than all": ("mid.x,224,180,20,95,5,25.5,0.95,bicubic", "top1 is '180', not a number from 0 to 100"),
    "decimal comma": ('mid.x,224,"80,5",20,95,5,25.5,0.95,bicubic', "top1 is '80,5', not a number"),
    "no size": ("mid.x,,80,20,95,5,25.5,0.95,bicubic", "img_size is '', not a number"),
    "size of half a pixel": ("mid.x,224.5,80,20,95,5,25.5,0.95,bicubic", f"not a whole number from 1 to {MOST:,}"),
    "no name": (",224,80,20,95,5,25.5,0.95,bicubic", "'' is no name of a model"),
    "terminal codes": ("mid\x1b[2J,224,80,20,95,5,25.5,0.95,bicubic", r"'mid\x1b[2J' is no name of a model"),
    "nothing told": ("mid.x,224,,,,,,,", "it has no figure"),
    "cut short": ("mid.x,224,80", "3 fields under 9 columns"),
    "twice": ("alone.in1k,224,71,29,90,10,5,0.875,bilinear", "alone.in1k at this size is in line 6 already"),
}


@pytest.mark.parametrize(("line", "why"), ODD.values(), ids=ODD)
def test_a_row_that_cannot_be_used_is_left_out_and_told_with_its_line(written, accuracy, line, why):
    table = published.read(written("a.csv", ACCURACY + line + "\n"))
    assert table.entries == accuracy.entries
    ((place, told),) = [(one.line, one.why) for one in table.left_out]
    assert place == 7
    assert why in told


WRONG = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n", "is empty"),
    "a header alone": (ACCURACY.splitlines()[0].encode(), "nothing follows line 1"),
    "no row to use": (b"model,img_size,top1\nmid,224,x\n", "line 2: top1 is 'x', not a number"),
    "no model": (b"name,img_size,top1\nmid,224,80\n", "line 1: no column model, only 'name', 'img_size', 'top1'"),
    "no size": (b"model,top1\nmid,80\n", "line 1: no column img_size"),
    "no figures": (b"model,img_size,pretrain\nmid,224,in1k\n", "line 1: no column top1 or infer_samples_per_sec"),
    "two columns of one name": (b"model,img_size,top1,top1\nmid,224,80,80\n", "line 1: two columns are called 'top1'"),
    "not UTF-8": (b"model,img_size,top1\nmid,224,80\nm\xefd,224,80\n", "line 3: not UTF-8"),
    "a huge field": (b"model,img_size,top1\n" + b"x" * 200_000 + b",224,80\n", "line 2: field larger than field limit"),
    "an open quote": (b'model,img_size,top1\n"mid,224,80\n', "unexpected end of data"),
}


@pytest.mark.parametrize(("content", "why"), WRONG.values(), ids=WRONG)
def test_what_is_no_table_is_told_in_one_line_with_its_place(written, content, why):
    path = written("odd.csv", content)
    with pytest.raises(InputError) as told:
        published.read(path)
    assert why in told.value.message
    assert str(path) in told.value.message
    assert "\n" not in told.value.message
    assert told.value.hint


def test_what_is_no_file_or_no_table_for_its_size_is_told(tmp_path, written):
    path = written("large.csv", "")
    with path.open("r+b") as file:
        file.truncate(MOST_BYTES + 1)
    for wrong, why in ((tmp_path / "none.csv", "no file"), (tmp_path, "is no file"), (path, "64 MiB")):
        with pytest.raises(InputError, match=why):
            published.read(wrong)


def test_a_table_comes_back_from_the_store_as_it_was_read(store, accuracy, timed):
    assert published.add(store, accuracy) == published.Added(10, 0)
    assert published.add(store, timed) == published.Added(15, 0)
    assert published.tables(store) == [accuracy, timed]


def test_importing_a_table_again_adds_nothing_whatever_its_name(store, written, accuracy):
    published.add(store, accuracy)
    before = store.keys()
    copy = published.read(written("copy.csv", ACCURACY.replace("\n", "\r\n")))
    assert published.add(store, copy) == published.Added(0, 10)
    assert store.keys() == before
    assert [one.file for one in published.tables(store)] == ["results-imagenet.csv"]


def test_what_was_published_is_told_apart_from_what_is_measured_here(store, accuracy, environment):
    published.add(store, accuracy)
    (number,) = store.runs_in("published-")
    told = store.run(number)["published"]
    assert told["file"] == "results-imagenet.csv"
    assert told["kind"] == "accuracy"
    assert told["rows"] == 5
    assert told["description"] == {"dataset": "imagenet"}
    facts = store.facts_of(number)
    assert {one.provenance for one in facts} == {"published"}
    assert all(one.low == one.value == one.high and one.n == 1 for one in facts)
    assert {one.subject["sha256"] for one in facts} == {accuracy.sha256}
    assert store.runs_in("") == store.runs_in(f"published-{accuracy.content}") == [number]
    assert store.samples(number) == {}


def test_a_published_figure_is_exact_and_its_metric_is_a_part_of_what_tells_it_from_others():
    one, other = (published.fact(metric, 0.9, {"model": "mid"}) for metric in ("accuracy", "throughput"))
    assert (one.low, one.value, one.high, one.unit, one.provenance) == (0.9, 0.9, 0.9, "share", "published")
    assert one.subject == {"metric": "accuracy", "model": "mid"}
    assert len({one.key, other.key, published.fact("accuracy", 0.9, {"model": "big"}).key}) == 3


def test_tags_of_an_architecture_share_what_was_timed_of_it_at_their_size(accuracy, timed):
    rows = published.joined(accuracy, timed)
    assert [(one.name, one.img_size, one.batch_size) for one in rows] == [
        ("big.best_in1k", 448, 128),
        ("mid.a1_in1k", 224, 1024),
        ("mid.a1_in1k", 288, 256),
        ("mid.a2_in1k", 224, 1024),
    ]
    first, second = rows[1], rows[3]
    assert first.values["throughput"] == second.values["throughput"] == 1234.5
    assert (first.values["accuracy"], second.values["accuracy"]) == (0.8, 0.78)
    assert (first.values["parameters"], second.values["parameters"]) == (25_500_000, 25_600_000)
    assert set(first.values) == {"accuracy", "throughput", "latency_mean", "parameters", "macs", "activations"}


def test_a_benchmark_that_names_a_tag_is_joined_with_that_tag_alone(written, accuracy):
    timed = published.read(written("b.csv", OLD + "mid.a2_in1k,500,512,256,224\nmid.other,9,9,9,224\n"))
    rows = published.joined(accuracy, timed)
    assert [(one.name, one.values["throughput"]) for one in rows] == [("mid.a1_in1k", 2000), ("mid.a2_in1k", 500)]


def test_an_architecture_timed_in_several_batch_sizes_gives_a_row_for_each(written, accuracy):
    timed = published.read(written("b.csv", OLD + "mid,100,10,1,224\n"))
    rows = published.joined(accuracy, timed)
    assert [(one.name, one.batch_size) for one in rows] == [
        ("mid.a1_in1k", 1),
        ("mid.a1_in1k", 256),
        ("mid.a2_in1k", 1),
        ("mid.a2_in1k", 256),
    ]


def test_every_accuracy_table_is_paired_with_every_benchmark(written, accuracy, timed):
    old = published.read(written("old.csv", OLD))
    assert [(mine.file, other.file, len(rows)) for mine, other, rows in published.pairs([old, accuracy, timed])] == [
        ("results-imagenet.csv", "old.csv", 2),
        ("results-imagenet.csv", timed.file, 4),
    ]


def test_published_accuracies_are_by_tag_and_by_architecture_the_mean_of_its_tags(store, accuracy):
    published.add(store, accuracy)
    known = published.accuracies(store)
    assert known["mid.a1_in1k"] == pytest.approx(0.805)
    assert known["mid.a2_in1k"] == pytest.approx(0.78)
    assert known["mid"] == pytest.approx((0.805 + 0.78) / 2)
    assert known["alone"] == known["alone.in1k"] == pytest.approx(0.7)


def test_priors_come_from_imagenet_unless_another_dataset_is_named(store, written, accuracy):
    assert published.accuracies(store) == {}
    hard = "model,img_size,top1\n" + "".join(f"model{i},224,{i}\n" for i in range(20))
    published.add(store, published.read(written("results-imagenet-a.csv", hard)))
    assert len(published.accuracies(store)) == 20
    published.add(store, accuracy)
    assert "mid" in published.accuracies(store)
    assert "model1" in published.accuracies(store, "imagenet-a")
    assert published.accuracies(store, "imagenet-r") == {}
