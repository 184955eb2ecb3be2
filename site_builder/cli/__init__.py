"""The commands of `site-builder`. They parse, call and print; they decide nothing.

What a command needs it imports itself: a start costs no more than what is used.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

import click

from site_builder import __version__
from site_builder.cli import content, publishing, starting
from site_builder.errors import ContentError, SiteError


def main() -> None:
    """Run the command line; errors go to standard error in words and exit with 1."""
    # Records live as long as the command; to look for rubbish among them all the time is waste.
    gc.set_threshold(100_000, 50, 50)
    try:
        cli(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit("已停下。")
    except ContentError as error:
        click.echo("\n".join(map(str, error.findings)), err=True)
        sys.exit(f"内容有 {len(error.findings)} 处错误，没有生成网站。改好以后再试一次。")
    except SiteError as error:
        sys.exit(str(error))
    _leave()


def _leave() -> None:
    """End without taking all records and OpenCC's dictionaries apart: 0.1 s after an edit."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


@click.group(
    help="河东政务零距离：把内容文件变成网站。", context_settings={"max_content_width": 100}
)
@click.version_option(__version__, prog_name="site-builder")
def cli() -> None:
    """Group the commands."""


for command in (*content.COMMANDS, *publishing.COMMANDS, *starting.COMMANDS):
    cli.add_command(command)
