"""The gate and the harness's rules of measuring, for whoever has benchmarks in pytest (pytest-benchmark).

``timing`` times a callable, ``suite_items`` a suite's candidates, and ``storage`` hands the samples to pytest-benchmark.
``results`` read its files, ``cases`` make of them what ``harness.gate`` judges, and ``files`` compare two sides of them.
``process`` is a pytest process of an arm, ``inside`` what it tells of itself; ``running`` interleaves such processes until
everything is decided, and ``against`` finds the two revisions they are of. ``harness.pytest_plugin`` hooks it all into pytest.
"""
