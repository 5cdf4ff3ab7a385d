"""Extension points are names with references, nbtrack's own and those of installed packages."""

from importlib.metadata import EntryPoint

import pytest

from nbtrack import plugins
from nbtrack.store.open import open_store


@pytest.mark.parametrize("group", plugins.EXTENSION_POINTS)
def test_every_reference_of_nbtrack_can_be_imported(group):
    for name in plugins.EXTENSION_POINTS[group]:
        assert callable(plugins.find(group, name))


def test_an_unknown_name_is_nothing():
    assert plugins.find("nbtrack.stores", "nowhere") is None


def test_a_reference_may_name_an_attribute_of_an_attribute():
    assert plugins.load("pathlib:Path.cwd")


def _installed(monkeypatch, **references):
    points = [EntryPoint(name, value, "nbtrack.stores") for name, value in references.items()]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)


def opened(uri, *, artifact_root, create):
    return uri, artifact_root, create


def test_an_installed_package_serves_its_scheme(monkeypatch):
    monkeypatch.setattr("builtins._opened", opened, raising=False)
    _installed(monkeypatch, duck="builtins:_opened")
    assert open_store("duck://x", artifact_root="/a") == ("duck://x", "/a", True)


def test_an_installed_package_cannot_take_a_scheme_of_nbtrack(monkeypatch):
    _installed(monkeypatch, sqlite="builtins:dict")
    assert plugins.installed("nbtrack.stores")["sqlite"] == plugins.STORES["sqlite"]
