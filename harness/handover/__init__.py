"""What is to be deployed, written into a folder: the artifact as it was measured, how to feed it, and what is known of it.

The folder stands alone: its ``load.py`` needs the runtime and NumPy, not this package. It is no server.
"""

from harness.handover.choosing import Chosen, Refusal, choose
from harness.handover.folder import write

__all__ = ["Chosen", "Refusal", "choose", "write"]
