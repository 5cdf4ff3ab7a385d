"""The table of settings."""

import pytest

from nbtrack.errors import InvalidValue
from nbtrack.settings import SETTINGS, settings


def test_without_variables_every_setting_has_its_default():
    assert settings({}).lease_hours == 24
    assert settings({}).durability == "normal"
    assert settings({}).tracking_uri == ""


def test_a_variable_counts_from_the_next_use_on(monkeypatch):
    monkeypatch.setenv("NBTRACK_EXIT_SECONDS", "2.5")
    assert settings().exit_seconds == 2.5


def test_an_empty_variable_counts_as_not_set():
    assert settings({"NBTRACK_LEASE_HOURS": " "}).lease_hours == 24


@pytest.mark.parametrize("text", ["soon", "-1", "nan", "inf"])
def test_a_value_that_cannot_be_read_is_named_with_what_is_allowed(text):
    with pytest.raises(InvalidValue, match=r"NBTRACK_EXIT_SECONDS is .* not negative"):
        settings({"NBTRACK_EXIT_SECONDS": text})


def test_durability_is_one_of_two_words():
    assert settings({"NBTRACK_DURABILITY": "full"}).durability == "full"
    with pytest.raises(InvalidValue, match='"normal" or "full"'):
        settings({"NBTRACK_DURABILITY": "fast"})


def test_every_setting_says_what_it_does_in_a_sentence():
    for row in SETTINGS:
        assert row.sentence.endswith(".")
        assert row.variable.startswith(("NBTRACK_", "MLFLOW_"))


def test_an_endless_wait_is_one_that_the_system_takes():
    assert settings({"NBTRACK_EXIT_SECONDS": "1e308"}).exit_seconds == 1e6
