"""The thread for what a cell need not wait for."""

import threading

from nbtrack.notebook.background import Background


def test_jobs_are_done_in_their_order():
    background, done = Background(), []
    for number in range(5):
        background.put("count", lambda n=number: done.append(n))
    assert background.wait(5)
    assert done == [0, 1, 2, 3, 4]


def test_jobs_do_not_begin_while_a_short_cell_may_still_run():
    background, begun = Background(), threading.Event()
    background.put("begin", begun.set)
    assert not begun.is_set()
    assert begun.wait(5)


def test_a_job_that_fails_is_said_and_the_next_one_is_done(capsys):
    background, done = Background(), []
    background.put("divide", lambda: 1 / 0)
    background.put("go on", lambda: done.append(1))
    assert background.wait(5)
    assert done == [1]
    assert "could not divide (ZeroDivisionError: division by zero)" in capsys.readouterr().err


def test_waiting_ends_when_time_is_up():
    background, release = Background(), threading.Event()
    background.put("wait", release.wait)
    assert not background.wait(0.05)
    release.set()
    assert background.wait(5)
