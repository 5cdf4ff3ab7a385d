"""The part of the script about files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.wire.plain_request import AJAX, API, FILES

if TYPE_CHECKING:
    from tests.wire.compare import Player

WRONG = "Invalid"
HEADERS = ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Length")


def files(player: Player, run_id: str, experiment_id: str, folder: Path) -> None:
    """Log, list, read and delete files."""
    client = player.client
    (folder / "a file.txt").write_text("text")
    (folder / "sub").mkdir()
    (folder / "sub" / "ünï.json").write_text("{}")
    (folder / "sub" / "empty").write_text("")
    player.call("log a file", client.log_artifact, run_id, str(folder / "a file.txt"))
    player.call("log a folder", client.log_artifacts, run_id, str(folder), "dir")
    player.call("log a text", client.log_text, run_id, "<b>", "page.html")
    player.call("log a dict", client.log_dict, run_id, {"a": 1}, "dict.json")
    player.call("list files", client.list_artifacts, run_id)
    player.call("list a folder", client.list_artifacts, run_id, "dir/sub")
    player.call("list a file", client.list_artifacts, run_id, "dict.json")
    player.call("list what is not there", client.list_artifacts, run_id, "nobody")
    target = folder.parent / "downloaded"
    target.mkdir()
    found = client.download_artifacts(run_id, "dir", str(target))
    player.call(
        "download a folder",
        lambda: {
            str(one.relative_to(found)): one.read_text()
            for one in sorted(Path(found).rglob("*"))
            if one.is_file()
        },
    )
    player.ask("files as JSON", "GET", API + "artifacts/list", query={"run_id": run_id})
    player.ask(
        "files of a folder as JSON",
        "GET",
        API + "artifacts/list",
        query={"run_id": run_id, "path": "dir/sub"},
    )
    player.ask(
        "files outside as JSON",
        "GET",
        API + "artifacts/list",
        query={"run_id": run_id, "path": "../x"},
        says=WRONG,
    )
    root = f"{FILES}{experiment_id}/{run_id}/artifacts/"
    for name in ("a file.txt", "page.html", "dict.json", "dir/sub/ünï.json"):
        player.ask(f"the file {name}", "GET", root + name, shows=HEADERS)
    player.ask(
        "a part of a file",
        "GET",
        root + "a file.txt",
        headers={"Range": "bytes=1-2"},
        shows=("Content-Range", "Content-Length"),
    )
    player.ask("the head of a file", "HEAD", root + "a file.txt", shows=HEADERS)
    player.ask("a file that is not there", "GET", root + "nobody", says="No such artifact")
    player.ask("a folder as a file", "GET", root + "dir")
    player.ask("a file outside", "GET", root + "%2e%2e/x", says=WRONG)
    player.ask("an absolute file", "GET", FILES + "/etc/passwd")


def other_files(player: Player, run_id: str, experiment_id: str) -> None:
    """Write and delete files by their path, and by other ways."""
    root = f"{FILES}{experiment_id}/{run_id}/artifacts/"
    player.ask("put a file", "PUT", root + "put/new.bin", b"\x00\x01")
    player.ask("put onto a folder", "PUT", root + "dir", b"x")
    player.ask("put below a file", "PUT", root + "dict.json/x", b"x")
    player.ask("delete a file", "DELETE", root + "put/new.bin")
    player.ask("delete what is not there", "DELETE", root + "put/new.bin")
    player.ask("delete a folder", "DELETE", root + "dir")
    player.ask("delete everything", "DELETE", FILES.removesuffix("/"))
    player.ask(
        "the file of a run",
        "GET",
        "/get-artifact",
        query={"run_id": run_id, "path": "page.html"},
        shows=HEADERS,
    )
    player.ask(
        "the file of a run, without a path", "GET", "/get-artifact", query={"run_id": run_id}
    )
    player.ask(
        "upload a file",
        "POST",
        AJAX + "upload-artifact",
        b"new",
        query={"run_uuid": run_id, "path": "up.txt"},
    )
    player.ask(
        "upload nothing",
        "POST",
        AJAX + "upload-artifact",
        query={"run_uuid": run_id, "path": "up.txt"},
    )
    mpu = "/api/2.0/mlflow-artifacts/mpu/create/" + experiment_id
    player.ask(
        "an upload in parts",
        "POST",
        mpu,
        {"path": "x", "num_parts": 2},
        says="Multipart upload is not supported for the current artifact repository",
    )
    player.ask("a presigned download", "GET", "/api/2.0/mlflow-artifacts/presigned/1/x")
    player.ask(
        "a presigned upload of a run",
        "POST",
        API + "artifacts/presigned-upload-url",
        {"run_id": run_id, "path": "x"},
    )
    player.ask(
        "a presigned download of a run",
        "POST",
        API + "artifacts/presigned-download-url",
        {"run_id": run_id, "path": "page.html"},
    )
