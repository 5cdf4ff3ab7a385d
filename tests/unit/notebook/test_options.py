"""The line behind ``%%track``."""

import pytest

from nbtrack.errors import InvalidValue
from nbtrack.notebook.options import OPTIONS, Options, parse, split, usage


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        ("tree", {"name": "tree"}),
        ('"deep tree"', {"name": "deep tree"}),
        ("tree # the first one", {"name": "tree"}),
        ("-e iris tree", {"name": "tree", "experiment": "iris"}),
        ("-p lr,depth", {"params": ("lr", "depth")}),
        ("-m acc,loss:min", {"metrics": ("acc", "loss"), "directions": {"loss": "min"}}),
        ("-t a=1 b=2 tree", {"name": "tree", "tags": {"a": "1", "b": "2"}}),
        ("-t a=1 -t b='x y'", {"tags": {"a": "1", "b": "x y"}}),
        ("-n 'a note'", {"note": "a note"}),
        ("-a *.png out/ -q", {"artifacts": ("*.png", "out/"), "quiet": True}),
        (r"-a C:\data\*.csv", {"artifacts": (r"C:\data\*.csv",)}),
        ("--on-rerun=replace", {"on_rerun": "replace"}),
        ("--resume", {"resume": ""}),
        ("--resume best:acc", {"resume": "best:acc"}),
        ("--parent last --seed 7", {"parent": "last", "seed": 7}),
        ("--no-params --no-git --dry", {"no_params": True, "no_git": True, "dry": True}),
    ],
)
def test_a_line_means(line, expected):
    assert parse(line) == Options(**expected)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--on-rern new", "there is no option --on-rern (nearest: --on-rerun)"),
        ("-x", "there is no option -x"),
        ("--on-rerun never", "--on-rerun takes new or replace, not 'never'"),
        ("-m acc:up", "-m takes max or min, not 'up'"),
        ("--seed many", "--seed takes a whole number, not 'many'"),
        ("-e", "-e needs a value behind it"),
        ("-t color", "-t takes tags as K=V"),
        ("-q tree bush", "a run has one name"),
        ("--quiet=yes", "--quiet takes no value"),
        ("-n 'open", "a quote is opened but not closed"),
    ],
)
def test_nonsense_gets_a_sentence(line, sentence):
    with pytest.raises(InvalidValue) as raised:
        parse(line)
    assert sentence in raised.value.message


def test_quotes_inside_a_word_keep_its_parts_together():
    assert split("""-t a="x y"z '' b""") == ["-t", "a=x yz", "", "b"]


def test_the_usage_names_every_option():
    assert all(flag in usage() for option in OPTIONS for flag in option.flags[:1])


def test_every_option_field_can_be_set_by_some_option():
    lines = {"-t": "a=b", "-m": "a", "--on-rerun": "replace", "--seed": "1"}
    changed = {
        name
        for option in OPTIONS
        for name, value in vars(
            option.take(Options(), [lines.get(option.flags[0], "x")])[0]
        ).items()
        if value != getattr(Options(), name)
    }
    assert changed | {"name", "directions"} == set(vars(Options()))
