import gc

import pytest

from harness.bulk import collecting_nothing


@pytest.mark.parametrize("enabled", [True, False])
def test_nothing_is_collected_meanwhile_and_the_collector_is_afterwards_as_it_was(enabled):
    was = gc.isenabled()
    (gc.enable if enabled else gc.disable)()
    try:
        with pytest.raises(KeyError), collecting_nothing():
            assert not gc.isenabled()
            raise KeyError
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was else gc.disable)()
