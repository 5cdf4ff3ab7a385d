"""The contract for params and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import Metric, Param, Tag
from nbtrack.errors import InvalidValue, NotFound
from nbtrack.testing.making import begin

if TYPE_CHECKING:
    from nbtrack.store.base import Store

GOOD_KEYS = ["a", "a.b-c_d/e:f g", "Größe", "損失", "9", "a" * 250]
BAD_KEYS = [
    "",
    ".",
    "..",
    "...",
    "/a",
    "a/",
    "a//b",
    "a/../b",
    "../a",
    "./a",
    "a" * 251,
    "a\nb",
    "a?",
    "'",
]
TEXTS = ["", " ", "x" * 100_000, "\U0001f600 e\u0301 \u00e9", "'; DROP TABLE nb_run; --", "a\x00b"]


class ValueContract:
    """A param's first value stays, a tag's last."""

    def test_a_param_is_kept(self, store: Store) -> None:
        run = begin(store)
        store.log_batch(run, params=[Param("lr", "0.1"), Param("depth", "3")])
        assert store.get_run(run).data.params == {"lr": "0.1", "depth": "3"}

    def test_the_same_param_again_changes_nothing(self, store: Store) -> None:
        run = begin(store)
        for _ in range(2):
            store.log_batch(run, params=[Param("lr", "0.1")])
        assert store.get_run(run).data.params == {"lr": "0.1"}

    def test_a_param_with_another_value_is_refused_with_the_whole_batch(self, store: Store) -> None:
        run = begin(store)
        store.log_batch(run, params=[Param("lr", "0.1")])
        with pytest.raises(InvalidValue, match=r"Changing param values is not allowed.*'0\.1'"):
            store.log_batch(
                run,
                params=[Param("lr", "0.2"), Param("new", "1")],
                metrics=[Metric("m", 1.0, 1)],
                tags=[Tag("t", "1")],
            )
        data = store.get_run(run).data
        assert (data.params, data.metrics, "t" in data.tags) == ({"lr": "0.1"}, {}, False)

    def test_a_param_twice_in_one_batch_is_refused(self, store: Store) -> None:
        run = begin(store)
        with pytest.raises(InvalidValue, match="Duplicate parameter keys"):
            store.log_batch(run, params=[Param("a", "1"), Param("a", "1")])

    def test_a_tag_is_replaced_and_the_last_of_a_batch_stays(self, store: Store) -> None:
        run = begin(store)
        store.log_batch(run, tags=[Tag("k", "1"), Tag("k", "2")])
        assert store.get_run(run).data.tags["k"] == "2"
        store.log_batch(run, tags=[Tag("k", "3")])
        assert store.get_run(run).data.tags["k"] == "3"

    def test_a_tag_is_taken_away_once(self, store: Store) -> None:
        run = begin(store)
        store.log_batch(run, tags=[Tag("k", "1")])
        store.delete_tag(run, "k")
        assert "k" not in store.get_run(run).data.tags
        with pytest.raises(NotFound, match="No tag with name: k in run with id"):
            store.delete_tag(run, "k")

    @pytest.mark.parametrize("text", TEXTS)
    def test_values_come_back_as_sent(self, store: Store, text: str) -> None:
        run = begin(store)
        store.log_batch(run, params=[Param("p", text)], tags=[Tag("t", text)])
        data = store.get_run(run).data
        assert (data.params["p"], data.tags["t"]) == (text, text)

    @pytest.mark.parametrize("key", GOOD_KEYS)
    def test_good_keys_are_kept(self, store: Store, key: str) -> None:
        run = begin(store)
        store.log_batch(
            run, params=[Param(key, "1")], tags=[Tag(key, "1")], metrics=[Metric(key, 1.0, 1)]
        )
        data = store.get_run(run).data
        assert key in data.params
        assert key in data.tags
        assert key in data.metrics

    @pytest.mark.parametrize("key", BAD_KEYS)
    def test_bad_keys_are_refused(self, store: Store, key: str) -> None:
        run = begin(store)
        for batch in (
            {"params": [Param(key, "1")]},
            {"tags": [Tag(key, "1")]},
            {"metrics": [Metric(key, 1.0, 1)]},
        ):
            with pytest.raises(InvalidValue):
                store.log_batch(run, **batch)

    def test_keys_that_differ_in_case_or_form_are_different(self, store: Store) -> None:
        run = begin(store)
        keys = ["acc", "Acc", "\u00e9", "e"]
        store.log_batch(run, params=[Param(key, str(n)) for n, key in enumerate(keys)])
        assert list(store.get_run(run).data.params) == keys

    def test_half_a_character_is_refused(self, store: Store) -> None:
        run = begin(store)
        with pytest.raises(InvalidValue, match="surrogate"):
            store.log_batch(run, tags=[Tag("k", "\ud83d")])

    def test_a_correction_replaces_the_value_and_keeps_the_first(self, store: Store) -> None:
        run = begin(store)
        store.log_batch(run, params=[Param("lr", "1")])
        for value in ("2", "3"):
            store.correct_param(run, "lr", value)
        data = store.get_run(run).data
        assert (data.params["lr"], data.tags["nbtrack.corrected.lr"]) == ("3", "1")

    def test_only_a_logged_param_can_be_corrected(self, store: Store) -> None:
        run = begin(store)
        with pytest.raises(NotFound, match="No param with name: lr"):
            store.correct_param(run, "lr", "2")

    def test_an_empty_batch_is_fine_for_a_run_that_exists(self, store: Store) -> None:
        store.log_batch(begin(store))
        with pytest.raises(NotFound):
            store.log_batch("0" * 32)
