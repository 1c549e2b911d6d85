"""A small answer, plainly made up: three candidates of a ``toy`` model, one profile, round figures."""

from __future__ import annotations

import copy

import pytest


def fact(value, unit, low=None, high=None, quality="clean", n=100):
    low, high = value if low is None else low, value if high is None else high
    return {"value": value, "low": low, "high": high, "unit": unit, "n": n, "quality": quality}


def facts(latency, accuracy, size):
    return {
        "latency_p90": fact(latency, "s", latency * 0.9, latency * 1.1),
        "accuracy": fact(accuracy, "share", accuracy - 0.01, accuracy + 0.01),
        "size": fact(size, "B"),
    }


def candidate(label, model, passes, runtime, figures, violations=(), utility=0.5):
    return {
        "candidate": label,
        "facts": figures,
        "model": {"part": "toy", "label": model, "options": {}},
        "passes": passes,
        "runtime": {"part": runtime.partition(":")[0], "label": runtime, "options": {}},
        "batch_size": 1,
        "device": "cpu",
        "artifact": "0123456789abcdef01234567",
        "notes": {},
        "runs": [1],
        "withheld": {},
        "scores": {"toys": {"utility": utility, "half_width": 0.05, "violations": list(violations)}},
    }


QUANTIZE = {"part": "quantize", "label": "quantize:static", "options": {"method": "static"}}
BASELINE, SMALL, WRONG = "toy@torch/b1", "toy+quantize:static@onnxruntime:threads=1/b1", "tiny@onnxruntime:threads=1/b1"
SLOW = {"constraint": "accuracy >= 90 %", "metric": "accuracy", "value": 0.6, "bound": 0.9, "miss": 1 / 3}


def made_up():
    slow, fast, wrong = facts(0.010, 0.96, 4_000_000), facts(0.002, 0.95, 1_000_000), facts(0.001, 0.60, 50_000)
    return {
        "schema_version": 1,
        "suite": "made-up",
        "environment": {
            "id": "abc123",
            "identity": {"cpu": "Toy CPU", "cores": 2, "memory": 8},
            "context": {"load": [0.1, 0.2, 0.3], "virtual_machine": False},
            "versions": {"torch": "0.0"},
        },
        "objectives": ["latency_p90", "accuracy"],
        "profiles": {
            "toys": {
                "feasible": True,
                "candidate": SMALL,
                "utility": 0.8,
                "half_width": 0.05,
                "terms": [
                    {"metric": "latency_p90", "value": 0.002, "utility": 0.9, "weight": 1.0, "contribution": 0.225},
                    {"metric": "accuracy", "value": 0.95, "utility": 0.7666666, "weight": 3.0, "contribution": 0.575},
                ],
                "violations": [],
                "tied": [],
                "runner_up": {"candidate": BASELINE, "utility": 0.5, "why": "latency_p90 10 ms against 2 ms (-0.200)"},
                "considered": 3,
                "infeasible": 1,
                "facts": fast,
                "baseline": BASELINE,
                "baseline_facts": slow,
            }
        },
        "front": [BASELINE, SMALL],
        "near_front": [WRONG],
        "candidates": [
            candidate(BASELINE, "toy", [], "torch", slow),
            candidate(SMALL, "toy", [QUANTIZE], "onnxruntime:threads=1", fast, utility=0.8),
            candidate(WRONG, "tiny", [], "onnxruntime:threads=1", wrong, [SLOW], utility=0.2),
        ],
        "failures": [
            {"candidate": "huge@torch/b1", "kind": "out_of_memory", "stage": "load", "message": "no room", "log": "one\ntwo"}
        ],
        "counts": {"measured": 9, "reused": 2},
        "space": {"candidates": 4, "evaluated": 4, "excluded": [{"rule": "no toy flies", "count": 3, "example": "toy@sky/b1"}]},
        "baselines": dict.fromkeys((BASELINE, SMALL, WRONG), BASELINE),
        "priorities": {
            "toys": {
                "name": "toys",
                "weights": {"latency_p90": 1.0, "accuracy": 3.0},
                "ranges": {"latency_p90": [0.02, 0.0], "accuracy": [0.8, 1.0]},
                "constraints": [{"metric": "accuracy", "op": ">=", "factor": 0.0, "offset": 0.9, "text": "accuracy >= 90 %"}],
            }
        },
        "metrics": {
            "latency_p90": {"unit": "s", "higher": False, "summary": "time of most queries"},
            "latency_p99": {"unit": "s", "higher": False, "summary": "time of nearly all queries"},
            "accuracy": {"unit": "share", "higher": True, "summary": "share classified rightly"},
            "size": {"unit": "B", "higher": False, "summary": "bytes of the files"},
        },
        "run": {"algorithm": "tpe", "stop_reason": "trials", "tried": 4, "planned": 4, "seconds": 61.0},
        "suite_text": "name: made-up\n",
    }


