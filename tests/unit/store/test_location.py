"""Where the store is, rule by rule."""

import os
import stat
import threading
from pathlib import Path

import pytest

from nbtrack import platforms
from nbtrack.errors import InvalidValue, Refused
from nbtrack.store.location import find_store, sqlite_file, trust


@pytest.fixture
def project(tmp_path):
    """Return a git work tree with a folder two levels down."""
    root = tmp_path / "project"
    (root / ".git").mkdir()
    (root / "notebooks" / "deep").mkdir(parents=True)
    return root


def pyproject(folder, uri):
    (folder / "pyproject.toml").write_text(f'[tool.nbtrack]\ntracking_uri = "{uri}"\n')


def make_store(folder):
    (folder / ".nbtrack").mkdir()
    return folder / ".nbtrack"


def test_a_new_store_is_made_at_the_git_root(project):
    found = find_store(start=project / "notebooks" / "deep")
    assert found.folder == project / ".nbtrack"
    assert found.uri == f"sqlite:///{project}/.nbtrack/nbtrack.db"
    assert found.artifact_root == f"{project}/.nbtrack/artifacts"
    assert found.journal_dir == project / ".nbtrack" / "journal"
    assert "git" in found.rule


def test_without_git_a_new_store_is_made_in_the_notebooks_folder(tmp_path):
    folder = tmp_path / "project" / "sub"
    folder.mkdir()
    make_store(tmp_path / "project")
    assert find_store(start=folder).folder == folder / ".nbtrack"


def test_the_folder_is_private_and_keeps_itself_out_of_git(project):
    folder = find_store(start=project).folder
    assert (folder / ".gitignore").read_text() == "*\n"
    assert platforms.WINDOWS or stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_looking_without_creating_makes_nothing(project):
    assert find_store(start=project, create=False).folder == project / ".nbtrack"
    assert not (project / ".nbtrack").exists()


def test_the_nearest_folder_up_to_the_git_root_is_taken(project):
    make_store(project)
    make_store(project / "notebooks")
    found = find_store(start=project / "notebooks" / "deep")
    assert found.folder == project / "notebooks" / ".nbtrack"
    assert "nearest" in found.rule


def test_a_folder_above_the_git_root_is_not_looked_at(tmp_path, project):
    make_store(tmp_path)
    assert find_store(start=project / "notebooks").folder == project / ".nbtrack"


def test_a_git_worktree_has_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "tree" / "sub").mkdir(parents=True)
    (tmp_path / "tree" / ".git").write_text("gitdir: elsewhere")
    assert find_store(start=tmp_path / "tree" / "sub").folder == tmp_path / "tree" / ".nbtrack"


def test_the_rules_have_an_order(project, tmp_path, monkeypatch):
    def given(name):
        return f"sqlite:///{tmp_path}/{name}.db"

    def chosen(uri=None, kernel=None):
        return Path(sqlite_file(find_store(uri, start=project, kernel_uri=kernel).uri)).stem

    monkeypatch.setenv("NBTRACK_JUPYTER_STORE", given("jupyter"))
    assert chosen() == "jupyter"
    make_store(project)
    assert chosen() == "nbtrack"
    pyproject(project, "sqlite:///pyproject.db")
    assert chosen() == "pyproject"
    monkeypatch.setenv("NBTRACK_TRACKING_URI", given("environment"))
    assert chosen() == "environment"
    assert chosen(kernel=given("kernel")) == "kernel"
    assert chosen(given("argument"), given("kernel")) == "argument"


