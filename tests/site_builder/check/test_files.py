"""Rules about files and links."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.factories import (
    MATTER_FILE,
    found,
    material,
    matter,
    package,
    write,
    write_content,
)

FORM = material(有空白表格="是", 空白表格="forms/申请表.docx", 示例样表="forms/样表.pdf")


def with_forms(folder: Path) -> Path:
    """Write content whose material has a blank form and a sample that both open."""
    content = write_content(folder, matters={MATTER_FILE: matter(申请材料=[FORM])})
    write(content / "files/forms/申请表.docx", "PK\x03\x04")
    write(content / "files/forms/样表.pdf", "%PDF-1.4\n")
    return content


def test_forms_that_open_have_no_finding(tmp_path: Path) -> None:
    """A blank form and a sample below content/files are passed over in silence."""
    assert found(with_forms(tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("申请表.docx", None), ("申请表.docx", ""), ("申请表.docx", "%PDF-1.4")],
)
def test_a_form_that_does_not_open_is_found(tmp_path: Path, name: str, text: str | None) -> None:
    """A form that is missing, empty or of another format is reported where it is named."""
    content = with_forms(tmp_path)
    path = content / "files/forms" / name
    path.unlink() if text is None else write(path, text)
    assert found(content) == [("F-01", f"空白表格: forms/{name}")]


def test_files_outside_the_folder_are_refused(tmp_path: Path) -> None:
    """A path that climbs out of content/files leads nowhere, even if a file is there."""
    content = write_content(tmp_path, matters={MATTER_FILE: matter(结果样本="../pages/index.md")})
    assert found(content) == [("F-01", "结果样本: ../pages/index.md")]


@pytest.mark.parametrize(
    "link",
    [
        "[证](/matters/elder-cart/)",
        "[证](../matters/elder-cart/#materials)",
        "[证](/hant/matters/elder-cart/)",
        "[套餐](/packages/nothing/)",
        "[主题](/themes/nothing/)",
        "[镇街](/townships/nothing/)",
        "[附件](/files/nothing.pdf)",
        "[页面](nothing.md)",
        '<a href="/matters/elder-cart/">证</a>',
        "[证]: /matters/elder-cart/",
    ],
)
def test_a_dead_link_is_found(tmp_path: Path, link: str) -> None:
    """A link to a record, file or page that is not there is reported on its line."""
    content = write_content(tmp_path, pages={"about.md": f"# 关于\n\n{link}\n"})
    assert found(content) == [("F-02", link)]


def test_a_dead_link_in_a_data_file_is_found(tmp_path: Path) -> None:
    """Addresses in data files count from the front page; one that leads nowhere is reported."""
    living = [{"链接": "matters/elder-card/"}, {"链接": "hall/"}, {"链接": "https://www.gov.cn/"}]
    dead = {"名称": "家有老人", "链接": "themes/elderly/"}
    content = write_content(tmp_path, data={"home": {"入口": [*living, dead]}})
    assert found(content) == [("F-04", "链接: themes/elderly/")]


def test_living_links_have_no_finding(tmp_path: Path) -> None:
    """Links to what exists, to built pages and to other sites are passed over in silence."""
    links = """
    [证](/matters/elder-card/) [证](../matters/elder-card/#materials)
    [證](/hant/matters/elder-card/)
    [列表](/matters/) [主题](/themes/daily-life/) [镇街](/townships/jiuqu/)
    [套餐](/packages/enjoy/ "套餐") [附件](/files/samples/elder-card.pdf) [大厅](/hall/)
    [首页](index.md) [上级](articles/2019/hall.md#top) [外](https://www.gov.cn/matters/x/)
    [电话](tel:0539-0000001) [锚](#top) ![图](/files/samples/elder-card.pdf) []()
    """
    content = write_content(
        tmp_path,
        matters={MATTER_FILE: matter(), "daily-life/second": matter(事项名称="第二个事项")},
        packages={"enjoy": package()},
        pages={"about.md": links, "articles/2019/hall.md": "[关于](../../about.md)\n"},
        prose="[套餐](../../packages/enjoy/) [第二个](../second/)\n",
    )
    assert found(content) == []


@pytest.mark.parametrize(
    "file",
    [
        "matters/elder-card.md",
        "matters/daily-life/elder-card.txt",
        "packages/enjoy.yml",
        "data/themes.yaml",
        "readme.md",
    ],
)
def test_a_file_that_nobody_reads_is_noticed(tmp_path: Path, file: str) -> None:
    """A file in the wrong place or with the wrong ending would silently not be published."""
    content = write_content(tmp_path)
    write(content / file, "事项名称: 放错地方\n")
    assert [code for code, _ in found(content)] == ["F-03"]


def test_hidden_files_are_left_alone(tmp_path: Path) -> None:
    """A .gitkeep that holds a folder is nobody's content."""
    content = write_content(tmp_path)
    write(content / "packages/.gitkeep", "")
    assert found(content) == []


def test_everyday_words_for_a_page_that_is_not_there(tmp_path: Path) -> None:
    """A word list that points to a matter nobody has is an error on its own line (F-05)."""
    words = {"说法": {"matters/elder-card/": ["老年证"], "matters/gone/": ["旧证"]}}
    content = write_content(tmp_path, data={"synonyms": words})
    (line,) = [text for code, text in found(content) if code == "F-05"]
    assert line.startswith("matters/gone/")


@pytest.mark.parametrize("line", ["(要|带什么", "要?什?么?", "带)什么"])
def test_a_way_to_ask_that_cannot_be_read(tmp_path: Path, line: str) -> None:
    """An expression the page could not read, or that fits no words at all, is an error (F-06)."""
    content = write_content(tmp_path, data={"questions": {"像提问的话": ["吗|呢", line]}})
    (told,) = [text for code, text in found(content) if code == "F-06"]
    assert line in told
