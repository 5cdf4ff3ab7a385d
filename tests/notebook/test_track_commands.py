"""``%track`` and its subcommands."""

import uuid

import pytest


@pytest.fixture
def name(shared):
    name = f"run-{uuid.uuid4().hex[:8]}"
    shared.run(f"%%track {name} -e {name}-e\nlr = 0.1\nacc = sum([lr])")
    return name


def only(kernel, name, view="ACTIVE_ONLY"):
    (run,) = [run for run in kernel.runs(view) if run.info.run_name == name]
    return run


def test_track_shows_the_store_the_rule_and_the_last_runs(shared, name):
    answer = shared.run("%track")
    text = answer.shown[0]["text/plain"]
    assert f"store: sqlite:///{shared.folder}/.nbtrack/nbtrack.db" in text
    assert "chosen because: It is" in text
    assert answer.result is not None


def test_runs_takes_a_query(shared, name):
    shared.run("%%track query-me\nwidth = 5")
    assert "query-me" in shared.run("%track runs params.width = '5'").result
    wrong = shared.run("%track runs params.width == == 5")
    assert "%track:" in wrong.told
    assert wrong.status == "ok"


def test_show_and_diff_read_well_as_text(shared, name):
    shared.run(f"%%track {name}-2\nlr = 0.2\nacc = sum([lr])")
    shown = shared.run(f"%track show {name}").shown[0]["text/plain"]
    assert "lr" in shown
    assert "source/cell.py" in shown
    different = shared.run(f"%track diff {name} {name}-2").shown[0]["text/plain"]
    assert "0.1" in different
    assert "0.2" in different


def test_log_adds_metrics_and_params_and_corrects_openly(shared, name):
    shared.run("%track log f1=0.5 kind=tree")
    shared.run("%track log --correct lr=0.3")
    run = only(shared, name)
    assert run.data.metrics["f1"] == 0.5
    assert run.data.params == {"lr": "0.3", "kind": "tree"}
    assert run.data.tags["nbtrack.corrected.lr"] == "0.1"


def test_tag_and_note_can_be_undone_in_turn(shared, name):
    shared.run(f"%track tag {name} stage=dev")
    shared.run(f"%track note {name} not what I hoped for")
    run = only(shared, name)
    assert run.data.tags["stage"] == "dev"
    assert run.data.tags["mlflow.note.content"] == "not what I hoped for"
    assert "undone: the note" in shared.run("%track undo").told
    shared.run("%track undo")
    assert not {"stage", "mlflow.note.content"} & set(only(shared, name).data.tags)


def test_rm_moves_to_the_trash_and_undo_brings_back(shared, name):
    shared.run(f"%track rm {name}")
    assert only(shared, name, "DELETED_ONLY")
    shared.run("%track undo")
    assert only(shared, name)


def test_on_tracks_every_cell_until_off(shared, name):
    shared.run("%track on")
    answer = shared.run("width = 3")
    nothing = shared.run("%track help")
    shared.run("%track off")
    after = shared.run("width = 4")
    assert "✓" in answer.summary
    assert "width=3" in answer.summary
    assert (nothing.summary, after.summary) == ("", "")


def test_help_lists_every_option_and_subcommand(shared):
    printed = shared.run("%track help").printed
    assert "--on-rerun new|replace" in printed
    assert "undo" in printed


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("shwo", "no subcommand 'shwo' (nearest: show)"),
        ("show no-such-run", "There is no run 'no-such-run'"),
        ("log acc", "%track: log takes k=v, not 'acc'"),
        ("rm", "rm needs a run"),
        ("config trust", "there is nothing to trust"),
    ],
)
def test_nonsense_gets_a_sentence(shared, name, line, sentence):
    answer = shared.run(f"%track {line}")
    assert sentence in answer.told
    assert answer.status == "ok"


def test_config_changes_the_store_of_the_kernel(kernel9):
    kernel9.run("%%track here\nx = 1")
    answer = kernel9.run("%track config other")
    kernel9.run("%%track there\nx = 2")
    assert "%track config of this kernel names it" in answer.told
    assert [run.info.run_name for run in kernel9.runs()] == ["here"]
    assert "there" in kernel9.run("%track runs").result


def test_doctor_checks_this_kernels_store(kernel9):
    kernel9.run("%%track here\nx = 1")
    assert "schema" in kernel9.run("%track doctor").printed


def test_doctor_says_which_rule_chose_the_store_of_this_kernel(shared, name):
    printed = shared.run("%track doctor").printed
    assert "It is" in printed
    assert "was given as the tracking URI" not in printed
