"""What a gate measures: two revisions of a suite, made beforehand and timed in interleaved blocks of fresh processes.

``revisions`` finds the older one, ``sides`` say what can be compared, ``arms`` make it, ``blocks`` time it, ``running`` ends when
everything is decided; ``turn`` is the process that answers. Verdicts are ``harness.gate``'s.
"""
