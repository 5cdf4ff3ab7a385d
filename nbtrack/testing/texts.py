"""The contract for texts: every one comes back as sent, is itself only, and is found."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import Dataset, DatasetInput, Param, Tag
from nbtrack.filters.tree import quoted_value
from nbtrack.store import checks
from nbtrack.testing.making import DEFAULT, begin, filled

if TYPE_CHECKING:
    from nbtrack.store.base import Store

# Name -> text that some database or driver changes, refuses or takes for another one.
TEXTS = {
    "empty": "",
    "space": " ",
    "a": "a",
    "A": "A",
    "space behind": "a ",
    "spaces behind": "a  ",
    "tab behind": "a\t",
    "line behind": "a\n",
    "return behind": "a\r\n",
    "space before": " a",
    "acute": "\u00e1",
    "acute, two characters": "a\u0301",
    "ring": "\u00e5",
    "ring, two characters": "a\u030a",
    "angstrom": "\u212b",
    "sharp s": "stra\u00dfe",
    "double s": "strasse",
    "dotless": "\u0131",
    "dotted": "\u0130",
    "sigma": "\u03c3",
    "final sigma": "\u03c2",
    "full width": "\uff21",
    "ligature": "\ufb01",
    "zero width": "a\u200b",
    "soft hyphen": "a\u00ad",
    "byte order mark": "\ufeffa",
    "last of the basic plane": "\uffff",
    "emoji": "\U0001f600",
    "family": "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "last character": "\U0010ffff",
    "last character and a digit": "\U0010ffff0",
    "NUL": "\x00",
    "NUL inside": "a\x00b",
    "NUL and more": "a\x00c",
    "control": "\x01\x1a\x1b\x7f\x85",
    "one backslash": "\\",
    "two backslashes": "\\\\",
    "backslash before a letter": "\\n",
    "backslash before a quote": "\\'",
    "quotes": "'\"`",
    "doubled quote": "''",
    "percent": "100%",
    "placeholder": "%s %(name)s %%",
    "question": "? :name $1 {0} {name}",
    "underscore": "_",
    "pattern": "[a-z]*",
    "bar": "a|",
    "two bars": "||",
    "NULL": "NULL",
    "injection": "'; DROP TABLE nb_run; --",
    "comment": "/*! x */ -- #",
    "number": "1e5",
    "number again": "100000",
    "zero": "0",
    "minus zero": "-0",
    "JSON": '{"a": [1, null]}',
    "just a head": "x" * 199,
    "a head": "x" * 200,
    "a head and more": "x" * 201,
    "another behind the head": "x" * 200 + "y",
    "space behind the head": "x" * 200 + " ",
    "a head of emoji": "\U0001f600" * 200,
    "more of emoji": "\U0001f600" * 201,
    "64 kB": "k" * 65_536,
    "a head of NUL": "\x00" * 250,
}
PATTERNS = [
    "", "%", "_", "__", "_" * 200, "%a%", "a_", "a%", "%y", "% ", "%\n", "a\r\n",
    "\\", "%\\%", "%\\\\%", "\\n", "%\\'%", "100\\%", "|%", "a|", "%|%", "a||", "%||%",
    "%[%", "[a-z]%", "[[]%", "%*", "*", "?%", "%'%", '%"%', "%%s%",
    "%\u00e1%", "a\u0301", "\U0001f600", "\U0001f600%", "%\u200d%",
]  # fmt: skip
ANY_CASE = {
    "A": ["a", "A"],
    "STRA%": ["stra\u00dfe", "strasse"],
    "\u00c1": ["\u00e1"],
    "%\u00c5": ["\u00e5", "\u212b"],
    "STRA\u00dfE": ["stra\u00dfe", "strasse"],
    "\u03a3": ["\u03c3", "\u03c2"],
    "\uff41": ["\uff21"],
}
LONGEST_FILTER = 4000
# A database may keep these as something else, as long as they come back and are found.
UNORDERED = "\0\U0010ffff"


def _texts(without: str) -> list[str]:
    """Return the texts that a filter can hold and that have none of some characters."""
    return [
        text
        for text in TEXTS.values()
        if not ("'" in text and '"' in text)
        and len(text) < LONGEST_FILTER
        and not set(without) & set(text)
    ]


def _like(text: str, pattern: str) -> bool:
    signs = [{"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in pattern]
    return re.fullmatch("".join(signs), text, re.DOTALL) is not None


class TextContract:
    """No text is cut, padded, folded or taken for another."""

    def test_every_text_comes_back_as_sent(self, store: Store) -> None:
        run = begin(store)
        texts = {f"k{number}": text for number, text in enumerate(TEXTS.values())}
        store.log_batch(
            run,
            params=[Param(key, text) for key, text in texts.items()],
            tags=[Tag(key, text) for key, text in texts.items()],
        )
        store.log_batch(run, params=[Param(key, text) for key, text in texts.items()])
        data = store.get_run(run).data
        assert data.params == texts
        assert {key: data.tags[key] for key in texts} == texts

    @pytest.mark.parametrize("sign", ["x", "\u00e9", "\U0001f600"])
    def test_the_longest_value_is_kept_whole(self, store: Store, sign: str) -> None:
        run = begin(store)
        text = sign * checks.MAX_VALUE
        store.log_batch(run, params=[Param("p", text)], tags=[Tag("t", text)])
        data = store.get_run(run).data
        assert (data.params["p"] == text, data.tags["t"] == text) == (True, True)

    def test_names_of_the_greatest_length_are_kept_whole(self, store: Store) -> None:
        sign, face = "\u640d", "\U0001f600"
        place = "s3://bucket/" + face * (checks.MAX_LOCATION - 12)
        experiment = store.create_experiment(
            face * checks.MAX_EXPERIMENT_NAME, artifact_location=place
        )
        key, name = sign * checks.MAX_KEY, face * checks.MAX_RUN_NAME
        run = store.create_run(experiment, name=name, user_id=name, tags=[Tag(key, "1")]).info
        use = DatasetInput(
            Dataset(face * 500, face * 36, face * 36, face * 65_535, sign * 99_999, face * 99_999),
            [Tag(face * 255, face * 500)],
        )
        store.log_inputs(run.run_id, [use])
        stored = store.get_run(run.run_id)
        assert (stored.info.run_name, stored.info.user_id) == (name, name)
        assert stored.info.artifact_uri == f"{place}/{run.run_id}/artifacts"
        assert stored.data.tags[key] == "1"
        assert stored.inputs.dataset_inputs == [use]

    def test_a_text_is_equal_to_itself_alone(self, store: Store) -> None:
        texts = _texts(without="")
        for text in texts:
            filled(store, params={"p": text}, tags={"t": text})
        searches = [f"params.p = {quoted_value(text)}" for text in texts]
        for text, search in zip(texts, searches, strict=True):
            assert _params(store, search) == [text]
        assert _params(store, f"params.p IN {_tuple(texts[:9])}") == sorted(texts[:9])
        rest = sorted(set(texts) - {"a"})
        for search in ("params.p != 'a'", "params.p NOT IN ('a')", "tags.t != 'a'"):
            assert _params(store, search) == rest

    def test_patterns_match_letter_by_letter(self, store: Store) -> None:
        texts = _texts(UNORDERED)
        for text in texts:
            filled(store, params={"p": text})
        for pattern in PATTERNS:
            expected = sorted(text for text in texts if _like(text, pattern))
            assert _params(store, f"params.p LIKE {quoted_value(pattern)}") == expected, pattern

    def test_capital_and_small_letters_are_the_same_where_asked(self, store: Store) -> None:
        texts = _texts(UNORDERED)
        for text in texts:
            filled(store, params={"p": text})
        for pattern, expected in ANY_CASE.items():
            found = _params(store, f"params.p ILIKE {quoted_value(pattern)}")
            assert found == sorted(expected), pattern

    def test_texts_are_ordered_by_their_characters(self, store: Store) -> None:
        texts = _texts(UNORDERED)
        for text in texts:
            filled(store, params={"p": text})
        for order, expected in (("ASC", sorted(texts)), ("DESC", sorted(texts)[::-1])):
            token: str | None = None
            found: list[str] = []
            while token is not None or not found:
                page = store.search_runs(
                    [DEFAULT], order_by=[f"params.p {order}"], max_results=7, page_token=token
                )
                found += [run.data.params["p"] for run in page]
                token = page.token
            assert found == expected

    def test_names_that_look_alike_are_different(self, store: Store) -> None:
        names = ["a", "A", "a ", " a", "\u00e1", "a\u0301", "\u00c1", "a\t", "a\u200b", "\\a", "%"]
        made = {name: store.create_experiment(name) for name in names}
        for name, number in made.items():
            found = store.find_experiment(name)
            assert found is not None
            assert (found.name, found.experiment_id) == (name, number)
        uses = [DatasetInput(Dataset(name, name), [Tag(other, name) for other in names])
                for name in names]  # fmt: skip
        run = begin(store)
        store.log_inputs(run, uses)
        stored = store.get_run(run).inputs.dataset_inputs
        assert [use.dataset for use in stored] == [use.dataset for use in uses]
        assert all({tag.key for tag in use.tag_list} == set(names) for use in stored)


def _params(store: Store, filter_string: str) -> list[str]:
    found = store.search_runs([DEFAULT], filter_string=filter_string)
    return sorted(run.data.params["p"] for run in found)


def _tuple(texts: list[str]) -> str:
    return f"({', '.join(map(quoted_value, texts))})"
