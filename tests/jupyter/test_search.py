"""Which stores are found below a folder, and how much is looked at."""

from nbtrack.store.open import open_store
from nbtrack_jupyter import search


def make_store(folder):
    (folder / ".nbtrack").mkdir(parents=True)
    store = open_store(f"sqlite:///{folder}/.nbtrack/nbtrack.db")
    store.close()
    return store.store_id


def test_stores_are_found_by_their_ids(tmp_path):
    near, far = make_store(tmp_path), make_store(tmp_path / "a/b c/ü")
    found = search.stores_below(tmp_path)
    assert {store_id: where.folder for store_id, where in found.items()} == {
        near: tmp_path / ".nbtrack",
        far: tmp_path / "a/b c/ü/.nbtrack",
    }


def test_of_a_copied_store_the_nearest_is_taken(tmp_path):
    store_id = make_store(tmp_path / "one")
    copy = tmp_path / "copies/of/one/.nbtrack"
    copy.mkdir(parents=True)
    (copy / "nbtrack.db").write_bytes((tmp_path / "one/.nbtrack/nbtrack.db").read_bytes())
    assert search.stores_below(tmp_path)[store_id].folder == tmp_path / "one/.nbtrack"


def test_packages_and_hidden_folders_are_not_looked_into(tmp_path):
    for name in (".venv", "node_modules", "lib/site-packages"):
        make_store(tmp_path / name)
    assert not search.stores_below(tmp_path)


def test_a_search_comes_to_an_end(tmp_path, monkeypatch):
    near = make_store(tmp_path / "a")
    make_store(tmp_path / "b/c/d")
    for number in range(50):
        (tmp_path / "many" / str(number)).mkdir(parents=True)
    monkeypatch.setattr(search, "DEEPEST", 2)
    assert set(search.stores_below(tmp_path)) == {near}
    monkeypatch.setattr(search, "DEEPEST", 8)
    monkeypatch.setattr(search, "MOST_FOLDERS", 4)
    assert len(search.stores_below(tmp_path)) <= 1
    monkeypatch.setattr(search, "MOST_SECONDS", 0)
    assert not search.stores_below(tmp_path)


def test_what_is_no_store_is_passed_over(tmp_path):
    (tmp_path / "empty/.nbtrack").mkdir(parents=True)
    (tmp_path / "text/.nbtrack").mkdir(parents=True)
    (tmp_path / "text/.nbtrack/nbtrack.db").write_text("not a database" * 99)
    (tmp_path / "folder/.nbtrack/nbtrack.db").mkdir(parents=True)
    (tmp_path / "file").mkdir()
    (tmp_path / "file/.nbtrack").write_text("")
    assert not search.stores_below(tmp_path)
    assert not search.stores_below(tmp_path / "gone")
