"""What a cell prints is kept as a terminal shows it at the end."""

# ruff: noqa: T201 - printing is what is tested

import io
import sys
import threading

import pytest

from nbtrack.notebook.capture.output import Lines, OutputTee, Terminal


@pytest.fixture
def shown():
    def run(*pieces):
        lines = Lines()
        terminal = Terminal(lines)
        for piece in pieces:
            terminal.write(piece)
        terminal.finish()
        return lines.text()

    return run


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        (["a\nb\n"], "a\nb"),
        (["a", "b", "\n", "c"], "ab\nc"),
        (["\r 10%", "\r 50%", "\r100%\n"], "100%"),
        (["12345\rab\n"], "ab345"),
        (["a\r\nb\r\n"], "a\nb"),
        (["abc\x08\x08X\n"], "aXc"),
        (["\x1b[31mred\x1b[0m\n"], "red"),
        (["old\r\x1b[Knew\n"], "new"),
        (["a\nb\n\x1b[2AX\n\n"], "X\nb"),
        (["\n\n"], "\n"),
        (["x", "\n" * 2, "y"], "x\n\ny"),
    ],
)
def test_control_characters_act_as_in_a_terminal(shown, pieces, expected):
    assert shown(*pieces) == expected


def test_nested_progress_bars_are_two_lines(shown):
    text = "outer 0\n"
    for i in range(3):
        text += f"\rinner {i}\x1b[A\router {i}\x1b[B"
    assert shown(text, "\n") == "outer 2\ninner 2"


@pytest.mark.parametrize("size", [1, 7, 150, 5_000])
def test_pieces_of_any_size_give_the_same_lines(shown, size):
    text = "".join(f"line {i}\n" * (i % 3) + "x" * (i % 5) for i in range(500))
    assert shown(*(text[i : i + size] for i in range(0, len(text), size))) == text.removesuffix(
        "\n"
    )


def test_a_long_output_keeps_its_beginning_and_end():
    lines = Lines(limit=1_000)
    terminal = Terminal(lines)
    for i in range(1_000):
        terminal.write(f"line {i}\n")
    text = lines.text()
    assert len(text) < 1_200
    assert text.startswith("line 0\n")
    assert text.endswith("line 999")
    assert "lines left out" in text


def test_a_line_without_end_is_bounded(shown):
    assert len(shown(*["x" * 10_000] * 100)) < 100_000


def test_streams_are_the_same_objects_in_and_after(monkeypatch):
    stream = io.StringIO()
    text_file = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr(sys, "stderr", text_file)
    monkeypatch.setattr(sys, "stdout", stream)
    before = sys.stdout
    tee = OutputTee()
    tee.install()
    print("hello")
    print("oops", file=sys.stderr)
    assert sys.stdout is before
    tee.uninstall()
    print("after")
    assert sys.stdout is before
    assert vars(stream) == vars(text_file) == {}
    assert tee.text() == "hello\noops"
    assert stream.getvalue() == "hello\nafter\n"


def test_a_stream_that_takes_no_attribute_still_prints(monkeypatch):
    class Fixed:
        __slots__ = ("got",)

        def write(self, text):
            self.got = [*getattr(self, "got", []), text]

    monkeypatch.setattr(sys, "stdout", Fixed())
    tee = OutputTee()
    tee.install()
    print("x", end="")
    tee.uninstall()
    assert sys.stdout.got[0] == "x"


def test_a_tool_that_wrapped_ours_keeps_working(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    tee = OutputTee()
    tee.install()
    ours = stream.write
    stream.write = lambda text: ours(text.upper())
    tee.uninstall()
    print("late")
    assert stream.getvalue() == "LATE\n"
    assert tee.text() == ""


def test_threads_may_print(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    tee = OutputTee()
    tee.install()
    threads = [threading.Thread(target=lambda: [print("x") for _ in range(500)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tee.uninstall()
    assert tee.text().count("x") == 2_000
