"""Records that a store refuses are found, kept and passed over."""

import json

import pytest

from nbtrack.delivery.lease import this_process
from nbtrack.delivery.shipping import ship
from nbtrack.errors import InvalidValue, Unavailable
from nbtrack.store.records import LogMetric, Receipt, Skip


class Picky:
    """A store that refuses a whole batch for one record in it, as an MLflow server does."""

    def __init__(self, refused):
        self.refused = refused
        self.taken = []

    def apply(self, owner, records):
        for number, record in records:
            if number in self.refused and not isinstance(record, Skip):
                raise InvalidValue(f"record {number} is not to my taste.")
        self.taken += records
        return Receipt(records[-1][0])


RECORDS = [(n, LogMetric("a" * 32, "loss", float("nan"), 0, n)) for n in range(1, 101)]
OWNER = this_process("1" * 32, "5" * 32)


@pytest.mark.parametrize(
    "refused", [set(), {1}, {100}, {50, 51}, {1, 30, 77, 100}, set(range(1, 101))]
)
def test_the_refused_ones_are_found_and_the_others_taken_in_order(tmp_path, refused):
    store = Picky(refused)
    receipts = list(ship(store, OWNER, RECORDS, tmp_path / "a.journal"))
    problems = [problem for receipt in receipts for problem in receipt.problems]
    assert {problem.number for problem in problems} == refused
    assert receipts[-1].acknowledged == 100
    assert [number for number, _ in store.taken] == list(range(1, 101))
    assert {number for number, record in store.taken if isinstance(record, Skip)} == refused


def test_refused_records_are_kept_whole_with_the_reason(tmp_path):
    list(ship(Picky({3}), OWNER, RECORDS, tmp_path / "a.journal"))
    kept = json.loads((tmp_path / "a.rejected").read_text())
    assert kept["reason"] == "record 3 is not to my taste."
    assert kept["record"] == [3, ["metric", "a" * 32, "loss", "NaN", 0, 3]]


def test_a_store_that_is_away_is_no_refusal(tmp_path):
    class Away:
        def apply(self, owner, records):
            raise Unavailable("later")

    with pytest.raises(Unavailable):
        list(ship(Away(), OWNER, RECORDS, tmp_path / "a.journal"))
    assert list(tmp_path.glob("*.rejected")) == []


def test_a_rejected_file_that_cannot_be_written_is_said(tmp_path, capsys):
    (tmp_path / "a.rejected").mkdir()
    receipts = list(ship(Picky({3}), OWNER, RECORDS, tmp_path / "a.journal"))
    assert receipts[-1].acknowledged == 100
    assert "not to my taste" in capsys.readouterr().err
