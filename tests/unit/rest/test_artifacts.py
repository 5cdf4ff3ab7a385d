"""Files over REST, row by row of what MLflow's server was seen to answer."""

import uuid

import pytest

from nbtrack.errors import InvalidValue, NbtrackError, Unavailable
from nbtrack.rest.artifacts import MOST_OF_AN_UPLOAD
from nbtrack.rest.backend import Backend
from tests.unit.rest.asking import ROWS, Rest

TEXT, PROXIED = "artifacts/list", "artifacts/{path}"
FORBIDDEN = [
    "..", "../x", "a/../../x", "/etc/passwd", "//etc", "a//b", "./a", "a\\b", "C:/x", "a\x00b",
    "%2e%2e/x", "..%2fx", "%252e%252e/x", "a\nb",
]  # fmt: skip


@pytest.fixture
def root(experiment, run):
    """Where the files of the run are, as MLflow's client names it to the proxy."""
    return f"{experiment}/{run}/artifacts"


@pytest.fixture
def files(rest, root):
    """The run with some files."""
    for path, content in (("b.txt", b"12345"), ("a dir/größe+%.txt", b"1"), ("empty", b"")):
        rest.upload("PUT", PROXIED, content, path=f"{root}/{path}")


def content(rest, path, /, **query):
    download = rest.download(path, **query)
    with download.file as file:
        return file.read()


def kept(rest, run):
    """Return the files of a run."""
    return rest.get(TEXT, run_id=run).get("files", [])


# By run


def test_the_files_of_a_run_are_listed_relative_to_the_run(rest, run, root, files):
    assert rest.get(TEXT, run_uuid=run) == {
        "root_uri": f"mlflow-artifacts:/{root}",
        "files": [
            {"path": "a dir", "is_dir": True},
            {"path": "b.txt", "is_dir": False, "file_size": 5},
            {"path": "empty", "is_dir": False},
        ],
    }
    inner = [{"path": "a dir/größe+%.txt", "is_dir": False, "file_size": 1}]
    for path in ("a dir", "a dir/"):
        assert rest.get(TEXT, run_id=run, path=path)["files"] == inner


@pytest.mark.parametrize("path", ["b.txt", "never"])
def test_a_file_and_what_is_not_there_have_nothing_in_them(rest, run, root, files, path):
    assert rest.get(TEXT, run_id=run, path=path) == {"root_uri": f"mlflow-artifacts:/{root}"}


def test_a_file_of_a_run_is_sent_with_its_name_and_size(rest, run, files):
    download = rest.download("get-artifact", run_uuid=run, path="a dir/größe+%.txt")
    with download.file as file:
        assert (file.read(), download.name, download.stat.size) == (b"1", "größe+%.txt", 1)
        assert download.stat.etag


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"path": "never"}, 404),
        ({"path": "a dir"}, 400),
        ({"path": ""}, 400),
        ({}, 400),
        ({"run_id": "nope", "path": "b.txt"}, 404),
        ({"run_id": "../x", "path": "b.txt"}, 400),
    ],
)
def test_what_is_no_file_of_a_run_is_not_sent(rest, run, files, query, status):
    error = rest.refused_get("get-artifact", **({"run_id": run} | query))
    assert error.http_status == status


@pytest.mark.parametrize("path", FORBIDDEN)
def test_a_path_that_leads_elsewhere_is_refused_in_mlflows_very_words(rest, run, path):
    for endpoint in (TEXT, "get-artifact"):
        error = rest.refused_get(endpoint, run_id=run, path=path)
        assert (error.error_code, error.message) == ("INVALID_PARAMETER_VALUE", "Invalid path")
    with pytest.raises(NbtrackError):
        rest.upload("POST", "upload-artifact", b"x", run_id=run, path=path)


def test_a_file_of_a_run_is_uploaded_in_pieces(rest, run):
    rest.upload("POST", "upload-artifact", b"ab", b"c", run_uuid=run, path="new/c.bin")
    assert content(rest, "get-artifact", run_id=run, path="new/c.bin") == b"abc"


@pytest.mark.parametrize(
    ("pieces", "says"),
    [
        ((), "has no data"),
        ((b"",), "has no data"),
        ((b"x" * MOST_OF_AN_UPLOAD, b"x"), "too large"),
    ],
)
def test_an_upload_of_no_or_too_many_bytes_leaves_nothing(rest, run, pieces, says):
    with pytest.raises(NbtrackError, match=says) as caught:
        rest.upload("POST", "upload-artifact", *pieces, run_uuid=run, path="c.bin")
    assert caught.value.http_status == 400
    assert kept(rest, run) == []


@pytest.mark.parametrize("query", [{"path": "a"}, {"run_uuid": "r"}, {"run_uuid": "", "path": "a"}])
def test_an_upload_names_a_run_and_a_path(rest, query):
    with pytest.raises(NbtrackError, match="Missing value for required parameter"):
        rest.upload("POST", "upload-artifact", b"x", **query)


@pytest.mark.parametrize("location", ["http://host/a", "file:///etc", "mlflow-artifacts://host/a"])
def test_a_place_that_only_a_client_named_is_not_opened(rest, location):
    body = {"name": uuid.uuid4().hex, "artifact_location": location}
    run = rest.new_run(rest.post("experiments/create", body)["experiment_id"])
    error = rest.refused_get(TEXT, run_id=run)
    assert error.error_code == "PERMISSION_DENIED"
    assert "--allow-artifact-root" in error.message


