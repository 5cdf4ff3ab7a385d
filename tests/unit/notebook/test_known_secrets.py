"""Secrets that only a name of the notebook gives away are not stored with what is printed."""

import time

from nbtrack.notebook.known_secrets import secrets_in, without_secrets


def test_the_values_of_secret_names_entries_and_variables_are_known(monkeypatch):
    monkeypatch.setenv("SHOP_PASSWORD", "zebra-crossing")
    names = {
        "db_password": "winter",
        "cfg": {"auth_token": "tok-aaa-bbb", "lr": "0.1"},
        "model": "forest",
        "pad_token": "<padding>",
        "token": "language",
        "password": "abc",
        "_secret": "not looked at",
    }
    known = secrets_in(names)
    assert {"winter", "tok-aaa-bbb", "zebra-crossing"} <= known
    assert not known & {"forest", "0.1", "<padding>", "language", "abc", "not looked at"}


def test_they_are_taken_out_as_words():
    text = "login of bob with winter failed, midwinter's not: winter1 'winter'"
    expected = text.replace(" winter ", " [redacted] ").replace("'winter'", "'[redacted]'")
    assert without_secrets(text, {"winter"}) == expected


def test_the_longer_of_two_is_taken_out_whole():
    assert without_secrets("abcdef-ghi", {"abcdef", "abcdef-ghi"}) == "[redacted]"


def test_a_large_notebook_is_looked_through_in_no_time():
    names = {f"name_{n}": "x" * 100 for n in range(20_000)}
    secrets_in(names)
    began = time.perf_counter()
    secrets_in(names)
    assert time.perf_counter() - began < 0.5
