"""The command that does again what a command did."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import typer


def command(name: str, context: typer.Context, settled: Mapping[str, Any], without: Sequence[str] = ()) -> str:
    """Return the command ``name`` with all options that are not at their defaults, quoted for a shell.

    ``settled`` are values that were decided meanwhile, such as the commit that a branch named.
    """
    words = [name]
    for one in context.command.params:
        if one.name in context.params and one.name not in without:
            value = settled.get(one.name, context.params[one.name])
            words += map(shlex.quote, _words(one, value, one.get_default(context)))
    return " ".join(words)


def _words(one: Any, value: Any, default: Any) -> Iterator[str]:
    """Give the words that stand for an argument or an option; none, where its value is the ``default``."""
    if one.param_type_name == "argument":
        yield str(value)
    elif value is None or value == default:
        return
    elif one.is_flag:
        yield (one.opts if value else one.secondary_opts)[0]
    else:
        for each in value if one.multiple else (value,):
            yield from (one.opts[0], str(each))
