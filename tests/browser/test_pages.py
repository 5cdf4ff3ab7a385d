"""The pages in a browser: on both hosts, whatever leads to them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import assert_accessible


@pytest.mark.parametrize("path", ["/", "/experiments/{experiment_id}", "/runs/{run_id}"])
def test_a_page_is_drawn(server, sample, page, path):
    place = path.format(experiment_id=sample.experiment_id, run_id=sample.run_ids[0])
    page.goto(server.url + place)
    expect(page.locator("#nbtrack")).not_to_be_empty()
    assert_accessible(page)