def test_mlflows_variable_counts_if_it_names_a_server(project, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:5000")
    assert find_store(start=project).uri == "http://localhost:5000"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    assert find_store(start=project).folder == project / ".nbtrack"


@pytest.mark.parametrize(
    ("given", "database"),
    [
        ("runs", "runs/.nbtrack/nbtrack.db"),
        ("runs/.nbtrack", "runs/.nbtrack/nbtrack.db"),
        ("runs.db", "runs.db"),
        ("sqlite:///runs.db", "runs.db"),
        ("sqlite:///sub/../runs.db", "runs.db"),
        ("file:runs", "runs/.nbtrack/nbtrack.db"),
    ],
)
def test_paths_and_addresses_of_files_become_absolute(given, database):
    assert sqlite_file(find_store(given).uri) == Path.cwd() / database


def test_a_database_has_artifacts_and_journal_beside_it(tmp_path):
    found = find_store(f"sqlite:///{tmp_path}/a/runs.db")
    assert found.artifact_root == str(tmp_path / "a" / "artifacts")
    assert found.journal_dir == tmp_path / "a" / "journal"
    assert found.folder is None


@pytest.mark.parametrize("uri", ["postgresql://me@db/runs", "https://track.example.org/x"])
def test_other_stores_have_their_journals_in_the_users_folder(uri, tmp_path):
    found = find_store(uri)
    assert (found.uri, found.artifact_root) == (uri, None)
    assert found.journal_dir.is_relative_to(tmp_path / "home")


@pytest.mark.parametrize("uri", ["sqlite://", "sqlite:///:memory:", "file://elsewhere/x"])
def test_an_address_that_cannot_be_used_is_refused_with_a_sentence(uri):
    with pytest.raises(InvalidValue, match=r"Give|give"):
        find_store(uri)


def test_a_path_that_cannot_be_made_is_refused_when_it_was_asked_for(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="cannot be made"):
        find_store(str(tmp_path / "file" / "deeper"))


def test_an_unwritable_project_uses_the_users_folder_and_says_so(tmp_path, project):
    (project / ".nbtrack").touch()
    found = find_store(start=project)
    assert found.folder.is_relative_to(tmp_path / "home")
    assert "cannot be written to" in found.notices[0]


@pytest.mark.skipif(platforms.WINDOWS or os.geteuid() != 0, reason="Only root gives files away.")
def test_another_users_folder_is_passed_over_and_said(project):
    os.chown(make_store(project), 12345, 12345)
    found = find_store(start=project)
    assert found.folder != project / ".nbtrack"
    assert "belongs to another user" in found.notices[0]


def test_a_folder_that_is_a_link_out_of_the_project_is_passed_over(tmp_path, project):
    make_store(tmp_path)
    (project / ".nbtrack").symlink_to(tmp_path / ".nbtrack")
    found = find_store(start=project)
    assert found.folder.is_relative_to(tmp_path / "home")
    assert "leads out of the project" in found.notices[0]


@pytest.mark.parametrize("uri", ["/elsewhere/x.db", "sqlite:////elsewhere/x.db", "../../x"])
def test_a_project_cannot_name_a_store_outside_itself(project, uri):
    pyproject(project, uri)
    found = find_store(start=project)
    assert found.folder == project / ".nbtrack"
    assert "outside the project" in found.notices[0]


def test_a_path_in_pyproject_counts_from_its_folder(project):
    pyproject(project / "notebooks", "runs")
    found = find_store(start=project / "notebooks" / "deep")
    assert found.folder == project / "notebooks" / "runs" / ".nbtrack"
    assert "pyproject.toml" in found.rule


def test_a_remote_address_in_pyproject_needs_trust(project):
    pyproject(project, "https://track.example.org")
    found = find_store(start=project)
    assert found.folder == project / ".nbtrack"
    assert "%track config trust" in found.notices[0]
    trust(project, "https://track.example.org")
    assert find_store(start=project).uri == "https://track.example.org"


def test_trust_in_one_address_is_not_trust_in_another(project):
    trust(project, "https://track.example.org")
    pyproject(project, "https://evil.example.org")
    assert find_store(start=project).folder == project / ".nbtrack"


@pytest.mark.parametrize(
    "text", ["[tool.nbtrack", "[tool]\nnbtrack = 3", "[tool.nbtrack]\ntracking_uri = 3"]
)
def test_a_broken_pyproject_stops_nothing(project, text):
    (project / "pyproject.toml").write_text(text)
    assert find_store(start=project).folder == project / ".nbtrack"


def test_a_store_on_a_network_file_system_is_said(project, monkeypatch):
    monkeypatch.setattr(platforms, "_mounts", lambda: [("/", "nfs4")])
    [notice] = find_store(start=project).notices
    assert "network file system (nfs4)" in notice


def test_many_may_look_for_a_new_store_at_once(project):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(find_store(start=project))) for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {location.folder for location in found} == {project / ".nbtrack"}
    assert [path.name for path in (project / ".nbtrack").iterdir()] == [".gitignore"]


