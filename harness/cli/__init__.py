"""The command line: prints and exits; nothing else in the package does.

Importing it loads typer and nothing heavy; each command imports what it needs when it runs.
"""

from harness.cli.app import main

__all__ = ["main"]
