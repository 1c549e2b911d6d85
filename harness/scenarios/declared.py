"""The built-in scenarios, declared: MLPerf's four."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from harness.spec import Seconds, Share, Value


class NoOptions(Value):
    """A scenario without options."""


class MultiStreamOptions(Value):
    """Queries of several samples."""

    samples: int = Field(8, ge=1, le=65_536, description="samples a query carries, in calls of the candidate's batch size")


class ServerOptions(Value):
    """Arrivals at random, and how late an answer may be."""

    latency: Annotated[Seconds, Field(gt=0, description="what answers must be in time for, from their arrival on")]
    percentile: Literal[90, 95, 99] = Field(99, description="share of the answers, in per cent, that must be in time")
    precision: Annotated[Share, Field(ge=0.01, le=0.5, description="how narrow the rate is found, as a share of it")] = 0.05
    seconds: Annotated[Seconds, Field(gt=0, le=600, description="how long a rate is tried at least")] = 2.0


class SingleStream:
    """MLPerf's single stream: latency."""

    name = "single_stream"
    summary = "the next query is sent when the last one is answered; gives latency"
    subject = None
    options: type[BaseModel] = NoOptions
    packages: tuple[str, ...] = ()
    version = 2
    door = "harness.scenarios.back_to_back:single_stream"
    probed = False
    ceiling_door = ""


class MultiStream:
    """MLPerf's multi stream: latency of several samples at once."""

    name = "multi_stream"
    summary = "every query carries several samples, one query at a time; gives their latency"
    subject = "samples"
    options: type[BaseModel] = MultiStreamOptions
    packages: tuple[str, ...] = ()
    version = 1
    door = "harness.scenarios.back_to_back:multi_stream"
    probed = False
    ceiling_door = ""


class Offline:
    """MLPerf's offline: throughput."""

    name = "offline"
    summary = "all samples are there at once, queries go back to back; gives throughput"
    subject = None
    options: type[BaseModel] = NoOptions
    packages: tuple[str, ...] = ()
    version = 2
    door = "harness.scenarios.back_to_back:offline"
    probed = False
    ceiling_door = ""


class Server:
    """MLPerf's server: the largest rate of Poisson arrivals that holds a latency. MLPerf's own LoadGen sends them."""

    name = "server"
    summary = "samples arrive at random (Poisson); gives the most per second that hold a latency"
    subject = "latency"
    options: type[BaseModel] = ServerOptions
    packages: tuple[str, ...] = ("mlcommons-loadgen",)
    version = 1
    door = "harness.scenarios.server:probe"
    probed = True
    ceiling_door = "harness.scenarios.server:ceiling"


SINGLE_STREAM, MULTI_STREAM, OFFLINE, SERVER = (SingleStream(), MultiStream(), Offline(), Server())
