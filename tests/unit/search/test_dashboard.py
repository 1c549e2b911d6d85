"""The study opens in optuna-dashboard: its storage loads, and its API tells the trials with the names of the metrics."""

import json
from wsgiref.util import setup_testing_defaults

import optuna
import optuna_dashboard
import pytest

from harness.search.study import CANDIDATE, Study


@pytest.fixture
def tried(suite, space, url, environment, evaluated):
    """A study of which two candidates were told, closed again."""
    study = Study(suite, space.candidates, url, environment.id)
    for _ in range(2):
        trial, candidate = study.ask()
        study.tell(trial, evaluated(candidate).facts, False, 0.0, suite.profiles)
    study._study._storage._backend.engine.dispose()
    return study


@pytest.fixture
def ask(tried, url):
    """Ask the dashboard for a path of its API."""
    storage = optuna.storages.RDBStorage(url)
    app = optuna_dashboard.wsgi(storage)

    def asked(path):
        environ, answered = {"PATH_INFO": path}, []
        setup_testing_defaults(environ)
        body = b"".join(app(environ, lambda status, headers, error=None: answered.append(status)))
        assert answered == ["200 OK"], body
        return json.loads(body)

    yield asked
    storage.engine.dispose()


def test_the_dashboard_opens_the_study(ask, tried):
    (study,) = ask("/api/studies")["study_summaries"]
    assert study["study_name"] == tried.name
    told = ask(f"/api/studies/{study['study_id']}")
    assert tuple(told["objective_names"]) == tried.objectives
    assert [one["state"] for one in told["trials"]] == ["Complete"] * 2
    labels = [note["value"] for one in told["trials"] for note in one["user_attrs"] if note["key"] == CANDIDATE]
    assert labels == list(tried.tried)
