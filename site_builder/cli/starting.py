"""The commands that start something new: a file, or another district's content."""

from __future__ import annotations

from pathlib import Path

import click

from site_builder.cli import options


@click.command(help="给另一个区县开一个空的内容仓库；能通过检查，能生成网站。")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", prompt="区县名称（例如 沂水县）", help="区县名称。")
@click.option(
    "--address", default="https://www.example.gov.cn/", show_default=True, help="网站的网址。"
)
@options.config
def init(folder: Path, name: str, address: str, config: Path) -> None:
    """Start another district."""
    from site_builder import district

    shared = config.resolve().parent / "content"
    district.start(folder, shared, name.strip(), address.rstrip("/") + "/")
    click.echo(f"已建好 {folder}；先看 {folder / 'README.md'}")


@click.group(help="新建一个事项、套餐或文章的文件，各栏都写好名称和提示。")
def new() -> None:
    """Group what can be started."""


_id = click.option("--id", "identifier", default="", help="编码（网址里的名字）；不写就用拼音。")


@new.command("matter", help="新建事项。不写 --name、--theme 就会问。")
@click.option("--name", prompt="事项名称", help="事项名称。")
@click.option("--theme", help="主题的名称或编码。")
@_id
@options.content
def new_matter(name: str, theme: str | None, identifier: str, content: Path) -> None:
    """Start a matter."""
    from site_builder.new import new_matter as start
    from site_builder.new import themes

    if theme is None:
        click.echo("主题：" + "、".join(themes(content).values()))
        theme = click.prompt("哪个主题", type=str)
    path = start(content, theme, name, identifier)
    click.echo(f"已新建 {path}；填好各栏后运行 site-builder check")


@new.command("package", help="新建套餐。不写选项就会问。")
@click.option("--name", prompt="套餐名称", help="套餐名称。")
@click.option("--matter", "matters", multiple=True, help="包含的事项编码，可写多次。")
@_id
@options.content
def new_package(name: str, matters: tuple[str, ...], identifier: str, content: Path) -> None:
    """Start a package."""
    from site_builder.new import new_package as start

    chosen = matters or tuple(click.prompt("包含的事项编码（空格隔开）").split())
    click.echo(f"已新建 {start(content, name, chosen, identifier)}")


@new.command("article", help="新建文章。不写选项就会问。")
@click.option("--name", prompt="标题", help="标题。")
@click.option("--column", prompt="栏目（访谈、通知、政策解读）", help="栏目。")
@click.option("--description", prompt="一句话说明", help="列表里标题下面的一句话。")
@click.option("--source", prompt="来源单位", help="谁发布的。")
@_id
@options.content
def new_article(
    name: str, column: str, description: str, source: str, identifier: str, content: Path
) -> None:
    """Start an article."""
    from site_builder.new import Article
    from site_builder.new import new_article as start

    path = start(content, Article(name, column, description, source), identifier)
    click.echo(f"已新建 {path}；打开它写正文")


COMMANDS = (init, new)
