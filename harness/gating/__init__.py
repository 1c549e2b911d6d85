"""What a gate measures: two revisions of a suite, made beforehand and timed in interleaved blocks of fresh processes.

``revisions`` finds the older one, ``revised`` says what can be compared, ``arms`` make it, ``blocks`` time it, ``running`` ends
when everything is decided; ``turn`` is the process that answers. ``alone`` times one of them without the other, to be stored;
``bisecting`` gates one commit after the other. Verdicts are ``harness.gate``'s.
"""
