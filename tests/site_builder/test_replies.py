"""Published answers on /complaints/, as the desk's files say."""

from __future__ import annotations

import re
from pathlib import Path

from site_builder import district
from site_builder.pipeline import build
from tests.factories import front_matter, write

ROOT = Path(__file__).parents[2]
ANSWER = {
    "标题": "窗口多要复印件",
    "编号": "T191008-12345678",
    "收到": "2019-10-08",
    "答复": "2019-10-11",
    "反映的事": "窗口要复印件。",
    "改进": "清单删去“复印件”。",
}
WITHDRAWN = {"编号": "T191012-22222222", "撤下": "2019-11-01", "撤下原因": "正在重新核实"}


def test_a_withdrawn_answer_is_told_with_its_reason_and_not_counted(tmp_path: Path) -> None:
    """People see what was answered and improved, and of what was taken back only when and why."""
    content = district.start(tmp_path / "new", ROOT / "content", "沂水县", "https://site.test/")
    for values in (ANSWER, WITHDRAWN):
        write(
            content / "replies" / "2019" / f"{values['编号']}.md", front_matter(values) + "改了。\n"
        )
    build(content, tmp_path / "site", ROOT / "mkdocs.yml")
    page = (tmp_path / "site" / "complaints" / "index.html").read_text("utf-8")
    text = re.sub("<[^>]+>", "", page.partition('id="replies"')[2])
    assert "公开的答复 1 件" in text
    assert "清单删去“复印件”" in text
    assert "编号 T191012-22222222 的答复在 2019-11-01 撤下了。原因：正在重新核实" in text
    assert text.count("改了。") == 1
