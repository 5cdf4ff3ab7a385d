"""The contract for journals and leases: records are applied in order and once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from nbtrack.entities import Dataset, DatasetInput, LifecycleStage, Metric, Param, RunStatus, Tag
from nbtrack.store.records import (
    CorrectParam,
    DeleteTag,
    LogBatch,
    LogInputs,
    LogMetric,
    Record,
    Skip,
    UpdateRun,
)
from nbtrack.testing.making import begin, creation, owner, run_id

if TYPE_CHECKING:
    from nbtrack.store.base import Store

FINISHED = RunStatus.FINISHED


class _Journal:
    """What one process sends, numbered."""

    def __init__(self, store: Store, name: str = "journal-1") -> None:
        self.store = store
        self.owner = owner(name)
        self.number = 0

    def send(self, *records: Record) -> list[str]:
        """Apply records and return the problems."""
        numbered = []
        for record in records:
            self.number += 1
            numbered.append((self.number, record))
        receipt = self.store.apply(self.owner, numbered)
        assert receipt.acknowledged == self.number
        return [problem.message for problem in receipt.problems]


class DeliveryContract:
    """What a process journaled arrives once, in order, and its runs end truthfully."""

    @pytest.fixture
    def journal(self, store: Store) -> _Journal:
        """Return the journal of a process that has sent nothing yet."""
        return _Journal(store)

    def test_a_whole_run_arrives(self, store: Store, journal: _Journal) -> None:
        run = run_id()
        use = DatasetInput(Dataset("iris", "d1"), [Tag("a", "b")])
        problems = journal.send(
            creation(run),
            LogMetric(run, "loss", 0.5, 1, 1),
            LogBatch(run, [Metric("loss", math.nan, 2, 2)], [Param("lr", "1")], [Tag("t", "x")]),
            LogInputs(run, [use]),
            DeleteTag(run, "t"),
            CorrectParam(run, "lr", "2"),
            LogMetric(run, "acc", math.inf, 3, 3),
            UpdateRun(run, FINISHED, 2000, "better"),
        )
        stored = store.get_run(run)
        assert problems == []
        assert (stored.info.status, stored.info.end_time) == ("FINISHED", 2000)
        assert (stored.info.run_name, stored.info.user_id) == ("better", "ada")
        assert stored.data.params == {"lr": "2"}
        assert stored.data.tags == {"mlflow.runName": "better", "nbtrack.corrected.lr": "1"}
        assert stored.data.metrics["acc"] == math.inf
        assert len(store.metric_history(run, "loss")) == 2
        assert stored.inputs.dataset_inputs == [use]

    def test_a_journal_the_store_never_saw_is_at_zero(self, store: Store) -> None:
        assert store.acknowledged("nowhere") == 0

    def test_records_sent_again_are_passed_over(self, store: Store, journal: _Journal) -> None:
        run = run_id()
        records: list[tuple[int, Record]] = [
            (1, creation(run)),
            (2, LogBatch(run, [], [], [Tag("k", "old")])),
        ]
        store.apply(journal.owner, records)
        store.log_batch(run, tags=[Tag("k", "new")])
        receipt = store.apply(journal.owner, records)
        assert (receipt.acknowledged, receipt.problems) == (2, [])
        assert store.get_run(run).data.tags["k"] == "new"
        more: list[tuple[int, Record]] = [(3, LogBatch(run, [], [], [Tag("k", "newest")]))]
        assert store.apply(journal.owner, records + more).acknowledged == 3
        assert store.get_run(run).data.tags["k"] == "newest"
        assert store.acknowledged(journal.owner.journal_id) == 3

    def test_what_cannot_be_applied_is_reported_and_the_rest_arrives(
        self, store: Store, journal: _Journal
    ) -> None:
        run = run_id()
        problems = journal.send(
            LogMetric(run, "m", 1.0, 1, 1),  # before the run begins
            creation(run),
            LogBatch(
                run,
                [Metric("/bad", 1.0, 1), Metric("m", 2.0, 2), Metric("late", 1.0, -1)],
                [Param("p", "1"), Param("p", "2"), Param("ok", "\ud800"), Param("q", "3")],
                [Tag("", "x"), Tag("t", "x")],
            ),
            DeleteTag(run, "nowhere"),
            CorrectParam(run, "nowhere", "1"),
            UpdateRun("f" * 32, FINISHED),
            Skip(),
            LogMetric(run, "m", 3.0, 3, 2**63),
            creation(run_id(), experiment_id="77"),
        )
        data = store.get_run(run).data
        assert (data.metrics, data.params) == ({"m": 2.0}, {"p": "1", "q": "3"})
        assert data.tags == {"mlflow.runName": "journaled", "t": "x"}
        fragments = [
            "not found", "Invalid metric", "timestamp", "Changing param", "surrogate", "tag name",
            "No tag", "No param", "not found", "64 bits", "No Experiment",
        ]  # fmt: skip
        assert len(problems) == len(fragments)
        for fragment in fragments:
            assert any(fragment in problem for problem in problems), fragment

    def test_problems_carry_the_number_of_their_record(self, store: Store) -> None:
        run = run_id()
        receipt = store.apply(owner(), [(1, creation(run)), (7, DeleteTag(run, "x"))])
        assert [(one.number, one.run_id) for one in receipt.problems] == [(7, run)]
        assert receipt.acknowledged == 7

    def test_a_deleted_run_takes_no_records_but_its_end(
        self, store: Store, journal: _Journal
    ) -> None:
        run = run_id()
        journal.send(creation(run))
        store.update_run(run, lifecycle_stage=LifecycleStage.DELETED)
        (problem,) = journal.send(LogMetric(run, "m", 1.0, 1, 1))
        assert "must be in the 'active' state" in problem
        assert journal.send(UpdateRun(run, FINISHED, 9)) == []
        assert store.get_run(run).info.status == "FINISHED"
        assert store.leases() == []

    def test_a_journaled_run_has_a_lease_until_it_ends(
        self, store: Store, journal: _Journal
    ) -> None:
        run = run_id()
        journal.send(creation(run))
        (lease,) = store.leases()
        assert (lease.run_id, lease.owner) == (run, journal.owner)
        journal.send(UpdateRun(run, FINISHED, 9))
        assert store.leases() == []

    def test_a_run_created_directly_has_no_lease(self, store: Store) -> None:
        begin(store)
        assert store.leases() == []

    def test_a_heartbeat_stamps_the_leases_of_its_journal_only(self, store: Store) -> None:
        for name in ("journal-1", "journal-2"):
            _Journal(store, name).send(creation(run_id(), start=5))
        store.heartbeat("journal-2")
        first, second = store.leases()
        assert first.heartbeat == 5
        assert second.heartbeat > 1_600_000_000_000

    def test_a_resumed_run_belongs_to_the_process_that_resumes_it(self, store: Store) -> None:
        run = begin(store)
        store.update_run(run, status=FINISHED, end_time=9)
        journal = _Journal(store)
        assert journal.send(UpdateRun(run, RunStatus.RUNNING)) == []
        info = store.get_run(run).info
        assert (info.status, info.end_time) == ("RUNNING", None)
        assert store.leases()[0].owner == journal.owner

    def test_a_closed_run_is_killed_at_its_last_sign(self, store: Store, journal: _Journal) -> None:
        run = run_id()
        journal.send(creation(run, start=1000), LogMetric(run, "m", 1.0, 1500, 9))
        journal.send(LogMetric(run, "m", 1.0, 2500, 3))
        assert store.close_lease(store.leases()[0], reason="the kernel was killed") is True
        stored = store.get_run(run)
        assert (stored.info.status, stored.info.end_time) == ("KILLED", 2500)
        assert stored.data.tags["nbtrack.end_reason"] == "the kernel was killed"
        assert store.leases() == []

    def test_a_lease_that_was_renewed_is_not_closed(self, store: Store, journal: _Journal) -> None:
        run = run_id()
        journal.send(creation(run))
        (seen,) = store.leases()
        store.heartbeat(journal.owner.journal_id)
        assert store.close_lease(seen, reason="gone") is False
        assert store.get_run(run).info.status == "RUNNING"

    def test_a_lease_is_closed_once(self, store: Store, journal: _Journal) -> None:
        journal.send(creation(run_id()))
        (seen,) = store.leases()
        assert store.close_lease(seen, reason="gone") is True
        assert store.close_lease(seen, reason="gone") is False

    def test_the_owners_next_record_reopens_its_run(self, store: Store, journal: _Journal) -> None:
        run = run_id()
        journal.send(creation(run))
        store.close_lease(store.leases()[0], reason="gone")
        assert journal.send(LogMetric(run, "m", 1.0, 1, 1)) == []
        stored = store.get_run(run)
        assert (stored.info.status, stored.info.end_time) == ("RUNNING", None)
        assert "nbtrack.end_reason" not in stored.data.tags
        assert [lease.run_id for lease in store.leases()] == [run]

    def test_another_process_does_not_reopen_a_closed_run(
        self, store: Store, journal: _Journal
    ) -> None:
        run = run_id()
        journal.send(creation(run))
        store.close_lease(store.leases()[0], reason="gone")
        assert _Journal(store, "journal-2").send(LogMetric(run, "m", 1.0, 1, 1)) == []
        assert store.get_run(run).info.status == "KILLED"

    def test_the_owners_own_end_wins_over_a_closed_lease(
        self, store: Store, journal: _Journal
    ) -> None:
        run = run_id()
        journal.send(creation(run))
        store.close_lease(store.leases()[0], reason="gone")
        journal.send(UpdateRun(run, FINISHED, 77))
        stored = store.get_run(run)
        assert (stored.info.status, stored.info.end_time) == ("FINISHED", 77)
        assert "nbtrack.end_reason" not in stored.data.tags

    def test_an_end_told_by_anybody_ends_the_lease(self, store: Store, journal: _Journal) -> None:
        run = run_id()
        journal.send(creation(run))
        store.update_run(run, status=RunStatus.FAILED, end_time=9)
        assert store.leases() == []
        journal.send(LogMetric(run, "m", 1.0, 1, 1))
        assert store.get_run(run).info.status == "FAILED"
