"""Compression passes: one step each, on PyTorch weights or on the exported graph. Siblings do not know each other."""