def without_anything():
    """Return the answer of a store that knows nothing yet."""
    answer = made_up()
    nothing = {
        "feasible": False, "candidate": None, "utility": None, "half_width": None, "terms": [], "violations": [], "tied": [],
        "runner_up": None, "considered": 0, "infeasible": 0, "facts": {}, "baseline": None, "baseline_facts": {},
    }  # fmt: skip
    empty = {"candidates": [], "front": [], "near_front": [], "failures": [], "run": {}, "baselines": {}}
    return answer | empty | {"profiles": {"toys": nothing}, "counts": {"measured": 0, "reused": 0}}


def infeasible():
    """Return an answer in which the nearest candidate breaks one constraint, and another cannot be judged."""
    answer = made_up()
    unknown = {"constraint": "latency_p99 <= 1 ms", "metric": "latency_p99", "value": None, "bound": 0.001, "miss": None}
    wrong = answer["candidates"][2]
    answer["profiles"]["toys"] |= {
        "feasible": False, "candidate": WRONG, "violations": [SLOW, unknown], "tied": [], "runner_up": None, "infeasible": 3,
        "facts": wrong["facts"],
    }  # fmt: skip
    return answer


def with_gaps():
    """Return an answer whose candidates lack latencies, percentiles and a baseline's figures."""
    answer = made_up()
    for one in answer["candidates"]:
        del one["facts"]["latency_p90"]
        one["withheld"] = {"latency_p99": {"needs": 662, "has": 200}, "latency_p999": {"needs": 6636, "has": 200}}
    answer["candidates"][1]["facts"]["accuracy"]["quality"] = "contended"
    answer["candidates"][2]["facts"] = {}
    answer["candidates"][2]["artifact"] = None
    answer["profiles"]["toys"]["terms"][0] |= {"value": None, "utility": 0.0, "contribution": 0.0}
    answer["profiles"]["toys"]["baseline_facts"] = {}
    weights = answer["priorities"]["toys"]["weights"]
    weights["latency_p99"] = 1.0
    return answer | {"front": [], "near_front": [], "objectives": list(weights)}


ENERGY = {"metric": "energy", "op": "<=", "factor": 0.0, "offset": 0.002, "text": "energy <= 2 mJ"}


