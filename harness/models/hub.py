"""Whether the hub of published weights can be reached: asked once, so that being offline costs seconds and not minutes."""

from __future__ import annotations

import ssl
from functools import lru_cache
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from huggingface_hub import constants

PATIENCE = 5.0
"""Seconds to wait for the hub. Its own client tries six times per file: 52 s without a network, measured."""


def use_what_is_here() -> bool:
    """Let the hub's client look no further than its cache where the hub cannot be reached; say whether it can be."""
    reached = not constants.HF_HUB_OFFLINE and _answers(constants.ENDPOINT)
    constants.HF_HUB_OFFLINE = not reached
    return reached


@lru_cache
def _answers(endpoint: str) -> bool:
    try:
        with urlopen(Request(endpoint, method="HEAD"), timeout=PATIENCE):  # noqa: S310  the user's own HF_ENDPOINT
            return True
    except HTTPError:
        return True
    except URLError as error:
        return isinstance(error.reason, ssl.SSLError)  # other certificates than ours: let the client try
    except (OSError, ValueError):  # ValueError: an HF_ENDPOINT that is no address
        return False
