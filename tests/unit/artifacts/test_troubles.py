"""Stores that are away, cut off or closed to us: one sentence each, and no secret in it."""

import pytest

from nbtrack.artifacts import open_artifacts, s3
from nbtrack.errors import NotFound, Refused, Unavailable
from tests import artifact_servers
from tests.servers import free_port
from tests.unit.artifacts.conftest import RUN

BIG = b"x" * 10_000_000


def uses(folder):
    return (
        lambda: folder.read("a"),
        lambda: folder.write("a", b"1"),
        folder.list,
        lambda: folder.stat("a"),
        lambda: folder.delete("a"),
    )


@pytest.fixture
def proxied_s3(s3_environment, monkeypatch):
    proxy = artifact_servers.Proxy(s3_environment.port)
    monkeypatch.setenv("MLFLOW_S3_ENDPOINT_URL", f"http://127.0.0.1:{proxy.port}")
    yield proxy, open_artifacts(RUN, f"s3://{s3_environment.new_bucket()}")
    proxy.close()


@pytest.fixture
def own_ftp():
    server = artifact_servers.FtpServer()
    yield server
    server.close()


def test_an_ftp_server_that_is_away_is_a_sentence():
    folder = open_artifacts(RUN, f"ftp://me:hunter2@127.0.0.1:{free_port()}/x")
    for use in uses(folder):
        with pytest.raises(Unavailable, match=r"does not answer.*Try again later") as caught:
            use()
        assert "hunter2" not in caught.value.message


def test_an_s3_server_that_is_away_is_a_sentence(s3_environment, monkeypatch):
    monkeypatch.setenv("MLFLOW_S3_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    once = {"mode": "standard", "total_max_attempts": 1}  # the pauses between are botocore's
    monkeypatch.setitem(s3._CONFIG, "retries", once)
    folder = open_artifacts(RUN, "s3://bucket/x")
    for use in uses(folder)[:3]:
        with pytest.raises(Unavailable, match=r"s3://bucket does not answer.*Try again later"):
            use()


def test_a_wrong_ftp_password_is_refused_without_showing_it(ftp_server):
    folder = open_artifacts(RUN, ftp_server.url(password="hunter2%2F3") + "/x")
    for use in uses(folder):
        with pytest.raises(Refused, match="Check its credentials") as caught:
            use()
        assert "hunter2" not in caught.value.message


def test_s3_without_credentials_says_what_to_check(s3_environment, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    folder = open_artifacts(RUN, f"s3://{s3_environment.new_bucket()}")
    for use in uses(folder):
        with pytest.raises(Refused, match="Check its credentials"):
            use()


def test_credentials_that_s3_does_not_know_are_refused(monkeypatch):
    # moto asks for credentials only when told so, and for all its clients.
    monkeypatch.setenv("INITIAL_NO_AUTH_ACTION_COUNT", "1")
    for name, value in (("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "hunter2")):
        monkeypatch.setenv(f"AWS_{name}", value)
    server = artifact_servers.S3Server()
    try:
        bucket = server.new_bucket()
        monkeypatch.setenv("MLFLOW_S3_ENDPOINT_URL", server.url)
        folder = open_artifacts(RUN, f"s3://{bucket}/x")
        for use in uses(folder):
            with pytest.raises(Refused, match="Check its credentials") as caught:
                use()
            assert "hunter2" not in caught.value.message
    finally:
        server.close()


def test_a_corrected_key_is_used_without_a_restart(s3_environment, monkeypatch):
    folder = f"s3://{s3_environment.new_bucket()}"
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(Refused):
        open_artifacts(RUN, folder).write("a", b"1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    open_artifacts(RUN, folder).write("a", b"1")


def test_a_missing_bucket_is_said(s3_environment):
    folder = open_artifacts(RUN, "s3://no-such-bucket-here/x")
    with pytest.raises(Unavailable, match="There is no bucket for s3://no-such-bucket-here"):
        folder.write("a", b"1")
    with pytest.raises(Unavailable, match="There is no bucket"):
        folder.list()


def test_a_part_whose_answer_was_lost_is_sent_again_whole(proxied_s3):
    proxy, folder = proxied_s3
    folder.list()
    with folder.replacing("a") as file:
        proxy.cut_after(0, times=2)
        file.write(BIG)
    assert proxy.cuts == 2
    assert folder.read("a") == BIG


def test_a_reading_goes_on_after_s3_cut_the_connection(proxied_s3):
    proxy, folder = proxied_s3
    folder.write("a", BIG)
    proxy.cut_after(2_000_000, times=2)
    assert folder.read("a") == BIG
    assert proxy.cuts == 2


def test_a_reading_that_s3_cuts_again_and_again_is_a_sentence(proxied_s3):
    proxy, folder = proxied_s3
    folder.write("a", BIG)
    proxy.cut_after(100_000)
    with pytest.raises(Unavailable, match="broke off"):
        folder.read("a")


def test_a_file_replaced_while_it_is_read_is_never_mixed(s3_root):
    folder = open_artifacts(RUN, s3_root)
    folder.write("a", BIG)
    with folder.open("a") as file:
        file.read(10)
        folder.write("a", b"y" * len(BIG))
        file.seek(9_000_000)
        with pytest.raises(Unavailable, match="replaced while it was read"):
            file.read(10)


def test_an_ftp_server_that_dies_in_the_middle_is_a_sentence(own_ftp):
    folder = open_artifacts(RUN, own_ftp.url())
    folder.write("a", BIG)
    with folder.open("a") as file:
        file.read(100)
        own_ftp.stop(artifact_servers.signal.SIGKILL)
        with pytest.raises(Unavailable, match="does not answer, or broke off"):
            file.read()

    def upload():
        with folder.replacing("a") as file:
            own_ftp.stop(artifact_servers.signal.SIGKILL)
            for _ in range(40):
                file.write(BIG)

    own_ftp.start()
    with pytest.raises(Unavailable, match="does not answer, or broke off"):
        upload()
    own_ftp.start()
    assert folder.read("a") == BIG
    assert [file.path for file in folder.list()] == ["a"]


def test_a_connection_that_the_ftp_server_dropped_is_not_used_again(own_ftp):
    folder = open_artifacts(RUN, own_ftp.url())
    folder.write("a", b"1")
    own_ftp.stop()
    own_ftp.start()
    assert folder.read("a") == b"1"


@pytest.mark.parametrize("switch", ["no-overwrite", "no-mlsd"])
def test_a_less_able_ftp_server_does_the_same(switch):
    server = artifact_servers.FtpServer(switch)
    try:
        folder = open_artifacts(RUN, server.url() + "/x")
        for content in (b"1", b"22", b"333"):
            folder.write("d/a b.txt", content)
            assert folder.read("d/a b.txt") == content
        assert [(file.path, file.file_size) for file in folder.list("d")] == [("d/a b.txt", 3)]
        assert len(list(server.files.rglob("*.*"))) == 1
        folder.delete("d")
        with pytest.raises(NotFound):
            folder.read("d/a b.txt")
    finally:
        server.close()


def test_an_old_file_comes_back_when_the_new_one_cannot_take_its_place():
    server = artifact_servers.FtpServer("no-overwrite")
    try:
        folder = open_artifacts(RUN, server.url() + "/x")
        folder.write("a", b"old")
        with pytest.raises(Refused, match="Permission denied"):
            folder.write("a", b"infected")
        assert folder.read("a") == b"old"
        assert [path.name for path in server.files.rglob("*") if path.is_file()] == ["a"]
    finally:
        server.close()
