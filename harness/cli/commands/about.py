"""What there is: the parts a suite names, its schema, this machine."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.opening import AsJson, telling_errors


def list_parts(
    kind: Annotated[
        str | None, typer.Argument(help="models, passes, runtimes, datasets, scenarios, explainers, metrics or profiles")
    ] = None,
    json: AsJson = False,
) -> None:
    """List the parts a suite can name, the metrics, and the ready-made profiles; those of one kind with all their options."""
    from harness import catalogue
    from harness.cli import parts, show
    from harness.registry import Registry

    with telling_errors():
        found = catalogue.listing(Registry.load(), kind)
    if json:
        show.json(found)
    elif kind:
        parts.one_kind(kind, found[kind])
    else:
        parts.overview(found)


def env(
    device: Annotated[str, typer.Option(help="cpu or cuda:N")] = "cpu",
    json: AsJson = False,
) -> None:
    """Show this machine, the versions, and what makes its timings untrustworthy, with advice."""
    from harness.cli import machine, show
    from harness.measure import environment

    with telling_errors():
        found = environment.read(device, Path.cwd())
        doubts = environment.untrustworthy(found)
    told: dict[str, Any] = found.model_dump(mode="json")
    told["doubts"] = [{"message": doubt.message, "advice": doubt.advice} for doubt in doubts]
    if json:
        show.json(told)
    else:
        machine.show(told)


class Schema(StrEnum):
    """What has a schema."""

    SUITE = "suite"
    FACTS = "facts"


def schema(
    what: Annotated[Schema, typer.Argument(help="suite: a suite file; facts: facts.json, and answers as JSON")] = Schema.SUITE,
    markdown: Annotated[
        Path | None, typer.Option(help="write every key of a suite with its meaning into this file, instead")
    ] = None,
    json: AsJson = False,
) -> None:
    """Print the JSON schema of a suite file, for editors to complete and check it, or of the facts that a report holds."""
    from harness import facts, suitefile
    from harness.cli import show
    from harness.errors import InputError
    from harness.registry import Registry

    with telling_errors():
        if markdown and what is not Schema.SUITE:
            raise InputError(f"--markdown writes the keys of a suite, not of {what}", "leave out one of the two")
        registry = Registry.load()
        if markdown:
            markdown.write_text(suitefile.reference(registry), encoding="utf-8")
    if not markdown:  # a schema is JSON, asked for or not
        show.json(facts.schema() if what is Schema.FACTS else suitefile.schema(registry))
    elif json:
        show.json({"markdown": str(markdown)})
