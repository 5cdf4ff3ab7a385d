"""Whatever is logged is read back; whatever happens to a file, its reader goes on."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nbtrack.delivery import lines
from nbtrack.delivery.journal import Journal
from nbtrack.delivery.lease import this_process
from nbtrack.delivery.reader import JournalReader
from nbtrack.entities import Dataset, DatasetInput, Metric, Param, RunStatus, Tag
from nbtrack.store.records import (
    CorrectParam,
    CreateRun,
    DeleteTag,
    LogBatch,
    LogInputs,
    LogMetric,
    Skip,
    UpdateRun,
    encode,
)

INT64 = st.integers(-(2**63), 2**63 - 1)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
RUN = st.sampled_from(["a" * 32, "b" * 32])
METRICS = st.builds(Metric, TEXT, st.floats(), INT64, INT64)
TAGS = st.lists(st.builds(Tag, TEXT, TEXT), max_size=3)
DATASETS = st.builds(Dataset, TEXT, TEXT, TEXT, TEXT, st.none() | TEXT, st.none() | TEXT)
RECORDS = st.one_of(
    st.builds(CreateRun, RUN, TEXT, TEXT, TEXT, INT64, TAGS),
    st.builds(LogMetric, RUN, TEXT, st.floats(), INT64, INT64),
    st.builds(
        LogBatch,
        RUN,
        st.lists(METRICS, max_size=3),
        st.lists(st.builds(Param, TEXT, TEXT), max_size=3),
        TAGS,
    ),
    st.builds(LogInputs, RUN, st.lists(st.builds(DatasetInput, DATASETS, TAGS), max_size=2)),
    st.builds(UpdateRun, RUN, st.none() | st.sampled_from(RunStatus), st.none() | INT64, TEXT),
    st.builds(DeleteTag, RUN, TEXT),
    st.builds(CorrectParam, RUN, TEXT, TEXT),
    st.just(Skip()),
)
OWNER = this_process("1" * 32, "5" * 32)


@given(st.lists(RECORDS, max_size=30), st.integers(1, 7))
@settings(deadline=None, max_examples=60)
def test_every_record_is_read_back_in_slices_of_any_size(records, limit):
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder), OWNER)
        journal.append(Skip())
        for record in records:
            journal.append(record)
        found = []
        with JournalReader(journal.path) as reader:
            while part := reader.read(limit):
                assert len(part) <= limit
                found += part
        journal.abandon()
    # NaN differs from itself, its spelling does not.
    assert list(map(repr, found)) == list(map(repr, enumerate([Skip(), *records], start=1)))


@given(st.lists(RECORDS, min_size=1, max_size=10), st.data())
@settings(deadline=None, max_examples=100)
def test_a_changed_stretch_of_bytes_harms_only_the_records_it_touches(records, data):
    parts = [lines.pack(encode(number, record)) for number, record in enumerate(records, start=1)]
    head = lines.head(OWNER)
    whole = head + b"".join(parts)
    start = data.draw(st.integers(0, len(whole) - 1), "start")
    noise = data.draw(st.binary(min_size=1, max_size=min(80, len(whole) - start)), "noise")
    touched, position = set(), len(head)
    for number, part in enumerate(parts, start=1):
        if position < start + len(noise) and start < position + len(part):
            touched.add(number)
        position += len(part)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.journal"
        path.write_bytes(whole[:start] + noise + whole[start + len(noise) :])
        with JournalReader(path) as reader:
            found = {number for number, _ in reader.read(100, ended=True)}
            reader.finish()
    missing = set(range(1, len(records) + 1)) - found
    assert missing <= touched
    assert bool(reader.lost) >= bool(missing)


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=100)
def test_any_bytes_can_be_read(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.journal"
        path.write_bytes(content)
        with JournalReader(path) as reader:
            reader.read(100, ended=True)
            reader.finish()
