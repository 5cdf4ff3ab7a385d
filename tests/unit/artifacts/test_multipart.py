"""Uploads in parts straight to S3, and downloads straight from it."""

import urllib.parse
import urllib.request
import uuid

import pytest

from nbtrack.artifacts import multipart, open_artifacts
from nbtrack.errors import InvalidValue, NotFound, Unsupported
from tests.unit.artifacts.conftest import RUN, STORES

MIB = 1 << 20
PARTS = [b"a" * 5 * MIB, b"the end"]


@pytest.fixture
def folder(s3_root):
    return open_artifacts(RUN, s3_root)


def uploads_of(server, root):
    bucket = root.partition("://")[2].partition("/")[0]
    return server.client.list_multipart_uploads(Bucket=bucket).get("Uploads", [])


def send(upload, parts):
    """PUT the parts as MLflow's client does: no header but those that came with the URL."""
    sent = []
    for part, data in zip(upload.credentials, parts, strict=True):
        request = urllib.request.Request(part.url, data, {**part.headers}, method="PUT")
        request.add_header("Content-Type", "")
        with urllib.request.urlopen(request) as answer:
            etag = answer.headers["ETag"]
        sent.append(multipart.UploadedPart(part.part_number, etag, part.url))
    return sent


def test_a_file_of_two_parts_appears_when_it_is_completed(folder):
    upload = multipart.create(folder, "models/big ü.bin", 2)
    assert [part.part_number for part in upload.credentials] == [1, 2]
    sent = send(upload, PARTS)
    assert folder.list() == []
    multipart.complete(folder, "models/big ü.bin", upload.upload_id, sent[::-1])
    assert folder.read("models/big ü.bin") == b"".join(PARTS)


def test_an_aborted_upload_leaves_nothing(folder, s3_root, s3_server):
    upload = multipart.create(folder, "a.bin", 2)
    send(upload, PARTS)
    assert len(uploads_of(s3_server, s3_root)) == 1
    multipart.abort(folder, "a.bin", upload.upload_id)
    assert uploads_of(s3_server, s3_root) == []
    assert folder.list() == []
    with pytest.raises(NotFound, match="begin a new one"):
        multipart.abort(folder, "a.bin", upload.upload_id)


def test_an_upload_that_breaks_leaves_no_parts(folder, s3_root, s3_server):
    def send_some():
        with folder.replacing("a.bin") as file:
            file.write(b"x" * 20 * MIB)
            assert len(uploads_of(s3_server, s3_root)) == 1
            raise RuntimeError("the cable is out")

    with pytest.raises(RuntimeError, match="cable"):
        send_some()
    assert uploads_of(s3_server, s3_root) == []


def test_parts_that_are_not_those_uploaded_are_refused(folder):
    upload = multipart.create(folder, "a.bin", 2)
    sent = send(upload, PARTS)
    wrong = [sent[0], multipart.UploadedPart(2, '"' + "0" * 32 + '"')]
    with pytest.raises(InvalidValue, match="another etag"):
        multipart.complete(folder, "a.bin", upload.upload_id, wrong)
    with pytest.raises(InvalidValue, match="parts is empty"):
        multipart.complete(folder, "a.bin", upload.upload_id, [])


@pytest.mark.parametrize("upload_id", ["", " ", "a\n", "\0", "ü", "a" * 1025])
def test_what_is_no_id_of_an_upload_is_not_sent_to_the_store(folder, upload_id):
    with pytest.raises(InvalidValue, match="upload_id is none that S3 gives"):
        multipart.abort(folder, "a.bin", upload_id)


def test_a_part_that_is_too_small_is_said(folder):
    upload = multipart.create(folder, "a.bin", 2)
    sent = send(upload, [b"tiny", b"end"])
    with pytest.raises(InvalidValue, match="5 MiB"):
        multipart.complete(folder, "a.bin", upload.upload_id, sent)


@pytest.mark.parametrize("count", [0, -1, 10_001])
def test_the_number_of_parts_is_bounded(folder, count):
    with pytest.raises(InvalidValue, match="1 to 10,000 parts"):
        multipart.create(folder, "a.bin", count)


def test_no_upload_begins_where_a_folder_is_or_outside(folder):
    folder.write("a/b", b"1")
    for path in ("a", "a/b/c", "../x", "%2e%2e/x"):
        with pytest.raises(InvalidValue, match="Invalid path"):
            multipart.create(folder, path, 1)


def test_a_presigned_url_reads_the_file_and_ranges_of_it(folder):
    folder.write("a b.txt", b"0123456789")
    found = multipart.presigned(folder, "a b.txt")
    assert found.file_size == 10
    request = urllib.request.Request(found.url, headers={**found.headers, "Range": "bytes=2-4"})
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == b"234"
        assert answer.headers["Content-Disposition"] == "attachment"


def test_a_presigned_url_of_nothing_is_not_found(folder):
    with pytest.raises(NotFound):
        multipart.presigned(folder, "nothing")


def test_a_url_is_good_for_an_hour_and_names_no_secret(s3_root, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    folder = open_artifacts(RUN, s3_root)
    upload = multipart.create(folder, "a.bin", 1)
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(upload.credentials[0].url).query))
    assert query["X-Amz-Expires"] == "3600"
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert "hunter2" not in upload.credentials[0].url


@pytest.mark.parametrize("store", ["disk", "memory", "ftp"])
def test_other_stores_say_the_words_that_make_clients_fall_back(store, request):
    folder = open_artifacts(RUN, STORES[store](request))
    folder.write("a", b"1")
    id_ = uuid.uuid4().hex
    for call in (
        lambda: multipart.create(folder, "b", 2),
        lambda: multipart.complete(folder, "b", id_, [multipart.UploadedPart(1, "x")]),
        lambda: multipart.abort(folder, "b", id_),
    ):
        with pytest.raises(
            Unsupported,
            match=r"^Multipart upload is not supported for the current artifact repository",
        ):
            call()
    with pytest.raises(Unsupported, match=r"^Presigned URLs are not supported"):
        multipart.presigned(folder, "a")
    assert (Unsupported.http_status, Unsupported.error_code) == (501, "NOT_IMPLEMENTED")