def with_estimates():
    """Return an answer with all that not every answer has: estimates, paired accuracies, reasons, memory over time."""
    answer = made_up()
    slow, fast, wrong = (one["facts"] for one in answer["candidates"])
    for facts, joules in ((slow, 0.005), (fast, 0.001), (wrong, 0.003)):
        facts["energy"] = fact(joules, "J", joules * 0.8, joules * 1.2) | {"provenance": "estimate"}
        facts["size"]["provenance"] = "counter"
        facts["cost"] = fact(joules, "per 1k") | {"provenance": "derived"}
    fast["latency_p90"]["quality"] = "throttled"
    answer["metrics"] |= {
        name: {"unit": unit, "higher": False, "summary": name} for name, unit in (("energy", "J"), ("cost", "per 1k"))
    }
    answer["candidates"][1]["paired"] = {
        "accuracy": {"value": -0.004 / 0.54, "low": -0.02, "high": 0.004, "gained": 3, "lost": 7, "n": 540, "p": 29 / 128}
    }
    answer["candidates"][1]["withheld"] = {
        "server_rate": {"why": "no rate held the latency."},
        "memory_device": {"why": "no GPU"},
    }
    broken = {"constraint": ENERGY["text"], "metric": "energy", "value": 0.003, "bound": 0.002, "miss": 0.5}
    answer["candidates"][2]["scores"]["toys"]["violations"].append(broken)
    answer["priorities"]["toys"]["constraints"].append(ENERGY)
    answer["priorities"]["toys"]["weights"] |= {"energy": 2.0, "server_rate": 1.0}
    term = {"metric": "energy", "value": 0.001, "utility": 0.5, "weight": 2.0, "contribution": 0.1}
    answer["profiles"]["toys"]["terms"].append(term)
    answer["memory"] = {BASELINE: [[0.0, 1e7], [0.1, 8e7], [0.2, 5e7]], SMALL: [[5.0, 1e7], [5.1, 3e7]], WRONG: []}
    return answer | {"objectives": ["latency_p90", "accuracy", "energy", "server_rate"]}


HOSTILE = "</script><script>document.title='owned'</script><img src=x onerror=document.title='owned'>`|**@all** {{ 7 * 7 }}"


def spoil(value):
    """Return ``value`` with every text in it made hostile."""
    if isinstance(value, dict):
        return {key: spoil(one) for key, one in value.items()}
    if isinstance(value, list):
        return [spoil(one) for one in value]
    return value + HOSTILE if isinstance(value, str) else value


def hostile():
    """Return an answer in which every name and text tries to become markup or code."""

    answer = made_up()
    kept = {name: answer[name] for name in ("metrics", "objectives", "priorities")}
    units = [copy.deepcopy(one["facts"]) for one in answer["candidates"]]
    profile = answer["profiles"]["toys"]
    figures = {name: copy.deepcopy(profile[name]) for name in ("facts", "baseline_facts", "terms")}
    answer = spoil(answer) | kept
    for one, was in zip(answer["candidates"], units, strict=True):
        one["facts"] = was
    answer["profiles"] = {"toys": answer["profiles"]["toys"] | figures}
    answer["baselines"] = {label + HOSTILE: BASELINE + HOSTILE for label in (BASELINE, SMALL, WRONG)}
    return answer


REASON = {"rule": "zeros", "text": "90 % of the weights are zero.", "advice": "prune channels", "figures": {"zeros": 0.9}}


def operators(kernel, conv, rest, uncovered=1e-4):
    shown = [("conv 1", "Conv", conv), ("to int8", "QuantizeLinear", rest)]
    return {
        "runtime": "onnxruntime",
        "batch_size": 1,
        "queries": 10,
        "seconds": conv + rest + uncovered,
        "uncovered": uncovered,
        "kinds": [{"kind": kind, "count": 1, "seconds": s, "share": s / (conv + rest)} for _, kind, s in shown],
        "operators": [
            {"name": name, "kind": kind, "kernel": kernel, "seconds": s, "calls": 1.0, "precision": "int8"}
            for name, kind, s in shown
        ],
    }


def compressed():
    """Return an answer whose recommended candidate has a parent, both with their operators timed."""
    answer = made_up()
    accuracy = {"difference": -0.01, "low": -0.02, "high": -0.001, "n": 540, "gained": 3, "lost": 9, "p": 0.1}
    answer["candidates"][1]["parent"] = {
        "candidate": BASELINE,
        "absent": None,
        "verdict": "slower",
        "changes": {"size": {"ratio": 0.25, "low": 0.25, "high": 0.25}, "accuracy": accuracy},
        "flips": {"value": 0.025, "low": 0.01, "high": 0.04, "n": 540, "right": 3, "wrong": 9, "other": 1},
        "why": [REASON],
    }
    answer["operators"] = {SMALL: operators("CPU", 3e-4, 1e-4), BASELINE: operators("CPU", 2e-4, 0.0)}
    return answer


