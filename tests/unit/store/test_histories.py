"""The two ways to choose points of a long series choose the same ones."""

import random

import pytest

from nbtrack.entities import Metric
from nbtrack.store import histories
from nbtrack.store.open import open_store


@pytest.mark.parametrize("seed", range(5))
def test_hopping_chooses_what_ranking_does(tmp_path, seed):
    chance = random.Random(seed)
    values = [0.0, 1.5, float("nan"), float("inf"), -float("inf")]
    points = [
        Metric("m", chance.choice(values), chance.randrange(3), chance.randrange(-20, 20))
        for _ in range(400)
    ]
    with open_store(f"sqlite:///{tmp_path}/x.db") as store:
        run = store.create_run("0").info.run_id
        store.log_batch(run, metrics=points)
        wanted = histories._Range(1, -10, 15)
        inside = sum(-10 <= step <= 15 for _, _, _, step in set(map(_row, points)))
        for most in (1, 2, 3, 7, 50, inside - 1):
            by_hops, by_rank = (
                store._database.read(lambda c, choose=choose, n=most: choose(c, wanted, inside, n))
                for choose in (histories._by_hops, histories._by_rank)
            )
            assert [tuple(row) for row in by_hops] == [tuple(row) for row in by_rank]


def _row(point):
    return point.key, repr(point.value), point.timestamp, point.step
