"""A broken workbook is refused whole: every problem by sheet, row and column, nothing written."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from site_builder.workbook.plan import import_workbook
from site_builder.workbook.problems import WorkbookError
from tests.workbooks import FOOD, SIGN, Office


def refusal(workbook: Path, content: Path) -> tuple[str, ...]:
    """Return the problems of a workbook, and see that nothing was written."""
    with pytest.raises(WorkbookError) as caught:
        import_workbook(workbook, content, dry_run=False)
    assert not content.exists()
    for problem in caught.value.problems:
        assert f"- {problem}" in str(caught.value)
    return caught.value.problems


def _without_sheet(office: Office) -> None:
    del office.sheets["申请材料"]


def _doubled_row(office: Office) -> None:
    office.add("事项", list(office.sheets["事项"][1]))


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (_without_sheet, "没有工作表“申请材料”；补上，或者改正表名"),
        (
            lambda o: o.without_column("办理流程", "办理人"),
            "“办理流程”第 1 行没有“办理人”这一列；补上，或者改正列名",
        ),
        (
            lambda o: o.head("办理流程", "办理人", "环节"),
            "“办理流程”第 1 行 D 列“环节”这一列重复了；只留一列",
        ),
        (_doubled_row, f"“事项”第 4 行 A 列“事项编码”“{FOOD}”与第 2 行重复；改掉其中一个"),
        (
            lambda o: o.put("事项", 2, "事项名称", "食品经营许可(新办)"),
            "“事项”第 3 行 B 列“事项名称”“食品经营许可(新办)”与第 2 行重复；改掉其中一个",
        ),
        (
            lambda o: o.put("申请材料", 4, "事项编码", "sign-filling"),
            "“申请材料”第 5 行 A 列“事项编码”写的“sign-filling”在工作表“事项”里没有；"
            "改正编码，或者补上这一行",
        ),
        (
            lambda o: o.put("证照联办", 1, "包含事项", f"{FOOD};nothing"),
            "“证照联办”第 2 行 C 列“包含事项”写的“nothing”在工作表“事项”里没有；"
            "改正编码，或者补上这一行",
        ),
        (
            lambda o: o.put("联办情形", 2, "套餐编码", "open-nothing"),
            "“联办情形”第 3 行 A 列“套餐编码”写的“open-nothing”在工作表“证照联办”里没有；"
            "改正编码，或者补上这一行",
        ),
        (
            lambda o: o.put("申请材料", 2, "序号", 1),
            "“申请材料”第 3 行 C 列“序号”“1”与第 2 行重复（同一事项）；改掉其中一个",
        ),
        (
            lambda o: o.put("情形", 2, "问题", "别的？"),
            "“情形”第 3 行 C 列“问题”与第 2 行序号相同、问题不同；改成同样的问题，或者换一个序号",
        ),
        (
            lambda o: o.put("事项", 1, "承诺办结时限(工作日)", "十天"),
            "“事项”第 2 行 K 列“承诺办结时限”写的是“十天”，不是整数；只写数字，如 5",
        ),
        (
            lambda o: o.put("事项", 1, "核对日期", "2019-02-30"),
            "“事项”第 2 行 AF 列“核对日期”写的是“2019-02-30”，不是存在的日期；写成 2019-10-08 这样",
        ),
        (
            lambda o: o.put("事项", 1, "办件类型", "快办件"),
            "“事项”第 2 行 I 列“办件类型”写的是“快办件”；改成其中之一：即办件、承诺件",
        ),
        (
            lambda o: o.put("镇街", 1, "镇街编码", "九曲"),
            "“镇街”第 2 行 A 列“镇街编码”“九曲”不能作编码；只用小写英文字母、数字和连字符",
        ),
        (
            lambda o: o.put("设定依据", 2, "事项编码", None),
            "“设定依据”第 3 行 A 列“事项编码”没有填；补上（合并的单元格要拆开填）",
        ),
    ],
)
def test_each_problem_is_said_with_its_place_and_the_way_out(
    spoil: Callable[[Office], object], problem: str, tmp_path: Path
) -> None:
    """One slip in a sound workbook gives one problem."""
    office = Office()
    spoil(office)
    workbook = office.save(tmp_path / "bureau.xlsx")
    assert refusal(workbook, tmp_path / "content")[0] == problem


def test_a_sheet_without_headings_is_refused(tmp_path: Path) -> None:
    """Where no row looks like the headings, the message lists them."""
    office = Office()
    office.sheets["镇街"] = [["a", "b"], ["九曲", "街道"]]
    (problem,) = refusal(office.save(tmp_path / "bureau.xlsx"), tmp_path / "content")
    assert problem.startswith("“镇街”前 10 行里找不到表头")
    assert "镇街编码、名称、类型、可信度、备注" in problem


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """Nobody mends a workbook one message at a time."""
    office = Office().put("事项", 1, "是否收费", "也许").put("申请材料", 1, "纸质份数", "一份")
    office.put("常见问题", 1, "事项编码", SIGN[:-1]).without_column("镇街", "类型")
    del office.sheets["取消证明"]
    problems = refusal(office.save(tmp_path / "bureau.xlsx"), tmp_path / "content")
    assert [problem.split("”")[0] for problem in problems] == [
        "“事项",
        "“申请材料",
        "没有工作表“取消证明",
        "“镇街",
        "“常见问题",
    ]


def test_a_missing_sheet_is_said_once(tmp_path: Path) -> None:
    """Rows that refer to a sheet that is not there are not blamed for it."""
    office = Office()
    del office.sheets["事项"]
    problems = refusal(office.save(tmp_path / "bureau.xlsx"), tmp_path / "content")
    assert problems == ("没有工作表“事项”；补上，或者改正表名",)


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    """A wrong file, an old format and a damaged one each get their own advice."""
    wrong = tmp_path / "matters.xlsx"
    advice = {}
    for kind, data in {"text": b"id,name\n", "old": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"}.items():
        wrong.write_bytes(data)
        (advice[kind],) = refusal(wrong, tmp_path / "content")
    with zipfile.ZipFile(wrong, "w") as archive:
        archive.writestr("hello.txt", "hello")
    (advice["zip"],) = refusal(wrong, tmp_path / "content")
    (advice["missing"],) = refusal(tmp_path / "no.xlsx", tmp_path / "content")
    assert "不是 .xlsx 工作簿" in advice["text"]
    assert "旧的 .xls 或加了密码" in advice["old"]
    assert "损坏了" in advice["zip"]
    assert "打不开" in advice["missing"]


def test_content_that_cannot_be_read_stops_the_import(tmp_path: Path) -> None:
    """An import never overwrites a file it does not understand."""
    content = tmp_path / "content"
    workbook = Office().save(tmp_path / "bureau.xlsx")
    import_workbook(workbook, content, dry_run=False)
    (broken,) = content.glob(f"matters/*/{FOOD}.md")
    broken.write_text("没有登记栏\n", encoding="utf-8")
    (content / "data/townships.yml").write_text("九曲街道\n", encoding="utf-8")
    (content / "data/themes.yml").write_text("- 名称：食品\n- [\n", encoding="utf-8")
    (content / "data/shared-materials.yml").write_text("- 编码: id-card\n", encoding="utf-8")
    twin = content / "matters/other" / f"{SIGN}.md"
    twin.parent.mkdir()
    twin.write_text("---\n事项名称: 招牌\n---\n", encoding="utf-8")
    with pytest.raises(WorkbookError) as caught:
        import_workbook(workbook, content, dry_run=False)
    text = str(caught.value)
    assert f"{broken.relative_to(content)}:1:" in text
    assert "data/townships.yml:1:" in text
    assert text.count("data/themes.yml:") == 1
    assert "data/shared-materials.yml:1: 有一项缺编码或名称" in text
    assert "编码相同" in text
    assert broken.read_text(encoding="utf-8") == "没有登记栏\n"
