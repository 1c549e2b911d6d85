import pytest

from harness import registry as module
from harness.errors import InputError, UnavailableError
from harness.registry import KINDS, Registry, open_door


def test_the_built_in_parts_are_declared_by_name(registry):
    assert {kind: len(registry.of(kind)) > 0 for kind in KINDS} == dict.fromkeys(KINDS, True)
    assert all(part.name == name for kind in KINDS for name, part in registry.of(kind).items())


def test_a_part_under_another_name_is_refused(monkeypatch, registry):
    class Point:
        name = "other"

        def load(self):
            return registry.runtimes["torch"]

    monkeypatch.setattr(module, "entry_points", lambda group: [Point()])
    with pytest.raises(InputError, match=r"'other' of harness\.datasets declares a part named 'torch'"):
        Registry.load()


def test_a_door_opens_to_its_function():
    assert open_door("harness.testing:load_fake").__name__ == "load_fake"


def test_a_package_that_is_missing_ends_in_the_command_that_installs_it(monkeypatch):
    monkeypatch.setitem(module.DISTRIBUTIONS, "no_such_package", "no-such")
    with pytest.raises(UnavailableError, match="the package 'no-such' is not installed") as caught:
        open_door("no_such_package.inside:load")
    assert caught.value.hint == "pip install no-such"


def test_a_missing_module_of_our_own_is_a_bug_and_not_a_missing_package():
    with pytest.raises(ModuleNotFoundError):
        open_door("harness.no_such_module:load")