def without_parent():
    """Return an answer whose recommended candidate is compressed, but nobody measured its parent."""
    answer = made_up()
    absent = {
        "candidate": "toy@moon/b1",
        "absent": "parent not measured",
        "verdict": None,
        "changes": {},
        "flips": None,
        "why": [],
    }
    answer["candidates"][1]["parent"] = absent
    return answer


def charted():
    """Return an answer with all that charts are drawn from: latencies, more load, memory over time, the search's progress."""
    answer = made_up()
    for one, rate in zip(answer["candidates"], (100.0, 500.0, 1000.0), strict=True):
        one["facts"]["throughput"] = fact(rate, "samples/s", rate * 0.9, rate * 1.1)
    answer["metrics"]["throughput"] = {"unit": "samples/s", "higher": True, "summary": "samples in a second"}
    curve = {"n": 4, "seconds": [0.001, 0.002, 0.003, 0.009], "shares": [0.25, 0.5, 0.75, 1.0]}
    held = {"rate": 50.0, "achieved": 49.0, "latency": 0.004, "held": True, "queries": 300, "late": False}
    late = {"rate": 100.0, "achieved": None, "latency": None, "held": False, "queries": 300, "late": True}
    answer["latency_curves"] = {SMALL: {"single_stream": curve, "server": curve}, BASELINE: {"single_stream": curve}}
    answer["load_curves"] = {
        "by_batch": [
            {"latency": "latency_p90", "candidates": [SMALL, WRONG]},
            {"latency": None, "candidates": []},
            {"latency": "latency_p90", "candidates": [BASELINE, "gone@torch/b8"]},
        ],
        "by_rate": {SMALL: {"limit": 0.02, "percentile": 0.99, "rate": 50.0, "probes": [held, late]}},
    }
    answer["memory"] = {BASELINE: [[0.5, 1e7], [0.6, 8e7]], "gone@torch/b8": [[0.0, 1.0]], WRONG: []}
    answer["history"] = {
        "candidates": [BASELINE, "huge@torch/b1", SMALL],
        "seconds": [10.0, 11.0, 61.0],
        "hypervolume": [0.2, 0.2, 0.6],
        "utility": {"toys": [None, None, 0.8]},
    }
    return answer


def hostile_compressed():
    """Return a hostile answer with a lineage and operators, in which every name and text is hostile too."""
    plain, answer = compressed(), hostile()
    answer["candidates"][1]["parent"] = spoil(plain["candidates"][1]["parent"])
    answer["operators"] = {label + HOSTILE: spoil(told) for label, told in plain["operators"].items()}
    return answer


def hostile_charted():
    """Return a hostile answer with something in every chart."""
    plain, answer = charted(), hostile()
    for one, was in zip(answer["candidates"], plain["candidates"], strict=True):
        one["facts"] = was["facts"]
    answer["metrics"] = plain["metrics"]
    answer["latency_curves"] = {label + HOSTILE: one for label, one in plain["latency_curves"].items()}
    answer["memory"] = {label + HOSTILE: one for label, one in plain["memory"].items()}
    by_rate = {label + HOSTILE: one for label, one in plain["load_curves"]["by_rate"].items()}
    by_batch = [
        {**one, "candidates": [label + HOSTILE for label in one["candidates"]]} for one in plain["load_curves"]["by_batch"]
    ]
    answer["load_curves"] = {"by_batch": by_batch, "by_rate": by_rate}
    answer["history"] = plain["history"] | {"candidates": [label + HOSTILE for label in plain["history"]["candidates"]]}
    return answer


BINS = [
    {"confidence": 0.6, "accuracy": 0.5, "low": 0.3, "high": 0.7, "n": 20},
    {"confidence": 0.9, "accuracy": 0.95, "low": 0.8, "high": 0.99, "n": 20},
]


def counted(value, n=20, margin=0.05):
    return {"value": value, "low": max(0.0, value - margin), "high": min(1.0, value + margin), "n": n}


