"""Why a compressed model is not faster: rules over what is known of it and of its parent. Pure functions; nothing is measured."""

from harness.reasons.case import Case, Reason
from harness.reasons.rules import why

__all__ = ["Case", "Reason", "why"]
