"""Extension points are names with references, nbtrack's own and those of installed packages."""

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


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package as pip leaves one: its module and the metadata beside it."""

    def install(scheme):
        package = tmp_path / "site"
        metadata = package / "duck-1.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: duck\nVersion: 1\n")
        (metadata / "entry_points.txt").write_text(
            f"[nbtrack.stores]\n{scheme} = duck_store:opened"
        )
        (package / "duck_store.py").write_text(
            "def opened(uri, *, artifact_root, create):\n    return uri, artifact_root, create\n"
        )
        monkeypatch.syspath_prepend(package)

    return install


def test_an_installed_package_serves_its_scheme(install):
    install("duck")
    assert open_store("duck://x", artifact_root="/a") == ("duck://x", "/a", True)


def test_an_installed_package_cannot_take_a_scheme_of_nbtrack(install):
    install("sqlite")
    assert plugins.installed("nbtrack.stores")["sqlite"] == plugins.STORES["sqlite"]