def behaves(worst=0.5, costs=True):
    """Return how a classifier of cats and dogs behaves that says ``worst`` of cats rightly."""
    cost = {"mistakes": [[0.0, 10.0], [2.5, 0.0]], "person": 1.0, "expected_cost": 0.75, "review_rate": 0.25}
    cost["counts"] = [[12, 3, 5], [1, 14, 5]]
    steps = [{"threshold": 0.0, "review_rate": 1.0, "mistakes": 0.0}, {"threshold": 2.0, "review_rate": 0.0, "mistakes": 1.25}]
    return {
        "samples": 40,
        "reliability": BINS,
        "confidence": {"right": [0] * 19 + [29], "wrong": [0] * 10 + [8] + [0] * 8 + [3]},
        "temperature": {"value": 1.2, "error": counted(0.02)},
        "classes": [{"class": "cat", **counted(worst)}, {"class": "dog", **counted(0.95)}],
        "flips": {**counted(0.1, 40), "right": 1, "wrong": 3, "other": 0},
        "costs": {**cost, "curve": steps} if costs else None,
        "corruptions": {
            "clean": 0.7,
            "kinds": {"noise": [counted(0.6)] * 5, "blur": [counted(0.7), *[counted(0.2)] * 4]},
            "confidence": {"clean": 0.8, "shuffled": 0.75},
        },
        "groups": {
            "column": "age", "above": 40.0, "positive": "dog",
            "accuracy": {"above": counted(0.9), "below": counted(0.6)}, "rate": None,
        },
    }  # fmt: skip


def behaving():
    """Return an answer that tells how two of its candidates behave; surer than right, with a gap between groups."""
    answer = made_up()
    for one in answer["candidates"][:2]:
        one["facts"] |= {
            "calibration_error": fact(0.1, "share", 0.05, 0.15),
            "group_accuracy_gap": fact(0.3, "share", 0.1, 0.5),
            "expected_cost": fact(0.75, "number", 0.5, 1.0),
            "review_rate": fact(0.25, "share", 0.2, 0.3),
        }
    answer["behaviour"] = {BASELINE: behaves(0.8), SMALL: behaves(0.5)}
    return answer | {"notable": [SMALL, BASELINE]}


def decision(decided, scores, attributions, whole=0.9):
    games = {"whole": whole, "empty": 0.5, "kept": 0.8, "removed": 0.4, "random_kept": 0.6, "random_removed": 0.7}
    return {"decided": decided, "scores": scores, "attributions": attributions, "games": games}


def explains(won):
    """Return how decisions were explained of a candidate whose explanations win ``won`` of ten against random ones."""
    versus = {"won": won, "lost": 10 - won, "even": 0, "chance": 0.01 if won > 5 else 0.9, "beats": won > 5}
    return {"asked": 12, "samples": 10, "versus_random": versus}


QUESTION = {"id": 0, "column": 1, "comparison": "LEQ", "threshold": 1.5, "yes": 1, "no": 2}
TREE = {
    "kind": "tree", "complexity": 2, "trees": 1, "leaves": 2, "depth": 1,
    "nodes": [QUESTION, {"id": 1, "scores": {"0": 0.75, "1": 0.25}}, {"id": 2, "scores": {"0": 0.0, "1": 1.0}}],
}  # fmt: skip
LINEAR = {"kind": "linear", "complexity": 2, "weights": [[-2.0, 2.0], [1.0, -1.0], [0.0, 0.0]], "scale": [1.0, 1.0, 1.0]}
TERM = {"columns": [0], "cuts": [1.0, 2.0], "missing": [0.0], "scores": [[-1.0], [0.0], [0.5]]}
ADDITIVE = {"kind": "additive", "complexity": 2, "terms": [TERM, {"columns": [0, 1]}]}
TREES = {"kind": "trees", "complexity": 900, "trees": 100, "leaves": 900, "depth": 7}


