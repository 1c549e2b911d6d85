"""The merge gate: from the samples of two arms, measured in interleaved blocks, to a verdict and how it is shown.

``samples`` is what is measured, ``decide`` what follows from it; nothing here starts a process or knows what was timed.
"""
