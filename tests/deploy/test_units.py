"""What deploy/ hands to systemd and to containers names only what there is."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click import Command, Group

from form_api.cli import main as form_api
from form_api.settings import PREFIX, Settings
from site_builder.cli import cli as site_builder

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
TEXTS = [
    ROOT / "README.md",
    ROOT / "docs" / "operations.md",
    *sorted(path for path in DEPLOY.iterdir() if path.is_file()),
]
GROUPS: dict[str, Group] = {"form-api": form_api, "site-builder": site_builder}
_COMMAND = re.compile(r"(?:^ {4}|`|&& |exec |/bin/|-- )(form-api|site-builder) ([^`&#\n]+)", re.M)


def options(command: Command) -> set[str]:
    return {name for option in command.params for name in option.opts}


def missing(program: str, words: list[str]) -> str:
    """Return what of a command line there is not."""
    command: Command = GROUPS[program]
    for word in words:
        if isinstance(command, Group):
            if not word.startswith("-") and word not in command.commands:
                return f"{program} {' '.join(words)}: no {word}"
            command = command.commands.get(word, command)
        elif word.startswith("--") and word not in {"--help", *options(command)}:
            return f"{program} {' '.join(words)}: no {word}"
    return ""


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_command_named_exists(path: Path) -> None:
    """Whoever copies a command from the handbook or from deploy/ gets one that exists."""
    named = _COMMAND.findall(path.read_text(encoding="utf-8"))
    assert [line for program, rest in named if (line := missing(program, rest.split()))] == []


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_every_setting_named_exists(path: Path) -> None:
    """A setting in the handbook or in deploy/ is one the service knows."""
    known = {PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    named = set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", path.read_text(encoding="utf-8")))
    assert named - known == set()


@pytest.mark.parametrize("unit", sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer")))
def test_systemd_takes_the_unit(unit: Path, tmp_path: Path) -> None:
    """systemd finds nothing wrong in a unit, its program being installed."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for other in [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]:
        text = other.read_text(encoding="utf-8").replace(
            "/opt/hedong/.venv/bin", str(Path(sys.executable).parent)
        )
        (tmp_path / other.name).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", str(tmp_path / unit.name)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


def test_container_copies_what_there_is() -> None:
    """The image is built from files of this repository and runs as nobody in particular."""
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY")]
    assert all((ROOT / name).exists() for names in copied for name in names)
    assert any(line.startswith("USER ") and "root" not in line for line in lines)
    compose = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
    build = compose["services"]["hedong"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
