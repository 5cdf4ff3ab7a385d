"""What is particular to S3: MLflow's variables, long listings, prefixes that look alike."""

import pytest

from nbtrack.artifacts import FileInfo, open_artifacts, s3, s3_bucket
from nbtrack.errors import InvalidValue
from tests.unit.artifacts.conftest import RUN


@pytest.fixture
def folder(s3_root):
    return open_artifacts(RUN, s3_root)


def test_a_long_listing_comes_in_pages(folder):
    for number in range(5):
        folder.write(f"{number}", b"1")
    with folder.bucket(()) as bucket:
        pages = list(bucket.pages(Prefix=f"{folder.key(())}/", MaxKeys=2))
    assert [len(page["Contents"]) for page in pages] == [2, 2, 1]


def test_deleting_takes_only_what_is_below_the_name(folder, monkeypatch):
    monkeypatch.setattr(s3_bucket, "_DELETED_AT_ONCE", 2)
    for path in ("a/1", "a/2", "a/b/3", "ab", "a.txt", "a b/4"):
        folder.write(path, b"1")
    folder.delete("a")
    assert [file.path for file in folder.list()] == ["a b", "a.txt", "ab"]


def test_a_bucket_may_be_the_root_itself(s3_environment):
    folder = open_artifacts("mlflow-artifacts:/1", f"s3://{s3_environment.new_bucket()}")
    folder.write("a", b"1")
    assert folder.list() == [FileInfo("a", is_dir=False, file_size=1)]


def test_the_marker_of_an_empty_folder_is_not_shown_as_a_file(folder, s3_server, s3_root):
    folder.write("a/b", b"1")
    bucket = s3_root.split("/")[2]
    s3_server.client.put_object(Bucket=bucket, Key=f"{folder.key(('a',))}/")
    s3_server.client.put_object(Bucket=bucket, Key=f"{folder.key(('a',))}//odd")
    assert folder.list("a") == [FileInfo("a/b", is_dir=False, file_size=1)]


def test_mlflows_variables_are_honoured(monkeypatch):
    monkeypatch.setenv("MLFLOW_S3_ENDPOINT_URL", "https://minio.example.org:9000")
    monkeypatch.setenv("MLFLOW_S3_IGNORE_TLS", "true")
    monkeypatch.setenv("MLFLOW_S3_UPLOAD_EXTRA_ARGS", '{"ServerSideEncryption": "AES256"}')
    monkeypatch.setenv("MLFLOW_BOTO_CLIENT_ADDRESSING_STYLE", "path")
    options = s3.options_of_environment()
    assert options["endpoint_url"] == "https://minio.example.org:9000"
    assert options["client_kwargs"] == {"verify": False}
    assert options["s3_additional_kwargs"] == {"ServerSideEncryption": "AES256"}
    assert options["config_kwargs"]["s3"] == {"addressing_style": "path"}


def test_extra_arguments_reach_the_upload(s3_root, s3_server, monkeypatch):
    monkeypatch.setenv("MLFLOW_S3_UPLOAD_EXTRA_ARGS", '{"StorageClass": "STANDARD_IA"}')
    folder = open_artifacts(RUN, s3_root)
    folder.write("small", b"1")
    folder.write("large", b"1" * 17_000_000)
    for name in ("small", "large"):
        head = s3_server.client.head_object(Bucket=s3_root.split("/")[2], Key=folder.key((name,)))
        assert head["StorageClass"] == "STANDARD_IA"


@pytest.mark.parametrize("text", ["{", "[1]", '"x"', "1"])
def test_extra_arguments_that_are_none_are_said(text, monkeypatch):
    monkeypatch.setenv("MLFLOW_S3_UPLOAD_EXTRA_ARGS", text)
    with pytest.raises(InvalidValue, match="not a JSON object"):
        open_artifacts(RUN, "s3://bucket/x").list()
