"""Benchmark model candidates on this hardware, choose the one to deploy, and keep the choice true.

The package is a house of floors (docs/architecture.md); imports go down only. Importing it loads nothing heavy.
"""

__version__ = "0.1.0"
