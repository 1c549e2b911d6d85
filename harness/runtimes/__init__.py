"""Runtimes: what executes an artifact. Siblings do not know each other; none of them knows where a model came from."""
