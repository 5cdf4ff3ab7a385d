"""Files past the server, over REST, where the store of files is a folder on this machine."""

import pytest

from nbtrack.errors import NbtrackError

PART = {"part_number": 1, "etag": "e"}


@pytest.fixture
def root(experiment, run):
    """Where the files of the run are, as MLflow's client names it to the proxy."""
    return f"{experiment}/{run}/artifacts"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("mpu/create/{folder}", {"path": "/home/me/big.bin", "num_parts": 2}),
        ("mpu/abort/{folder}", {"path": "big.bin", "upload_id": "u"}),
        (
            "mpu/complete/{folder}",
            {
                "path": "C:\\x\\big.bin",
                "upload_id": "u",
                "parts": [{"part_number": 1, "etag": "e"}],
            },
        ),
    ],
)
def test_a_store_without_uploads_in_parts_says_so_in_the_words_that_clients_know(
    rest, root, path, body
):
    with pytest.raises(NbtrackError) as caught:
        rest.post(path, body, folder=root)
    assert (caught.value.http_status, caught.value.error_code) == (501, "NOT_IMPLEMENTED")
    known = "Multipart upload is not supported for the current artifact repository"
    assert caught.value.message.startswith(known)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("mpu/create/{folder}", {}),
        ("mpu/create/{folder}", {"path": "a", "num_parts": 0}),
        ("mpu/create/{folder}", {"path": "a/.."}),
        ("mpu/create/{folder}", {"path": "a/"}),
        ("mpu/abort/{folder}", {"path": "a"}),
        ("mpu/complete/{folder}", {"path": "a", "upload_id": "u", "parts": [{"part_number": 0}]}),
    ],
)
def test_an_upload_in_parts_without_sense_is_refused(rest, root, path, body):
    with pytest.raises(NbtrackError) as caught:
        rest.post(path, body, folder=root)
    assert caught.value.http_status == 400


def test_a_local_file_has_no_url_of_its_own(rest, root):
    assert rest.refused_get("presigned/{path}", path=f"{root}/b.txt").http_status == 501


@pytest.mark.parametrize("what", ["upload", "download"])
def test_the_files_of_a_run_have_no_urls_past_the_server(rest, run, what):
    path = f"artifacts/presigned-{what}-url"
    error = rest.refused(path, {"run_id": run, "path": "a"})
    assert error.http_status == 400
    assert "not supported for proxied artifact storage" in error.message
    assert rest.refused(path, {"run_id": "nope", "path": "a"}).http_status == 404
    assert rest.refused(path, {"run_id": run}).http_status == 400


@pytest.mark.parametrize(
    ("named", "status"),
    [({}, 400), ({"run_id": "r", "model_id": "m-1"}, 400), ({"model_id": "m-1"}, 404)],
)
def test_a_url_for_an_upload_is_for_a_run_or_for_a_model(rest, named, status):
    error = rest.refused("artifacts/presigned-upload-url", {"path": "a", **named})
    assert error.http_status == status