def explained():
    """Return an answer in which decisions about animals, three numbers each, are explained by all three candidates."""
    answer = made_up()
    for one, won, value in zip(answer["candidates"], (9, 8, 2), (0.6, 0.8, 0.1), strict=True):
        one["explanation"] = explains(won)
        one["facts"]["interpretability"] = fact(value, "share", value - 0.1, value + 0.1)
    answer["metrics"]["interpretability"] = {"unit": "share", "higher": True, "summary": "how well explanations tell"}
    cat = {
        SMALL: decision(0, [2.0, 1.0], [0.5, -0.25, 0.25]),
        BASELINE: decision(0, [20.0, 1.0], [5.0, 5.0, 0.0]),
        WRONG: decision(1, [0.2, 0.8], [0.0, -1.0, 0.0], 0.8),
    }
    dog = {label: decision(1, [0.0, 1.0], [0.1, 0.2, 0.3]) for label in cat}
    answer["explanations"] = {
        "layout": [3], "columns": ["legs", "weight", "purrs"], "classes": ["cat", "dog"], "background": [4.0, 10.0, 0.5],
        "samples": [
            {"row": 7, "why": "right", "label": 1.0, "sample": [4.0, 30.0, 0.0], "by": dog},
            {"row": 12, "why": "divided", "label": 0.0, "sample": [4.0, 3.25, 1.0], "by": cat},
        ],
        "models": {SMALL: TREE, BASELINE: LINEAR, WRONG: ADDITIVE},
    }  # fmt: skip
    return answer


def explained_images():
    """Return an answer in which decisions about pictures are explained by a grid of two by two."""
    answer = explained()
    picture = [[[255 if x == y else 0] for x in range(4)] for y in range(4)]
    by = {SMALL: decision(0, [2.0, 1.0], [4.0, -1.0, 0.0, 0.0]), BASELINE: decision(0, [2.0, 1.0], [1.0, 1.0, 1.0, 1.0])}
    answer["explanations"] |= {
        "layout": [2, 2], "columns": [], "background": [[[0.0]] * 4] * 4,
        "samples": [{"row": 3, "why": "right", "label": 0.0, "sample": picture, "by": by}],
        "models": {SMALL: {"kind": "linear", "complexity": 16, "weights": [[float(i - 8)] for i in range(16)]}, BASELINE: TREES},
    }  # fmt: skip
    return answer


def hostile_explained():
    """Return a hostile answer with explanations and behaviour, in which every name is hostile, too."""
    answer = hostile()
    reasons, behaviour = explained(), behaving()
    for one, was, how in zip(answer["candidates"], reasons["candidates"], behaviour["candidates"], strict=True):
        one |= {"explanation": was["explanation"], "facts": was["facts"] | how["facts"]}
    answer["metrics"] = reasons["metrics"]
    told = reasons["explanations"]
    answer["explanations"] = told | {
        "columns": spoil(told["columns"]),
        "classes": spoil(told["classes"]),
        "samples": [one | {"by": {label + HOSTILE: each for label, each in one["by"].items()}} for one in told["samples"]],
        "models": {label + HOSTILE: one for label, one in told["models"].items()},
    }
    answer["behaviour"] = {label + HOSTILE: spoil(one) for label, one in behaviour["behaviour"].items()}
    return answer


KINDS = {
    "made up": made_up,
    "compressed": compressed,
    "without parent": without_parent,
    "charted": charted,
    "behaving": behaving,
    "explained": explained,
    "explained images": explained_images,
    "hostile charted": hostile_charted,
    "hostile explained": hostile_explained,
    "hostile compressed": hostile_compressed,
    "without anything": without_anything,
    "infeasible": infeasible,
    "with gaps": with_gaps,
    "with estimates": with_estimates,
    "hostile": hostile,
}


@pytest.fixture
def answer():
    return made_up()


@pytest.fixture(params=KINDS)
def any_answer(request):
    return KINDS[request.param]()


@pytest.fixture
def kinds():
    """Return the ways to make each kind of answer, by name."""
    return KINDS
