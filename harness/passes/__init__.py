"""Compression passes: one step each, on PyTorch weights or on the exported graph. None knows another but as its own step."""
