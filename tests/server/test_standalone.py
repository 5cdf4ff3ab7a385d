"""`nbtrack server` as a process: it starts, answers and stops."""


def test_a_new_server_answers(server):
    assert server.ask("GET", "/health").body == b"OK"
    found = server.ask("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0")
    assert found.json["experiment"]["name"] == "Default"
