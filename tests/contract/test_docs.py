"""What the documents say is true: libraries, licences, commands and words of nobody's workplace."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from click import Group

from form_api.cli import main as form_api
from site_builder.cli import cli as site_builder

ROOT = Path(__file__).parents[2]
_NAME = re.compile(r"[A-Za-z0-9_.-]+")


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def test_every_library_has_its_reason() -> None:
    """Whoever adds a library says in docs/decisions why it is there and what replaces it."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    named = set(re.findall(r"[a-z0-9-]+", read("docs/decisions/0005-dependencies.md").lower()))
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {found[0].lower() for line in wanted if (found := _NAME.match(line))}
    assert {n for n in names - named if not n.startswith("types-")} == set()


def test_every_shipped_package_has_its_licence_listed() -> None:
    """No package is locked without standing in docs/licences.md."""
    locked = {
        found[0].lower()
        for line in read("requirements.txt").splitlines()
        if line[:1].isalnum() and (found := _NAME.match(line))
    }
    listed = set(re.findall(r"^\| ([a-z0-9_.-]+) \|", read("docs/licences.md"), re.MULTILINE))
    assert locked - listed == set()


def test_every_fault_of_the_outbox_is_listed() -> None:
    """docs/outbox-faults.md names exactly the tests there are."""
    tests = re.findall(r"^def (test_\w+)", read("tests/e2e/outbox/test_faults.py"), re.MULTILINE)
    listed = re.findall(r"`(test_\w+)` \|$", read("docs/outbox-faults.md"), re.MULTILINE)
    assert sorted(listed) == sorted(tests)


@pytest.mark.parametrize("group", [site_builder, form_api], ids=["site-builder", "form-api"])
def test_every_command_has_help(group: Group) -> None:
    """Each command and option explains itself in --help."""

    def silent(commands: Group, path: str) -> list[str]:
        found = []
        for name, command in commands.commands.items():
            if command.hidden:
                continue
            if not command.help:
                found.append(f"{path}{name}")
            found += [
                f"{path}{name} {option.name}"
                for option in command.params
                if option.param_type_name == "option" and not getattr(option, "help", "")
            ]
            if isinstance(command, Group):
                found += silent(command, f"{path}{name} ")
        return found

    assert silent(group, "") == []


def test_the_lock_file_names_no_registry() -> None:
    """Versions and hashes only, so that any mirror can serve them."""
    assert "://" not in read("requirements.txt")
    assert "://" not in read("package-lock.json")


def test_no_file_names_a_machine() -> None:
    """The repository makes sense to a stranger: no absolute home or work folder in any file."""
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    pattern = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]+)/[a-z]")
    named = []
    for name in filter(None, files):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".yml", ".toml", ".html", ".js", ".css", ".json", ""}:
            text = path.read_text("utf-8", errors="ignore") if path.is_file() else ""
            if pattern.search(text):
                named.append(name)
    assert named == []
