"""What axe-core says of a page: https://github.com/dequelabs/axe-core."""

from __future__ import annotations

from pathlib import Path

from tests.needs import needs

AXE = Path(__file__).parents[2] / "jupyter_extension/ui/node_modules/axe-core/axe.min.js"
GRAVE = {"serious", "critical"}


def assert_accessible(page, *, within="body", but=()):
    """Fail for each serious violation in a page.

    Parameters
    ----------
    page : Page
        Of Playwright; what is looked at is on it.
    within : str
        Selector of the part that is looked at.
    but : iterable of str
        Rules that are not asked, for parts that are of others.
    """
    needs(AXE.exists(), "axe-core is missing: cd jupyter_extension/ui && npm ci")
    page.evaluate(AXE.read_text("utf-8"))
    rules = {rule: {"enabled": False} for rule in but}
    found = page.evaluate(
        "async ([within, rules]) => (await axe.run(within, {rules})).violations", [within, rules]
    )
    told = [
        f"{one['id']}: {one['help']}: " + "; ".join(node["html"][:200] for node in one["nodes"][:3])
        for one in found
        if one["impact"] in GRAVE
    ]
    assert told == []
