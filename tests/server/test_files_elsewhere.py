"""Files through the server to S3 and FTP, and past it where S3 allows that."""

import http.client
import os
from urllib.parse import quote, urlsplit

import psutil
import pytest

from tests.servers import running_server

PROXY = "/api/2.0/mlflow-artifacts/"
NAMES = ["a.txt", "plots/learning curve é.png", "plots/100%+1.bin"]
MEGABYTE = 2**20


@pytest.fixture(params=["s3_root", "ftp_root"])
def server(request, tmp_path):
    root = request.getfixturevalue(request.param)
    given = {k: v for k, v in os.environ.items() if k.startswith(("AWS_", "MLFLOW_S3_"))}
    flags = ("--default-artifact-root", root)
    with running_server(tmp_path, *flags, environment=given) as running:
        yield running


@pytest.fixture
def s3_backed(s3_root, tmp_path):
    given = {k: v for k, v in os.environ.items() if k.startswith(("AWS_", "MLFLOW_S3_"))}
    flags = ("--default-artifact-root", s3_root)
    with running_server(tmp_path, *flags, environment=given) as running:
        yield running


def test_files_of_any_name_come_back_as_they_were_sent(server):
    for name in NAMES:
        path = f"{PROXY}artifacts/0/r/{quote(name)}"
        assert server.ask("PUT", path, name.encode()).status == 200
        assert server.ask("GET", path).body == name.encode()
        assert server.ask("GET", path, headers={"Range": "bytes=1-2"}).body == name.encode()[1:3]
    listed = server.ask("GET", f"{PROXY}artifacts?path=0/r").json["files"]
    assert [file["path"] for file in listed] == ["a.txt", "plots"]
    assert server.ask("DELETE", f"{PROXY}artifacts/0/r/plots").status == 200
    assert server.ask("GET", f"{PROXY}artifacts/0/r/{quote(NAMES[1])}").status == 404


def test_a_large_file_takes_no_memory_of_the_server(server):
    warm = f"{PROXY}artifacts/0/r/warm.bin"
    server.ask("PUT", warm, bytes(9 * MEGABYTE))
    server.ask("GET", warm)
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    path = f"{PROXY}artifacts/0/r/large.bin"
    assert server.ask("PUT", path, bytes(96 * MEGABYTE)).status == 200
    assert len(server.ask("GET", path).body) == 96 * MEGABYTE
    assert process.memory_info().rss - before < 48 * MEGABYTE


def test_parts_go_straight_to_s3_and_make_one_file(s3_backed):
    parts = [bytes(5 * MEGABYTE), b"the end"]
    begun = s3_backed.ask("POST", f"{PROXY}mpu/create/0/r", {"path": "big.bin", "num_parts": 2})
    upload = begun.json
    done = [
        {**put(credential["url"], part), "part_number": credential["part_number"]}
        for credential, part in zip(upload["credentials"], parts, strict=True)
    ]
    end = {"path": "big.bin", "upload_id": upload["upload_id"], "parts": done}
    assert s3_backed.ask("POST", f"{PROXY}mpu/complete/0/r", end).status == 200
    assert s3_backed.ask("GET", f"{PROXY}artifacts/0/r/big.bin").body == b"".join(parts)


def test_an_aborted_upload_leaves_no_file(s3_backed):
    create = {"path": "big.bin", "num_parts": 1}
    upload = s3_backed.ask("POST", f"{PROXY}mpu/create/0/r", create).json
    put(upload["credentials"][0]["url"], b"part")
    abort = {"path": "big.bin", "upload_id": upload["upload_id"]}
    assert s3_backed.ask("POST", f"{PROXY}mpu/abort/0/r", abort).status == 200
    assert s3_backed.ask("GET", f"{PROXY}artifacts/0/r/big.bin").status == 404


def put(url, part):
    """PUT a part to the URL that the server gave, and return what is sent back about it."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.netloc, timeout=30)
    connection.request("PUT", f"{place.path}?{place.query}", part)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200
    return {"etag": answer.headers["ETag"], "url": url}
