"""Which locations a server opens: those that its operator named, and no other."""

import pytest

from nbtrack.artifacts import Places
from nbtrack.errors import InvalidValue, NotFound, Refused

RUN = "a" * 32


@pytest.fixture
def places(tmp_path):
    return Places(str(tmp_path / "served"), [str(tmp_path / "allowed"), "s3://bucket/below"])


def test_the_servers_own_scheme_is_below_its_destination(places, tmp_path):
    places.of(f"mlflow-artifacts:/1/{RUN}/artifacts").write("a.txt", b"1")
    assert (tmp_path / "served" / "1" / RUN / "artifacts" / "a.txt").read_bytes() == b"1"
    assert places.served().read(f"1/{RUN}/artifacts/a.txt") == b"1"
    assert places.of(f"mlflow-artifacts:///1/{RUN}/artifacts/").read("a.txt") == b"1"


def test_a_path_and_a_file_url_below_an_allowed_root_are_opened(places, tmp_path):
    location = tmp_path / "allowed" / "mine" / RUN
    places.of(str(location)).write("a b.txt", b"1")
    assert places.of(location.as_uri()).read("a b.txt") == b"1"
    assert places.of(str(tmp_path / "served")).list() == []


def test_a_url_below_an_allowed_root_is_opened_through_that_root(places):
    folder = places.of(f"s3://bucket/below/1/{RUN}/artifacts")
    assert (folder.root, folder.parts) == ("s3://bucket/below", ("1", RUN, "artifacts"))


def test_a_root_may_be_reached_through_a_link_and_named_either_way(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    places = Places(str(tmp_path / "link"))
    places.of(str(tmp_path / "link" / "x")).write("a", b"1")
    assert places.of(str(tmp_path / "real" / "x")).read("a") == b"1"


def test_a_link_below_a_root_is_not_followed(places, tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "file").write_text("secret")
    (tmp_path / "allowed").mkdir()
    (tmp_path / "allowed" / "link").symlink_to(tmp_path / "secret")
    with pytest.raises(Refused, match="link"):
        places.of(str(tmp_path / "allowed" / "link")).read("file")


def test_a_refusal_names_the_flag_and_no_password(places):
    with pytest.raises(Refused, match="--allow-artifact-root") as caught:
        places.of("ftp://me:hunter2@host/data?token=abcdef")
    assert "hunter2" not in caught.value.message
    assert "abcdef" not in caught.value.message


@pytest.mark.parametrize("place", ["mlflow-artifacts:/x", "zip://a::memory://x", "file://other/x"])
def test_an_operator_who_names_no_place_of_files_is_told_so(place):
    with pytest.raises(InvalidValue):
        Places(place)


def test_a_relative_destination_stays_where_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    places = Places("here")
    monkeypatch.chdir("/")
    places.served().write("a", b"1")
    assert (tmp_path / "here" / "a").read_bytes() == b"1"


def test_stat_tells_size_time_and_an_etag_of_the_content(places):
    folder = places.served()
    folder.write("a", b"12345")
    before = folder.stat("a")
    folder.write("a", b"67890")
    after = folder.stat("a")
    assert (before.size, after.size) == (5, 5)
    assert before.modified <= after.modified
    assert before.etag != after.etag
    with pytest.raises(NotFound, match="No such artifact: 'b'"):
        folder.stat("b")
