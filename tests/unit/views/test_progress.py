"""`nbtrack.progress`: what is logged for which loop, and how its bar ends."""

import contextlib
import io
import linecache
import sys
import textwrap
import threading

import pytest

import nbtrack
from nbtrack.client import stack
from nbtrack.errors import InvalidValue
from nbtrack.views import bar as bars
from nbtrack.views.progress import progress

# ruff: noqa: ISC004 - bodies of loops, a line each


def play(body, **names):
    """Run source in a run, as a cell does; return (step, value) lists by key."""
    points = {}
    with nbtrack.start_run() as run:
        stack.observe(run.run_id, lambda k, v, s, t: points.setdefault(k, []).append((s, v)))
        source = textwrap.dedent(body)
        name = f"<cell {hash(source)}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        code = compile(source, name, "exec")
        with contextlib.suppress(ZeroDivisionError):
            exec(code, {"progress": progress, "nbtrack": nbtrack, **names})
    return points


LOOPS = {
    "a number the body assigns": (
        "for i in progress(range(3)):\n    loss = 1.0 / (i + 1)",
        {"loss": [(0, 1.0), (1, 0.5), (2, 1 / 3)]},
    ),
    "several names and an augmented one": (
        "n = 0\nfor i in progress(range(2)):\n    a, b = i, i * 10\n    n += 1",
        {"a": [(0, 0), (1, 1)], "b": [(0, 0), (1, 10)], "n": [(0, 1), (1, 2)]},
    ),
    "what a nested loop leaves": (
        "for i in progress(range(2)):\n    for j in range(3):\n        x = 10 * i + j",
        {"x": [(0, 2), (1, 12)]},
    ),
    "a branch, only when it was taken": (
        "for i in progress(range(5)):\n    if i % 2 == 0:\n        v = i / 3.0",
        {"v": [(0, 0.0), (2, 2 / 3), (4, 4 / 3)]},
    ),
    "both branches": (
        "for i in progress(range(2)):\n    if i: k = 7\n    else: k = 7",
        {"k": [(0, 7), (1, 7)]},
    ),
    "what stands below a continue": (
        "for i in progress(range(3)):\n    if i == 1: continue\n    v = i + 0.5",
        {"v": [(0, 0.5), (2, 2.5)]},
    ),
    "a with statement": (
        "for i in progress(range(2)):\n    with memoryview(bytes()):\n        w = 1",
        {"w": [(0, 1), (1, 1)]},
    ),
    "a walrus": (
        "for i in progress(range(2)):\n    if (y := i * 1.5) > 9: pass",
        {"y": [(0, 0.0), (1, 1.5)]},
    ),
    "a function's locals": (
        "def train():\n    for i in progress(range(2)):\n        loss = i + 0.5\ntrain()",
        {"loss": [(0, 0.5), (1, 1.5)]},
    ),
    "a global of a function": (
        "def f():\n    global g\n    for i in progress(range(2)):\n        g = i + 0.5\nf()",
        {"g": [(0, 0.5), (1, 1.5)]},
    ),
    "enumerate around it": (
        "for i, x in enumerate(progress([5, 6])):\n    y = x * 1.0",
        {"y": [(0, 5.0), (1, 6.0)]},
    ),
    "a bar that has a name": (
        "bar = progress([5, 6])\nfor x in bar:\n    y = x * 1.0",
        {"y": [(0, 5.0), (1, 6.0)]},
    ),
    "two loops on one line": (
        "for i in progress(range(1)): a = 1.0\nfor i in progress(range(1)): b = 2.0",
        {"a": [(0, 1.0)], "b": [(0, 2.0)]},
    ),
    "not strings, booleans, lists, underscores, targets and clocks": (
        "import time\n"
        "for i in progress(range(2)):\n"
        "    s, t, u, _v = 'x', True, [1], 3\n"
        "    now = time.time()\n    start = time.perf_counter()\n"
        "    for j in range(2): pass",
        {},
    ),
    "but what a clock was used for": (
        "import time\nfor i in progress(range(1)):\n    t = time.time()\n    t = t * 0 + 3",
        {"t": [(0, 3.0)]},
    ),
    "not what the body logs itself": (
        "for i in progress(range(2)):\n"
        "    loss = i * 1.0\n    acc = i + 1\n    lr = 0.5\n"
        "    nbtrack.log_metric('loss', loss, step=i)\n"
        "    nbtrack.log_metrics({'acc': acc}, step=i)\n    nbtrack.log(lr=lr)",
        {"loss": [(0, 0.0), (1, 1.0)], "acc": [(0, 1), (1, 2)], "lr": [(0, 0.5), (1, 0.5)]},
    ),
    "not what a function that is called logs": (
        "def report(**values): nbtrack.log_metrics(values, step=99)\n"
        "for i in progress(range(2)):\n    loss = i * 1.0\n    report(loss=loss)",
        {"loss": [(99, 0.0), (99, 1.0)]},
    ),
    "an inner progress logs its own names, and goes on counting": (
        "for i in progress(range(2)):\n"
        "    for j in progress(range(2)):\n        x = 10 * i + j\n"
        "    mean = i * 1.0",
        {"x": [(0, 0), (1, 1), (2, 10), (3, 11)], "mean": [(0, 0.0), (1, 1.0)]},
    ),
    "the step that break leaves, with what it had assigned": (
        "for i in progress(range(9)):\n    a = i * 1.0\n    if i == 1: break\n    b = i * 2.0",
        {"a": [(0, 0.0), (1, 1.0)], "b": [(0, 0.0)]},
    ),
    "the step that an exception leaves": (
        "for i in progress(range(9)):\n    a = i + 0.5\n    b = 1 / (1 - i)",
        {"a": [(0, 0.5), (1, 1.5)], "b": [(0, 1.0)]},
    ),
    "not a comprehension": ("y = [x for x in progress(range(3))]", {}),
    "the bar alone": ("for i in progress(range(3), log=False):\n    a = 1.0", {}),
}