# By path


def test_files_by_path_are_listed_with_their_base_names(rest, root, files):
    assert rest.get("artifacts", path=root) == {
        "files": [
            {"path": "a dir", "is_dir": True},
            {"path": "b.txt", "is_dir": False, "file_size": 5},
            {"path": "empty", "is_dir": False},
        ]
    }
    inner = [{"path": "größe+%.txt", "is_dir": False, "file_size": 1}]
    assert rest.get("artifacts", path=f"{root}/a dir/")["files"] == inner


def test_all_of_the_servers_files_are_listed_without_a_path(rest, root, files):
    experiment = root.partition("/")[0]
    assert {"path": experiment, "is_dir": True} in rest.get("artifacts")["files"]


@pytest.mark.parametrize("path", ["b.txt", "never"])
def test_nothing_is_listed_in_a_file_or_in_what_is_not_there(rest, root, files, path):
    assert rest.get("artifacts", path=f"{root}/{path}") == {}


def test_a_file_by_path_is_sent_and_replaced(rest, root, files):
    path = f"{root}/b.txt"
    assert content(rest, PROXIED, path=path) == b"12345"
    rest.upload("PUT", PROXIED, b"6", b"7", path=path)
    assert content(rest, PROXIED, path=path) == b"67"


def test_a_file_of_a_deleted_run_can_be_written(rest, run, root):
    rest.post("runs/delete", {"run_id": run})
    rest.upload("PUT", PROXIED, b"x", path=f"{root}/x")


def test_an_upload_that_breaks_off_leaves_what_was_there(rest, root, files):
    def pieces():
        yield b"half"
        raise KeyError

    row = ROWS["PUT", PROXIED]
    path = f"{root}/b.txt"
    with pytest.raises(KeyError), row.serve(rest.backend, row.request(path)) as file:
        file.writelines(pieces())
    assert content(rest, PROXIED, path=path) == b"12345"


def test_what_is_missing_is_named_by_its_whole_path(rest, root):
    error = rest.refused_get(PROXIED, path=f"{root}/never")
    assert (error.http_status, error.error_code) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert error.message.startswith(f"No such artifact: '{root}/never'")


def test_a_folder_is_not_sent(rest, root, files):
    assert rest.refused_get(PROXIED, path=f"{root}/a dir").http_status == 400


@pytest.mark.parametrize("path", ["a dir", "b.txt/c", "new/"])
def test_what_cannot_be_a_file_is_not_written(rest, root, files, path):
    with pytest.raises(NbtrackError) as caught:
        rest.upload("PUT", PROXIED, b"x", path=f"{root}/{path}")
    assert caught.value.http_status == 400


@pytest.mark.parametrize("path", FORBIDDEN)
def test_a_path_by_path_that_leads_elsewhere_is_refused(rest, path):
    calls = [
        lambda: rest.get("artifacts", path=path),
        lambda: rest.get(PROXIED, path=path),
        lambda: rest.upload("PUT", PROXIED, b"x", path=path),
        lambda: rest.delete(PROXIED, path=path),
        lambda: rest.post("mpu/create/{folder}", {"path": "x"}, folder=path),
        lambda: rest.get("presigned/{path}", path=path),
    ]
    for call in calls:
        with pytest.raises(NbtrackError, match="Invalid path") as caught:
            call()
        assert caught.value.http_status == 400


@pytest.mark.parametrize("path", ["b.txt", "a dir", "a dir/", ""])
def test_a_file_or_folder_is_deleted_and_deleting_it_again_is_no_mistake(rest, root, files, path):
    for _ in range(2):
        assert rest.delete(PROXIED, path=f"{root}/{path}") is None
    left = rest.get("artifacts", path=root).get("files", [])
    assert path.strip("/") not in [one["path"] for one in left]
    assert len(left) == (2 if path else 0)


@pytest.mark.parametrize("path", ["/", "", "//", "."])
def test_the_root_is_never_deleted(rest, files, path):
    with pytest.raises(NbtrackError) as caught:
        rest.delete(PROXIED, path=path)
    assert caught.value.http_status == 400
    assert rest.get("artifacts")["files"]


def test_a_server_that_passes_no_files_on_says_so(rest, run, files, tmp_path):
    backend = Backend(rest.backend.store, rest.backend.places, serves_files=False)
    there = Rest(backend)
    for call in (
        lambda: there.get("artifacts"),
        lambda: there.get(PROXIED, path="x"),
        lambda: there.upload("PUT", PROXIED, b"x", path="x"),
        lambda: there.delete(PROXIED, path="x"),
        lambda: there.post("mpu/create/{folder}", {"path": "x"}, folder="a"),
        lambda: there.get("presigned/{path}", path="x"),
    ):
        with pytest.raises(Unavailable, match="--no-serve-artifacts"):
            call()
    assert len(kept(there, run)) == 3  # by run its own files are still read


@pytest.mark.parametrize("name", ["a#b", "a%23b", "a%2523b"])
def test_no_file_is_stored_under_a_name_that_ends_a_url(rest, run, root, name):
    with pytest.raises(InvalidValue, match="Invalid path"):
        rest.upload("PUT", PROXIED, b"x", path=f"{root}/{name}")
    with pytest.raises(InvalidValue, match="Invalid path"):
        rest.upload("POST", "upload-artifact", b"x", run_id=run, path=name)
