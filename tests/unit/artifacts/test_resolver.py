"""The one check of artifact paths."""

import pytest

from nbtrack.artifacts.resolver import joined, parts_of
from nbtrack.errors import InvalidValue


@pytest.mark.parametrize(
    "path",
    [
        "a.txt",
        "plots/learning curve.png",
        "übung/größe 1.csv",
        "指标/😀.json",
        "50%.txt",
        "a%20b",
        "a+b,c;d=e&f#g?h",
        "..a",
        "a..",
        ".hidden",
        "...",
        "~",
        "time 12:30.txt",
        "images/a+step+1.png",
    ],
)
def test_plain_relative_paths_are_taken(path):
    assert "/".join(parts_of(path)) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        ".",
        "..",
        "../a",
        "a/..",
        "a/../b",
        "a/./b",
        "./a",
        "/a",
        "//a",
        "//host/share",
        "a//b",
        "a/",
        "/",
        "\\a",
        "a\\b",
        "..\\a",
        "\\\\host\\share",
        "C:/a",
        "c:a",
        "C:\\a",
        "a\0b",
        "a\nb",
        "a\x1bb",
        "a\x7fb",
        "a\u2028b",
        "a\x85b",
    ],
)
def test_everything_else_is_refused(path):
    with pytest.raises(InvalidValue, match="Invalid path"):
        parts_of(path)


@pytest.mark.parametrize(
    "path",
    [
        "%2e%2e/a",
        "%2e%2e",
        "a/%2E",
        ".%2e/a",
        "..%2fa",
        "a%2fb",
        "%2fetc",
        "a%5cb",
        "a%00b",
        "a%0ab",
        "%252e%252e/a",
        "a%252fb",
        "%25252e%25252e",
        "C%3A/a",
        "c%3aa",
        "%25" + "25" * 12 + "2fa",
    ],
)
def test_escapes_of_what_is_refused_are_refused(path):
    with pytest.raises(InvalidValue, match="Invalid path"):
        parts_of(path)


def test_a_path_is_text():
    with pytest.raises(InvalidValue, match="is text, not bytes"):
        parts_of(b"a")


def test_joining_leaves_out_what_is_empty():
    assert joined(None, "a", "", "b/c") == "a/b/c"
    assert joined(None, "") == ""
    with pytest.raises(InvalidValue):
        joined("a", "../b")