@pytest.mark.parametrize(("body", "expected"), LOOPS.values(), ids=LOOPS.keys())
def test_a_loop_logs(body, expected):
    assert play(body) == expected


def test_a_loop_logs_arrays_and_tensors_without_dimensions():
    numpy = pytest.importorskip("numpy")
    body = """
        for i in progress(range(2)):
            a, b, c = np.float32(0.5), np.array(i), np.arange(3)
            d, e = np.bool_(True), np.array(1j)
    """
    assert play(body, np=numpy) == {"a": [(0, 0.5), (1, 0.5)], "b": [(0, 0), (1, 1)]}


def test_the_loop_of_a_library_is_left_alone():
    library = {}
    exec("def total(items):\n    s = 0\n    for x in items: s += x\n    return s", library)
    assert play("total(progress(range(3)))", total=library["total"]) == {}


def test_a_second_run_counts_from_zero():
    body = "for i in progress(range(2)):\n    a = 1.0"
    assert play(body) == play(body) == {"a": [(0, 1.0), (1, 1.0)]}


def test_without_a_run_in_a_notebook_one_sentence_says_how_to_track(capsys):
    stack.notebook_mode(True)
    for _ in range(2):
        for step in progress(range(2)):
            loss = step * 1.0
    assert loss == 1.0
    assert capsys.readouterr().err.count("%%track") == 1


def test_without_a_run_in_a_script_nothing_is_said(capsys):
    for step in progress(range(2)):
        loss = step * 1.0
    assert loss == 1.0
    assert capsys.readouterr() == ("", "")


def test_the_length_is_known_or_not():
    assert len(progress([1, 2, 3])) == 3
    assert len(progress(iter([1]), total=9)) == 9
    with pytest.raises(TypeError, match="not known"):
        len(progress(x for x in "abc"))


def test_a_number_is_answered_with_the_range_to_write():
    with pytest.raises(InvalidValue, match=r"progress\(range\(10\)\)"):
        progress(10)


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True

    @property
    def last_line(self):
        assert self.getvalue().endswith("\n")
        return self.getvalue().rstrip().split("\r")[-1]


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setattr(bars.TerminalPlace, "interval", 0.0)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda: contextlib.redirect_stderr(Terminal())


def test_a_bar_that_came_to_its_end_says_so(terminal):
    with terminal() as shown:
        for _ in progress(range(3), desc="epochs"):
            pass
    assert shown.last_line.startswith("epochs ━━━━━━━━━━━━━━━━━━━━━━━━ ✓ 3/3 · ")


def test_a_terminal_without_unicode_gets_plain_signs(terminal, monkeypatch):
    monkeypatch.setattr(Terminal, "encoding", "ascii")
    with terminal() as shown:
        for _ in progress(range(2)):
            pass
    assert shown.last_line.startswith("######################## = 2/2 | ")


def test_a_bar_that_was_left_says_where(terminal):
    with terminal() as shown:
        for step in progress(range(10)):
            if step == 4:
                break
    assert "stopped at 4/10" in shown.last_line


def test_a_bar_that_an_exception_ended_says_where(terminal):
    with terminal() as shown, contextlib.suppress(ZeroDivisionError):
        for step in progress(range(10)):
            1 / (3 - step)
    assert "stopped at 3/10" in shown.last_line


def test_a_loop_of_unknown_length_counts(terminal):
    with terminal() as shown:
        for _ in progress(iter("abc")):
            pass
    assert shown.last_line.startswith("━━━━━━━━━━━━━━━━━━━━━━━━ ✓ 3/3")
    with terminal() as shown:
        for _ in progress(one for one in "abc"):
            pass
    assert shown.last_line.startswith("✓ 3 steps")


def test_inner_and_outer_bars_share_one_line(terminal):
    with terminal() as shown:
        for _ in progress(range(2), desc="epochs"):
            for _ in progress(range(2), desc="batches"):
                pass
    assert shown.getvalue().count("\n") == 1
    assert "epochs 1/2 · batches " in shown.getvalue()
    assert "✓ 2/2" in shown.last_line


def test_a_loop_that_nobody_goes_on_with_is_not_drawn_around_the_next(terminal):
    def begin_and_leave():
        steps = iter(progress(range(5), desc="left"))
        next(steps)
        return steps

    with terminal() as shown:
        left = begin_and_leave()
        for _ in progress(range(2), desc="next"):
            pass
    assert shown.last_line.startswith("next ")
    left.close()


def test_a_narrow_terminal_is_never_overflown(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    with terminal() as shown:
        for _ in progress(range(2), desc="a description that is long"):
            pass
    lines = shown.getvalue().replace("\n", "").split("\r")
    assert max(len(line) for line in lines) == 29


def test_a_closed_standard_error_draws_nothing(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    assert list(progress(range(3))) == [0, 1, 2]


def test_bars_of_two_threads_do_not_meet():
    done = []

    def work():
        done.append(list(progress(range(100))))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [list(range(100))] * 3
    assert bars._open.bars == []
