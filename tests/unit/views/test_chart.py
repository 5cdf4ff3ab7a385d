"""Charts: small pictures that show every spike and every gap."""

import base64
import math
import re
from xml.etree import ElementTree as ET

import pytest

from nbtrack.views.chart import Chart, Panel, Series, grouped
from nbtrack.views.curve import path, thinned
from nbtrack.views.panel import COLOURS, GREY
from nbtrack.views.scale import Scale, labels, ticks, value_scale


def chart(values, steps=None, **options):
    steps = list(range(len(values))) if steps is None else steps
    return Chart([Panel("loss", [Series("loss", steps, values)])], **options)


def rows(svg):
    """Return the smallest and the greatest vertical place of all lines, in pixels."""
    places = []
    for data in re.findall(r'<path d="([^"]+)" fill="none" stroke="#3b7dd8"', svg):
        y = 0.0
        for command, numbers in re.findall(r"([MlvhL])([^MlvhL]*)", data):
            parts = [float(part) for part in re.findall(r"-?[\d.]+", numbers)]
            if command == "M":
                y = parts[1]
            elif command != "h":
                y += parts[-1]
            places.append(y)
    return min(places), max(places)


def test_a_million_points_make_a_small_picture_that_keeps_the_one_spike():
    values = [math.sin(i / 50_000) for i in range(1_000_000)]
    values[345_678] = 9.0
    svg = chart(values).svg()
    assert len(svg) < 30_000
    highest, lowest = rows(svg)
    # The spike takes the upper part of the axis for itself.
    assert lowest - highest > 4 * (lowest - rows(chart(values[:300_000]).svg())[0]) / 5
    assert Scale(-1, 9).place(9.0) == 1.0


def test_thinning_keeps_the_extremes_in_every_column():
    values = [(-1) ** i * (i % 97) for i in range(100_000)]
    line = thinned(range(100_000), values, (0, 99_999), 100)
    (part,) = line.parts
    assert (min(part.values), max(part.values)) == (min(values), max(values))
    assert len(part.x) <= 400


def test_few_points_are_all_drawn():
    line = thinned([0, 1, 2], [1.0, 5.0, 2.0], (0, 2), 100)
    assert line.parts[0].values == [1.0, 5.0, 2.0]
    assert line.parts[0].x == [0, 500, 1000]


@pytest.mark.parametrize(
    ("bad", "where"), [(math.nan, "nan"), (math.inf, "above"), (-math.inf, "below")]
)
def test_a_value_that_is_not_finite_leaves_a_gap_and_a_mark(bad, where):
    line = thinned(range(5), [1.0, 2.0, bad, 2.0, 1.0], (0, 4), 100)
    assert [part.values for part in line.parts] == [[1.0, 2.0], [2.0, 1.0]]
    assert getattr(line, where) == [500]


def test_a_gap_is_kept_among_many_points():
    values = [1.0] * 10_000
    values[5000] = math.nan
    line = thinned(range(10_000), values, (0, 9999), 100)
    assert len(line.parts) == 2
    assert len(line.nan) == 1


def test_a_point_between_gaps_is_a_dot():
    line = thinned(range(3), [math.nan, 1.0, math.nan], (0, 2), 100)
    assert path(line, lambda values: [0 for _ in values]) == "M50 0h0"


def test_only_gaps_and_no_points_still_make_a_chart():
    for values in ([], [math.nan] * 3, [math.inf]):
        ET.fromstring(chart(values).svg())
    assert "no points yet" in chart([]).svg()


def test_values_up_to_zero_have_no_place_on_a_logarithmic_axis():
    line = thinned(range(3), [1.0, 0.0, 10.0], (0, 2), 100, positive=True)
    assert (len(line.parts), line.below) == (2, [500])
    assert ticks(value_scale(1e-6, 1.0, log=True), 4) == [1e-6, 1e-4, 0.01, 1.0]


@pytest.mark.parametrize(
    "values",
    [
        [5.0] * 10,
        [0.0] * 3,
        [1e308, -1e308],
        [5e-324, 1e-323],
        [1.7e308, 1.0],
        [-1e-30, 1e-30],
        [10**15, 10**15 + 1],
    ],
)
@pytest.mark.parametrize("log", [False, True])
def test_any_floats_make_a_picture(values, log):
    svg = chart([float(value) for value in values], log=log).svg()
    ET.fromstring(svg)
    assert "nan" not in svg
    assert "inf" not in svg


def test_points_of_a_resumed_run_are_put_in_the_order_of_their_steps():
    assert chart([3.0, 1.0, 2.0], steps=[2, 0, 1]).svg() == chart([1.0, 2.0, 3.0]).svg()


def test_a_title_is_text():
    svg = Chart([Panel("<script>&\"'", [Series("a<b", [0], [1.0]), Series("c", [0], [1.0])])]).svg()
    root = ET.fromstring(svg)
    assert "<script" not in svg
    assert "<script>&\"'" in "".join(root.itertext())


def test_the_html_is_one_picture_with_its_data_and_its_last_values_in_words():
    html = chart([0.5, 0.25]).mimebundle()["text/html"]
    data = re.fullmatch(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)" .*>', html)
    assert base64.b64decode(data[1]).startswith(b"<svg ")
    assert data[2] == "loss: 0.25 at step 1"


def test_the_text_shows_a_small_curve():
    text = chart([0.0, 0.5, math.nan, 1.0]).mimebundle()["text/plain"]
    assert text.split("  ")[:2] == ["loss", "▁▅ █"]
    assert text.endswith("  1 at step 3")


def test_train_and_validation_curves_share_a_panel():
    panels = grouped(Series(key) for key in ("train_loss", "val_loss", "acc", "test/acc", "lr"))
    assert [[one.label for one in panel.series] for panel in panels] == [
        ["train_loss", "val_loss"],
        ["acc", "test/acc"],
        ["lr"],
    ]


def test_curves_that_count_other_steps_have_their_own_panel():
    batches = Series("train_loss", list(range(900)), [1.0] * 900)
    epochs = Series("val_loss", list(range(9)), [1.0] * 9)
    assert [panel.title for panel in grouped([batches, epochs])] == ["train_loss", "val_loss"]


def test_a_legend_stands_where_there_are_several_lines():
    svg = Chart([Panel("loss", [Series(f"run {i}", [0, 1], [1.0, 2.0]) for i in range(40)])]).svg()
    assert "run 0 2" in svg
    assert re.search(r">\+\d+<", svg)


def test_ticks_of_an_axis_have_the_same_decimals():
    assert labels([0.25, 0.5, 0.75]) == ["0.25", "0.50", "0.75"]
    assert labels([0.0, 25_000.0, 50_000.0]) == ["0", "25k", "50k"]


def contrast(one, other):
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("page", ["#ffffff", "#111111"])
def test_every_colour_can_be_read_on_light_and_dark_pages(page):
    assert min(contrast(colour, page) for colour in COLOURS) >= 3
    assert contrast(GREY, page) >= 4.3
