"""Searching runs and experiments, with filters, orders and pages."""

import uuid

import pytest

FILTERS = {
    "metrics.acc > 0.45": [5, 6, 7, 8, 9],
    "metrics.acc >= 0.2 and metrics.acc < 0.4": [2, 3],
    "params.parity = 'odd'": [1, 3, 5, 7, 9],
    "params.parity != 'odd' and metrics.`acc` != 0": [2, 4, 6, 8],
    "tags.`full name` = 'run 7'": [7],
    "tags.`full name` LIKE '%7'": [7],
    "tags.`full name` ILIKE 'RUN _'": list(range(10)),
    "attributes.run_name = 'r-4'": [4],
    "attributes.status = 'FINISHED' and metrics.acc <= 0.1": [0, 1],
    "attributes.start_time > 1000006": [7, 8, 9],
    "params.rare IS NULL": [0, 1, 2, 3, 4, 5, 6, 7, 8],
    "params.rare IS NOT NULL": [9],
    "": list(range(10)),
}


@pytest.fixture(scope="module")
def logged():
    """What `searched` has logged, by host: the tests only read it."""
    return {}


@pytest.fixture
def searched(mlflow, client, host, logged):
    """An experiment with ten runs whose numbers are in all that they have, and a deleted one."""
    if host not in logged:
        name = f"searched {uuid.uuid4().hex[:8]}"
        experiment = client.get_experiment(client.create_experiment(name))
        runs = [log_run(mlflow, client, experiment.experiment_id, number) for number in range(11)]
        client.log_param(runs[9], "rare", "x")
        client.delete_run(runs.pop())
        logged[host] = experiment, runs
    return logged[host]


def log_run(mlflow, client, experiment_id, number):
    run_id = client.create_run(
        experiment_id,
        start_time=1_000_000 + number,
        run_name=f"r-{number}",
        tags={"full name": f"run {number}"},
    ).info.run_id
    client.log_batch(
        run_id,
        metrics=[mlflow.entities.Metric("acc", number / 10, 1, 0)],
        params=[mlflow.entities.Param("parity", ("even", "odd")[number % 2])],
    )
    client.set_terminated(run_id)
    return run_id


def test_runs_are_found_by_filters(client, searched):
    experiment, runs = searched
    for text, numbers in FILTERS.items():
        found = client.search_runs([experiment.experiment_id], text)
        assert {run.info.run_id for run in found} == {runs[number] for number in numbers}, text


def test_runs_are_ordered(client, searched):
    experiment, runs = searched
    orders = {
        "metrics.acc DESC": list(range(9, -1, -1)),
        "metrics.acc": list(range(10)),
        "attributes.start_time ASC": list(range(10)),
        "attributes.run_name DESC": list(range(9, -1, -1)),
        "tags.`full name` ASC": list(range(10)),
    }
    for order, numbers in orders.items():
        found = client.search_runs([experiment.experiment_id], order_by=[order])
        assert [run.info.run_id for run in found] == [runs[number] for number in numbers], order
    both = client.search_runs(
        [experiment.experiment_id], order_by=["params.parity DESC", "metrics.acc DESC"]
    )
    assert [run.info.run_id for run in both][:6] == [runs[n] for n in (9, 7, 5, 3, 1, 8)]


def test_pages_of_runs_hold_each_run_once(client, searched):
    experiment, runs = searched
    found, token, pages = [], None, 0
    while pages == 0 or token:
        page = client.search_runs(
            [experiment.experiment_id], order_by=["metrics.acc"], max_results=4, page_token=token
        )
        assert len(page) <= 4
        found += [run.info.run_id for run in page]
        token, pages = page.token, pages + 1
    assert found == runs
    assert pages == 3


def test_deleted_runs_are_found_by_the_view_type(mlflow, client, searched):
    experiment, _ = searched
    from mlflow.entities import ViewType

    assert len(client.search_runs([experiment.experiment_id], "", ViewType.ALL)) == 11
    (gone,) = client.search_runs([experiment.experiment_id], "", ViewType.DELETED_ONLY)
    assert gone.info.run_name == "r-10"


def test_runs_come_as_a_data_frame(mlflow, searched):
    experiment, _ = searched
    frame = mlflow.search_runs(
        experiment_names=[experiment.name],
        filter_string="metrics.acc > 0.65",
        order_by=["metrics.acc ASC"],
    )
    assert list(frame["metrics.acc"]) == [0.7, 0.8, 0.9]
    assert list(frame["params.parity"]) == ["odd", "even", "odd"]
    assert list(frame["tags.full name"]) == ["run 7", "run 8", "run 9"]
    assert set(frame["status"]) == {"FINISHED"}
    assert str(frame["start_time"].dt.tz) == "UTC"
    assert len(mlflow.search_runs(search_all_experiments=True, max_results=5)) == 5


@pytest.mark.parametrize(
    "text", ["metrics.acc >", "nonsense", "metrics.acc = 'text'", "params.p = 3", "colour = 'red'"]
)
def test_a_wrong_filter_is_a_mistake_of_the_client(mlflow, client, searched, text):
    experiment, _ = searched
    with pytest.raises(mlflow.MlflowException) as raised:
        client.search_runs([experiment.experiment_id], text)
    assert raised.value.error_code == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize("arguments", [{"max_results": 50_001}, {"page_token": "nonsense"}])
def test_a_wrong_page_is_a_mistake_of_the_client(mlflow, client, searched, arguments):
    experiment, _ = searched
    with pytest.raises(mlflow.MlflowException) as raised:
        client.search_runs([experiment.experiment_id], **arguments)
    assert raised.value.error_code == "INVALID_PARAMETER_VALUE"


def test_experiments_are_found_ordered_and_paged(mlflow, client):
    from mlflow.entities import ViewType

    mark = uuid.uuid4().hex[:8]
    ids = [client.create_experiment(f"{mark} {n}", tags={"n": str(n)}) for n in range(5)]
    client.delete_experiment(ids[4])
    these = f"name LIKE '{mark}%'"

    def found(**more):
        return [one.experiment_id for one in client.search_experiments(**more)]

    assert found(filter_string=these, order_by=["name DESC"]) == ids[3::-1]
    assert found(filter_string=f"{these} AND tags.n = '2'") == [ids[2]]
    assert found(filter_string=these, view_type=ViewType.DELETED_ONLY) == [ids[4]]
    assert sorted(found(filter_string=these, view_type=ViewType.ALL)) == sorted(ids)
    page = client.search_experiments(filter_string=these, order_by=["name"], max_results=3)
    rest = client.search_experiments(
        filter_string=these, order_by=["name"], max_results=3, page_token=page.token
    )
    assert [one.experiment_id for one in [*page, *rest]] == ids[:4]
    assert rest.token is None
    assert len(mlflow.search_experiments(filter_string=these, max_results=2)) == 2
