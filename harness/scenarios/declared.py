"""The built-in scenarios, declared."""

from __future__ import annotations

from pydantic import BaseModel

from harness.spec import Value


class NoOptions(Value):
    """A scenario without options."""


class SingleStream:
    """MLPerf's single stream: latency."""

    name = "single_stream"
    summary = "the next query is sent when the last one is answered; gives latency"
    subject = None
    options: type[BaseModel] = NoOptions
    packages: tuple[str, ...] = ()
    version = 1
    door = "harness.scenarios.back_to_back:single_stream"


class Offline:
    """MLPerf's offline: throughput."""

    name = "offline"
    summary = "all samples are there at once, queries go back to back; gives throughput"
    subject = None
    options: type[BaseModel] = NoOptions
    packages: tuple[str, ...] = ()
    version = 1
    door = "harness.scenarios.back_to_back:offline"


SINGLE_STREAM, OFFLINE = SingleStream(), Offline()
