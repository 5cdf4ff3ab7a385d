"""Figures are seen where they are displayed, once each."""

import base64

import pytest

from nbtrack.notebook.capture.figures import FigureWatch

PNG = base64.b64encode(b"\x89PNG one").decode()
OTHER = base64.b64encode(b"\x89PNG two").decode()


@pytest.fixture
def watch(shell):
    made = FigureWatch(shell)
    made.install()
    yield made
    made.uninstall()


def test_a_displayed_picture_is_kept_once(watch, shell):
    for _ in range(2):
        shell.display_pub.publish(data={"image/png": PNG, "text/plain": "<Figure>"})
    shell.display_pub.publish({"image/svg+xml": "<svg/>"}, {})
    assert watch.figures() == [
        (b"\x89PNG one", "image/png", "figure-1.png"),
        (b"<svg/>", "image/svg+xml", "figure-2.svg"),
    ]


def test_an_updated_display_keeps_its_last_picture(watch, shell):
    for picture in (PNG, OTHER):
        shell.display_pub.publish(
            {"image/png": picture}, transient={"display_id": "a"}, update=True
        )
    assert [figure.data for figure in watch.figures()] == [b"\x89PNG two"]


def test_our_own_displays_are_no_figures(watch, shell):
    shell.display_pub.publish({"image/png": PNG}, {"nbtrack": {"live": True}})
    assert watch.figures() == []


def test_text_is_no_figure(watch, shell, capsys):
    shell.display_pub.publish({"text/plain": "x"})
    assert watch.figures() == []


def test_a_figure_on_the_last_line_is_seen(watch, shell, capsys):
    shell.displayhook.write_format_data({"image/png": PNG, "text/plain": "x"})
    assert len(watch.figures()) == 1


def test_pictures_inside_capture_are_seen(watch, shell):
    shell.user_ns["png"] = PNG
    shell.run_cell(
        "%%capture\nfrom IPython.display import display\ndisplay({'image/png': png}, raw=True)"
    )
    assert len(watch.figures()) == 1


def test_open_pyplot_figures_of_the_cell_are_drawn(shell):
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    plt.figure(figsize=(1, 1))
    watch = FigureWatch(shell)
    watch.install()
    plt.figure(figsize=(1, 1)).gca().plot([1, 2])
    watch.uninstall()
    (figure,) = watch.figures()
    assert figure.data.startswith(b"\x89PNG")
    assert watch.figures() == [figure]
    plt.close("all")


def test_afterwards_the_publisher_is_as_it_was(shell):
    before = vars(shell.display_pub).copy()
    watch = FigureWatch(shell)
    watch.install()
    watch.uninstall()
    assert vars(shell.display_pub) == before
    shell.display_pub.publish({"image/png": PNG})
    assert watch.figures() == []


def test_nonsense_is_displayed_and_left_out(watch, shell):
    shell.display_pub.publish({"image/png": "no base64 at all"})
    assert watch.figures() == []
    assert watch.left_out[0].name == "figure"


def test_many_figures_are_bounded(watch, shell):
    for number in range(30):
        shell.display_pub.publish({"image/svg+xml": f"<svg>{number}</svg>"})
    assert len(watch.figures()) == 20
    assert watch.left_out == [("figure", "only 20 figures are kept")]
