"""What a user might put beside a suite file: functions that return models, right and wrong. Copied there by the tests."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import torch
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.semi_supervised import LabelSpreading
from sklearn.svm import LinearSVC
from torch import nn


def net(classes: int = 10, width: int = 8) -> nn.Module:
    """A small network for grey images of 8×8."""
    return nn.Sequential(nn.Conv2d(1, width, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(width * 64, classes))


class Bad(nn.Module):
    """A network that does something else first, at every query."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.inner = net()
        self.what = what

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.device.type == "meta":
            return self.inner(x)
        if self.what == "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        if self.what == "hang":
            time.sleep(600)
        if self.what == "memory":
            torch.empty(2 * 2**40)
        if self.what == "raise":
            raise ValueError("no such day")
        if self.what == "branch" and float(x.sum()) > 0:
            return self.inner(-x)
        return {"scores": self.inner(x)} if self.what == "mapping" else self.inner(x)


def bad(what: str) -> nn.Module:
    """Return a network that goes wrong when it is used."""
    return Bad(what)


def nan() -> nn.Module:
    """Return a network with a weight that is no number."""
    model = net()
    nn.init.constant_(model[0].weight, float("nan"))
    return model


def local() -> nn.Module:
    """Return a network of a class that cannot be pickled."""

    class Local(nn.Sequential):
        pass

    return Local(*net())


def raising() -> nn.Module:
    """Raise."""
    raise RuntimeError("the weights are at home")


def number() -> int:
    """Return something else than a model."""
    return 42


def hungry() -> nn.Module:
    """Return a network that needs more memory for its weights than the suite allows."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 40_000_000), nn.Linear(40_000_000, 10))


def asking() -> nn.Module:
    """Ask the user something, as scripts do."""
    print("loading the network")
    input("which one? ")
    return net()


def quitting() -> nn.Module:
    """Leave."""
    raise SystemExit(4)


def logistic() -> LogisticRegression:
    """Return a classifier to be fitted."""
    return LogisticRegression(max_iter=300)


def machine() -> LinearSVC:
    """Return a classifier without probabilities."""
    return LinearSVC()


def boosting() -> HistGradientBoostingClassifier:
    """Return a classifier made of trees, which not every runtime has operators for."""
    return HistGradientBoostingClassifier(max_iter=5)


def spreading() -> LabelSpreading:
    """Return a classifier that scikit-learn's converter does not know."""
    return LabelSpreading()


def liar() -> LogisticRegression:
    """Return a classifier that says something else than what it has learnt, and so than its export does."""
    model = LogisticRegression(max_iter=300)
    learnt = model.predict_proba
    model.predict_proba = lambda rows: learnt(rows)[:, ::-1]
    return model


HERE = Path(__file__)
