"""Another district starts from an empty template that is sound from the first minute."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from site_builder import district
from site_builder.catalogue import examine
from site_builder.cli import cli
from site_builder.errors import Severity, SiteError
from site_builder.pipeline import build
from site_builder.verify import verify
from tests.factories import write

ROOT = Path(__file__).parents[2]


def test_an_empty_district_passes_check_and_builds(tmp_path: Path) -> None:
    """One command; then check finds no error, the site builds, and every link leads somewhere."""
    made = CliRunner().invoke(
        cli,
        ["init", str(tmp_path / "new"), "--name", "沂水县", "--config", str(ROOT / "mkdocs.yml")],
    )
    assert made.exit_code == 0, made.output
    content = tmp_path / "new" / "content"
    _, findings = examine(content)
    assert [f for f in findings if f.severity is Severity.ERROR] == []
    site = tmp_path / "site"
    build(content, site, ROOT / "mkdocs.yml")
    assert verify(site, content) == []
    assert "沂水县" in (site / "index.html").read_text("utf-8")


def test_nothing_of_the_first_district_is_left(tmp_path: Path) -> None:
    """No name, number or matter of the district the program came with gets into another one."""
    site = tmp_path / "site"
    made = CliRunner().invoke(
        cli,
        ["init", str(tmp_path / "new"), "--name", "沂水县", "--config", str(ROOT / "mkdocs.yml")],
    )
    assert made.exit_code == 0
    build(tmp_path / "new" / "content", site, ROOT / "mkdocs.yml")
    words = ("河东", "河東", "临沂", "0539")
    told = {
        word
        for path in site.rglob("*")
        if path.suffix in (".html", ".json", ".xml")
        for word in words
        if word in path.read_text("utf-8")
    }
    assert told == set()


def test_what_the_program_makes_is_not_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague who adds everything to git adds content, and no cache and no built site."""
    district.start(tmp_path, ROOT / "content", "沂水县", "https://site.test/")
    monkeypatch.chdir(tmp_path)
    built = CliRunner().invoke(cli, ["build", "--no-downloads", "--config", f"{ROOT}/mkdocs.yml"])
    assert built.exit_code == 0, built.output
    assert Path(".cache").is_dir()
    for command in (("init", "--quiet"), ("add", "--all")):
        subprocess.run(["git", *command], check=True)
    added = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout
    top = {line.partition("/")[0] for line in added.splitlines()}
    assert top == {"content", "README.md", ".gitignore", ".pre-commit-config.yaml"}


def test_its_hook_tells_an_error_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pre-commit runs before a commit stops at an error, without a page of hints around it."""
    content = district.start(tmp_path / "new", ROOT / "content", "沂水县", "https://site.test/")
    monkeypatch.chdir(tmp_path / "new")
    (hook,) = yaml.safe_load(Path(".pre-commit-config.yaml").read_text("utf-8"))["repos"][0][
        "hooks"
    ]
    program, *arguments = hook["entry"].split()
    assert program == "site-builder"
    sound = CliRunner().invoke(cli, arguments)
    assert (sound.exit_code, sound.stdout) == (0, "")
    write(content / "matters" / "daily-life" / "elder-card.md", "没有登记栏")
    broken = CliRunner().invoke(cli, arguments)
    assert broken.exit_code == 1
    assert [line.partition(": ")[0] for line in broken.stdout.splitlines()] == [
        "matters/daily-life/elder-card.md:1"
    ]


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    """Starting in a folder that has something in it is refused and changes nothing."""
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    with pytest.raises(SiteError, match="不敢动"):
        district.start(tmp_path, ROOT / "content", "沂水县", "https://site.test/")
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]