@pytest.mark.parametrize("place", ["environment", "pyproject"])
def test_options_behind_a_database_are_refused_with_a_sentence(project, monkeypatch, place):
    uri = "sqlite:///runs.db?mode=ro"
    if place == "environment":
        monkeypatch.setenv("NBTRACK_TRACKING_URI", uri)
        with pytest.raises(InvalidValue, match=r"\?mode=ro"):
            find_store(start=project)
    else:
        pyproject(project, uri)
        assert "?mode=ro" in find_store(start=project).notices[0]


def test_a_question_mark_does_not_lead_out_of_the_project(project):
    pyproject(project, "sqlite:///a?/../../../stolen.db")
    found = find_store(start=project)
    assert found.folder == project / ".nbtrack"
    assert "outside the project" in found.notices[0]


def test_a_folder_may_have_a_question_mark(tmp_path):
    folder = tmp_path / "which?"
    folder.mkdir()
    found = find_store(str(folder))
    assert find_store(found.uri) == found
    assert sqlite_file(found.uri) == folder / ".nbtrack" / "nbtrack.db"


@pytest.mark.parametrize("inside", ["nbtrack.db", "artifacts", "journal"])
def test_a_store_that_holds_a_link_out_of_the_project_is_passed_over(tmp_path, project, inside):
    (tmp_path / "elsewhere").mkdir()
    (make_store(project) / inside).symlink_to(tmp_path / "elsewhere")
    found = find_store(start=project)
    assert not found.folder.is_relative_to(project)
    assert f"holds a link out of the project, {inside}" in found.notices[0]


def test_a_named_database_beside_a_link_out_of_the_project_is_passed_over(tmp_path, project):
    (tmp_path / "elsewhere").mkdir()
    (project / "artifacts").symlink_to(tmp_path / "elsewhere")
    pyproject(project, "sqlite:///runs.db")
    found = find_store(start=project)
    assert found.folder == project / ".nbtrack"
    assert "artifacts" in found.notices[0]


def test_a_store_that_came_with_the_repository_is_passed_over(project):
    # Its database could send files anywhere.
    make_store(project).joinpath("nbtrack.db").touch()
    entry = b"DIRC\0\0\0\2\0\0\0\1" + b"\0" * 62 + b".nbtrack/nbtrack.db\0"
    (project / ".git" / "index").write_bytes(entry)
    found = find_store(start=project)
    assert not found.folder.is_relative_to(project)
    assert "git keeps it" in found.notices[0]


@pytest.mark.parametrize("uri", ["a\0b", "sqlite:///a\0b.db", "sqlite:///\ud800.db"])
def test_what_can_be_no_path_is_refused_with_a_sentence(uri):
    with pytest.raises(InvalidValue, match="cannot be the name of a store"):
        find_store(uri)


@pytest.mark.skipif(platforms.WINDOWS or os.geteuid() != 0, reason="Only root gives files away.")
def test_another_users_pyproject_is_passed_over_and_said(project):
    pyproject(project, "runs.db")
    os.chown(project / "pyproject.toml", 12345, 12345)
    found = find_store(start=project)
    assert found.folder == project / ".nbtrack"
    assert "pyproject.toml belongs to another user" in found.notices[0]


def test_a_deleted_working_directory_gets_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(Refused, match="The working directory was deleted"):
        find_store()


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("postgresql://ada:s3cret@host/runs", "postgresql://ada@host/runs"),
        ("mysql+pymysql://ada:s3:cr@t@host:3306/x", "mysql+pymysql://ada@host:3306/x"),
        ("postgresql://host/x?user=a&password=b", "postgresql://host/x?user=a&password=***"),
        ("https://:token@host/x", "https://@host/x"),
        ("sqlite:////home/a:b@c/runs.db", "sqlite:////home/a:b@c/runs.db"),
    ],
)
def test_an_address_is_shown_without_its_password(uri, shown):
    found = find_store(uri)
    assert found.shown == shown
    assert found.uri == uri
