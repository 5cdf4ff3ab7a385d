"""What the README tells a newcomer to type works as it stands."""

import re
import subprocess
import sys
from pathlib import Path

import nbtrack

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTALL = re.compile(
    r"^python3 -m venv \.venv && \.venv/bin/pip install '(.+)' && (.+)$", re.MULTILINE
)


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_there_are_exactly_two_commands_for_a_new_machine():
    assert INSTALL.findall(README) == [
        (".[lab]", ".venv/bin/nbtrack quickstart"),
        (".[lab,test]", ".venv/bin/pytest"),
    ]


def test_each_command_has_its_windows_form():
    found = re.findall(r'pip install "(.+)" && \.venv\\Scripts\\(.+)`', README)
    assert found == [(".[lab]", "nbtrack quickstart"), (".[lab,test]", "pytest")]


def test_the_script_of_the_readme_runs(tmp_path):
    from sklearn.datasets import load_iris

    frame = load_iris(as_frame=True).frame.rename(columns={"target": "species"})
    frame.to_csv(tmp_path / "iris.csv", index=False)
    (script,) = [block for block in blocks("python") if "start_run" in block]
    subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning", "-c", script], cwd=tmp_path, check=True
    )
    nbtrack.set_tracking_uri(tmp_path)
    (run,) = nbtrack.search_runs(output_format="list")
    assert run.data.params == {"max_depth": "3"}
    assert run.data.metrics["accuracy"] > 0.8
    assert run.info.status == "FINISHED"


def test_every_link_inside_the_repository_leads_somewhere():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("*/*.md")]:
        targets = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
        local = [target for target in targets if "://" not in target]
        assert [target for target in local if not (page.parent / target).exists()] == [], page


def test_the_pages_name_no_path_of_a_developers_machine():
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/*.ipynb")]:
        assert str(ROOT) not in page.read_text(encoding="utf-8"), page
