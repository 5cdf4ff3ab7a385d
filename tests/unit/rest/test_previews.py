"""The beginning of a file as data: told by name and content, bounded, never interpreted."""

import json

import pytest

from nbtrack.rest import previews
from nbtrack.rest.codec import encode
from tests.unit.rest.test_artifacts import FORBIDDEN

K = 1024


def shown(name, content):
    """Return the preview of a whole file of that content."""
    return previews.preview(name, content[: previews.MOST_BYTES], len(content))


def test_the_head_of_a_file_of_a_run(rest, run):
    rest.upload("POST", "upload-artifact", b"a,b\n1,2\n", run_uuid=run, path="dir/t.csv")
    assert rest.get("artifacts/head", run_id=run, path="dir/t.csv") == {
        "kind": "csv", "size": 8, "truncated": False, "columns": ["a", "b"], "rows": [["1", "2"]],
    }  # fmt: skip


@pytest.mark.parametrize("path", FORBIDDEN)
def test_a_path_that_leads_elsewhere_is_refused(rest, run, path):
    error = rest.refused_get("artifacts/head", run_id=run, path=path)
    assert (error.error_code, error.message) == ("INVALID_PARAMETER_VALUE", "Invalid path")


@pytest.mark.parametrize(("path", "status"), [("never", 404), ("", 400), ("dir", 400)])
def test_what_is_no_file_has_no_head(rest, run, path, status):
    rest.upload("POST", "upload-artifact", b"x", run_uuid=run, path="dir/x")
    assert rest.refused_get("artifacts/head", run_id=run, path=path).http_status == status


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.txt", b"hello", "text"),
        ("empty", b"", "text"),
        ("latin.txt", "Größe: 12 und noch mehr Text".encode("latin-1"), "text"),
        ("a.py", b"print(1)", "text"),
        ("a.json", b'{"a": [1]}', "json"),
        ("MODEL.JSON", b"[]", "json"),
        ("bad.json", b'{"a": ', "text"),
        ("a.csv", b"a,b\n1,2", "csv"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n....", "image"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "image"),
        ("a.gif", b"GIF89a", "image"),
        ("a.webp", b"RIFF....WEBPVP8 ", "image"),
        ("false.png", b"<b>no image", "text"),
        ("page.html", b"<script>alert(1)</script>", "other"),
        ("page.txt", b" <!DOCTYPE html><script>", "other"),
        ("drawing.svg", b"<svg onload=alert(1)>", "other"),
        ("drawing.png", b"<svg onload=alert(1)>", "other"),
        ("a.pkl", b"\x80\x04\x95\x00\x00", "binary"),
        ("a.bin", bytes(range(128, 256)), "binary"),
        ("a.csv", b"\x00\x01", "binary"),
    ],
)
def test_the_kind_is_told_by_content_and_name(name, content, kind):
    found = shown(name, content)
    assert (found.kind, found.size, found.truncated) == (kind, len(content), False)
    assert (found.text is not None) == (kind in {"text", "json"})


def test_a_long_text_is_cut_but_no_character_is():
    found = shown("a.txt", b"x" + "ä".encode() * 64 * K)
    assert found.truncated
    assert found.text == "x" + "ä" * (32 * K - 1)


def test_wrong_bytes_in_a_text_are_marked():
    assert shown("a.txt", b"a long enough line \xff of text").text.count("�") == 1


def test_json_is_indented_only_where_it_is_whole_and_stays_small():
    assert shown("a.json", b'{"a":[1,NaN],"b":"\xc3\xa4"}').text == json.dumps(
        {"a": [1, float("nan")], "b": "ä"}, indent=2, ensure_ascii=False
    )
    long = json.dumps(list(range(40_000))).encode()
    assert (shown("a.json", long).kind, shown("a.json", long).truncated) == ("text", True)
    deep = b"[" * 30 + b"[]," * 15_000 + b"[]" + b"]" * 30
    assert shown("a.json", deep).kind == "text"


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b"9" * 5000,
        b'"\\ud800"',
        b"{" + b"}" * 100,
        b"\xef\xbb\xbf[]",
    ],
)
def test_nonsense_as_json_is_shown_all_the_same(content):
    assert encode(shown("a.json", content))


def test_a_table_is_cut_to_200_rows_of_100_columns():
    wide = ",".join(f"c{n}" for n in range(150))
    found = shown("a.csv", f"{wide}\n{wide}\n".encode())
    assert (len(found.columns), len(found.rows[0]), found.truncated) == (100, 100, True)
    found = shown("a.tsv", b"a\tb\n" + b"1\t2\n" * 250)
    assert (len(found.rows), found.truncated) == (200, True)
    assert len(shown("a.tsv", b"a\tb\n" + b"1\t2\n" * 200).rows) == 200
    assert not shown("a.tsv", b"a\tb\n" + b"1\t2\n" * 200).truncated


def test_a_row_that_may_go_on_is_left_out():
    row = b"1," + b"y" * 60_000 + b"\n"
    found = shown("a.csv", b"a,b\n" + row + row)
    assert (len(found.rows), found.truncated) == (1, True)


def test_a_table_of_one_line_keeps_it():
    assert shown("a.csv", b"x" * 100 * K).columns == ["x" * 64 * K]
    assert shown("a.csv", b"").columns == []


def test_cells_keep_what_they_hold_and_semicolons_part_them_too():
    found = shown("a.csv", b'a;b\r\n"1,5";"two\nlines"\r\n\r\n=1+1;<b>\r\n')
    assert found.columns == ["a", "b"]
    assert found.rows == [["1,5", "two\nlines"], ["=1+1", "<b>"]]


@pytest.mark.parametrize(
    "content", [b'a,b\n"never closed\n1,2', b"a\rb\r\r\n,", b",,,\n\n\n", b'"']
)
def test_nonsense_as_a_table_is_shown_all_the_same(content):
    assert encode(shown("a.csv", content))
