"""A workbook becomes content files, and an edited one changes only what was edited."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from site_builder.workbook.plan import import_workbook
from tests.workbooks import FOOD, SIGN, Office

THEMES = """\
# 主题的名称可以改
- 编码: food
  名称: 食品药品
"""
FOOD_FILE = f"matters/food/{FOOD}.md"
SIGN_FILE = f"matters/cheng-shi-guan-li/{SIGN}.md"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """Return a content folder that names one of the two themes."""
    folder = tmp_path / "content"
    (folder / "data").mkdir(parents=True)
    (folder / "data/themes.yml").write_text(THEMES, encoding="utf-8")
    return folder


@pytest.fixture
def imported(content: Path, tmp_path: Path) -> Path:
    """Return the content folder after the import of the plain small workbook."""
    import_workbook(Office().save(tmp_path / "first.xlsx"), content, dry_run=False)
    return content


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """Return the files that differ between two snapshots."""
    return {name for name in before | after if before.get(name) != after.get(name)}


def edit(content: Path, file: str, old: str, new: str) -> None:
    """Change a content file by hand."""
    path = content / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_matter_becomes_one_file_with_its_keys_in_fixed_order(imported: Path) -> None:
    """The file reads as a record a colleague could have written: one thing a line, no quotes."""
    assert (
        (imported / FOOD_FILE).read_text(encoding="utf-8")
        == """\
---
事项名称: 食品经营许可（新办）
简要说明: 开店前办理。
别名:
  - 开饭店
  - 餐饮证
事项类型: 行政许可
实施主体: 区局 食品科
服务对象:
  - 个人
  - 企业
办件类型: 承诺件
法定办结时限: 20
承诺办结时限: 10
到办事现场次数: 1
到场原因: 核对原件
是否网上可办: 是
是否收费: 否
结果名称: 许可证
结果类型: 证照
结果有效期: 5年
受理条件:
  - 有固定场所
  - 有卫生设备
进驻分区: 一窗受理
窗口: 7-22
是否下放镇街: 否
是否审批不出科室: 是
是否免费邮寄: 是
咨询电话: 0539-0000001
监督投诉电话: 0539-0000002
核对日期: 2019-10-08
申请材料:
  - 材料名称: 申请书
    来源渠道: 申请人自备
    材料类型: 原件
    材料形式: 纸质
    纸质份数: 1
    材料必要性: 必要
    有空白表格: 否
  - 材料名称: 身份证
    来源渠道: 申请人自备
    材料类型: 原件
    材料形式: 纸质
    纸质份数: 1
    材料必要性: 必要
    有空白表格: 否
    通用材料: id-card
  - 材料名称: 平面图
    来源渠道: 申请人自备
    材料类型: 原件
    材料形式: 纸质
    纸质份数: 1
    材料必要性: 容缺后补
    容缺补正时限: 5
    有空白表格: 否
办理流程:
  - 环节: 受理
    办理人: 7-22号窗口
    时限: 1天
    内容: 核对材料
  - 环节: 决定
    办理人: 食品科
    时限: 1天
    内容: 作出决定
设定依据:
  - 文件名称: 《食品安全法》
    条款: 第三十五条
    内容摘要: 实行许可
常见问题:
  - 问题: 要多久？
    回答: 十天以内。
情形:
  - 问题: 卖不卖熟食？
    选项:
      - 选项: 卖
        影响: 增加平面图
      - 选项: 不卖
        影响: 不增加
告知承诺:
  替代的材料:
    - 平面图
    - 身份证
  承诺内容: 承诺合格
  违诺责任: 撤销许可
  核查方式: 上门核查
---
"""
    )


def test_packages_and_data_have_files_of_their_own(imported: Path) -> None:
    """Everything in the workbook has one place in the content, derived columns have none."""
    assert (
        (imported / "packages/open-restaurant.md").read_text(encoding="utf-8")
        == """\
---
套餐名称: 我要开餐馆
简介: 一次办齐。
牵头部门: 食品科
承诺办结时限: 7
来源: 演示补充
包含事项:
  - food-license
  - sign-filing
情形:
  - 问题编码: shop-sign
    问题: 挂不挂招牌？
    选项:
      - 选项: 挂
        选项值: yes
        说明: 保留备案
      - 选项: 不挂
        选项值: no
        减少事项:
          - sign-filing
        说明: 不用备案
---
"""
    )
    data = {path.name: path.read_text(encoding="utf-8") for path in (imported / "data").iterdir()}
    assert data["themes.yml"] == THEMES + "- 编码: cheng-shi-guan-li\n  名称: 城市管理\n"
    assert data["shared-materials.yml"] == "- 编码: id-card\n  名称: 身份证\n"
    assert data["workbook-notes.yml"] == "- 项目: 名称\n  内容: 演示清单\n"
    assert data["hall.yml"].splitlines()[-5:] == [
        "    所属区域: 一窗受理",
        "    名称: 综合受理",
        "    窗口起: 7",
        "    窗口止: 22",
        "    办理内容: 各类审批",
    ]


def test_importing_again_changes_nothing(imported: Path, tmp_path: Path) -> None:
    """The second import of one workbook leaves every byte alone and says so."""
    before = snapshot(imported)
    report = import_workbook(Office().save(tmp_path / "again.xlsx"), imported, dry_run=False)
    assert report.changes == ()
    assert str(report) == "工作簿有 2 个事项、1 个套餐：内容没有变化"
    assert snapshot(imported) == before


def test_a_dry_run_says_in_words_what_would_change_and_writes_nothing(
    imported: Path, tmp_path: Path
) -> None:
    """One sentence a record, with the old and the new value of each thing that changes."""
    office = Office()
    office.put("事项", 1, "承诺办结时限(工作日)", 5).put("事项", 1, "是否收费", "是")
    office.put("事项", 1, "收费标准", "10元").put("事项", 1, "到场原因", None)
    office.put("事项", 1, "别名", "开饭店;办饭店证")
    office.put("申请材料", 3, "材料必要性", "必要").put("申请材料", 3, "容缺补正时限(工作日)", None)
    office.add(
        "申请材料",
        [
            *office.sheets["申请材料"][1][:2],
            4,
            "健康证明",
            "申请人自备",
            "原件",
            "纸质",
            1,
            "必要",
            None,
            None,
            "否",
            None,
        ],
    )
    del office.sheets["申请材料"][2]
    office.put("证照联办", 1, "承诺办结时限(工作日)", 6)
    before = snapshot(imported)
    report = import_workbook(office.save(tmp_path / "edited.xlsx"), imported, dry_run=True)
    assert report.changes == (
        "食品经营许可（新办）：别名新增“办饭店证”；别名删除“餐饮证”；"
        "承诺办结时限由 10 个工作日改为 5 个工作日；到场原因清空（原为“核对原件”）；"
        "是否收费由“否”改为“是”；收费标准填上“10元”；"
        "材料“平面图”：材料必要性由“容缺后补”改为“必要”，容缺补正时限清空（原为 5 个工作日）；"
        "新增材料“健康证明”；删除材料“身份证”",
        "我要开餐馆：承诺办结时限由 7 个工作日改为 6 个工作日",
    )
    assert str(report).endswith("2 处改动；这是试运行，没有写入")
    assert snapshot(imported) == before


def test_an_edited_workbook_changes_only_what_was_edited(imported: Path, tmp_path: Path) -> None:
    """Prose, comments, hand formatting and what the workbook cannot hold survive the import."""
    edit(imported, FOOD_FILE, "\n---\n", "\n---\n\n开店前先问问**窗口**。\n")
    edit(
        imported, FOOD_FILE, "承诺办结时限: 10", "# 和食品科说好了\n承诺办结时限: '10'  # 全省最快"
    )
    edit(imported, FOOD_FILE, "核对日期:", "生效日期: 2019-11-01\n本区备注: 留着\n核对日期:")
    edit(
        imported, FOOD_FILE, "    通用材料: id-card", "    通用材料: id-card\n    空白表格: a.docx"
    )
    edit(imported, SIGN_FILE, "简要说明: 开店前办理。", '简要说明: "开店前办理。"')
    before = snapshot(imported)
    office = Office().put("事项", 1, "承诺办结时限(工作日)", 8)
    office.put("申请材料", 2, "纸质份数", 2)
    import_workbook(office.save(tmp_path / "edited.xlsx"), imported, dry_run=False)
    after = snapshot(imported)
    assert changed(before, after) == {FOOD_FILE}
    expected = before[FOOD_FILE].decode()
    expected = expected.replace("承诺办结时限: '10'  # 全", "承诺办结时限: 8  # 全")
    head, body = expected.split("材料名称: 身份证")
    assert after[FOOD_FILE].decode() == head + "材料名称: 身份证" + body.replace(
        "纸质份数: 1", "纸质份数: 2", 1
    )


def test_a_renamed_material_keeps_its_form(imported: Path, tmp_path: Path) -> None:
    """What the workbook cannot hold stays with the material whose name is corrected."""
    edit(
        imported, FOOD_FILE, "    通用材料: id-card", "    通用材料: id-card\n    空白表格: a.docx"
    )
    office = Office().put("申请材料", 2, "材料名称", "居民身份证")
    report = import_workbook(office.save(tmp_path / "edited.xlsx"), imported, dry_run=False)
    assert report.changes[-1] == (
        "食品经营许可（新办）：材料“身份证”：材料名称由“身份证”改为“居民身份证”"
    )
    assert "空白表格: a.docx" in (imported / FOOD_FILE).read_text(encoding="utf-8")


def test_new_themes_and_shared_materials_get_code_and_name(content: Path, tmp_path: Path) -> None:
    """A theme is coded in Pinyin, free of clashes; a shared material is called as most call it."""
    office = Office().put("事项", 1, "主题", "食事").put("事项", 2, "主题", "实事")
    names = ["证件", "户口簿", "户口簿"]
    for row, name in zip((1, 3, 4), names, strict=True):
        office.put("申请材料", row, "通用材料", "household").put("申请材料", row, "材料名称", name)
    import_workbook(office.save(tmp_path / "themes.xlsx"), content, dry_run=False)
    themes = (content / "data/themes.yml").read_text(encoding="utf-8")
    assert themes.endswith("- 编码: shi-shi\n  名称: 食事\n- 编码: shi-shi-2\n  名称: 实事\n")
    shared = (content / "data/shared-materials.yml").read_text(encoding="utf-8")
    assert shared == "- 编码: household\n  名称: 户口簿\n- 编码: id-card\n  名称: 身份证\n"


def test_editors_keys_of_the_hall_survive(imported: Path, tmp_path: Path) -> None:
    """Opening hours stand beside the zones and are not the workbook's to change."""
    hall = imported / "data/hall.yml"
    hall.write_text(
        "# 大厅\n名称: 大厅\n备注:\n" + hall.read_text(encoding="utf-8"), encoding="utf-8"
    )
    before = hall.read_text(encoding="utf-8")
    office = Office().put("服务分区", 2, "名称", "无差别受理")
    report = import_workbook(office.save(tmp_path / "edited.xlsx"), imported, dry_run=False)
    assert hall.read_text(encoding="utf-8") == before.replace("综合受理", "无差别受理")
    assert report.changes == ("data/hall.yml：分区“general”：名称由“综合受理”改为“无差别受理”",)


def test_a_matter_of_another_theme_moves_with_its_prose(imported: Path, tmp_path: Path) -> None:
    """The file goes to the other folder and nothing of it stays behind."""
    edit(imported, SIGN_FILE, "\n---\n", "\n---\n说明文字\n")
    before = snapshot(imported)
    office = Office().put("事项", 2, "主题", "食品药品")
    report = import_workbook(office.save(tmp_path / "edited.xlsx"), imported, dry_run=False)
    after = snapshot(imported)
    assert report.changes == ("招牌备案：主题由“城市管理”改为“食品药品”",)
    assert after.pop(f"matters/food/{SIGN}.md") == before.pop(SIGN_FILE)
    assert after == before


def test_a_matter_that_left_the_workbook_is_reported_not_deleted(
    imported: Path, tmp_path: Path
) -> None:
    """Only a person deletes a guide that people may be reading."""
    office = Office()
    for rows in office.sheets.values():
        rows[:] = [row for row in rows if SIGN not in row]
    office.put("证照联办", 1, "包含事项", FOOD)
    report = import_workbook(office.save(tmp_path / "less.xlsx"), imported, dry_run=False)
    assert (imported / SIGN_FILE).exists()
    (warning,) = (w for w in report.warnings if "招牌备案" in w)
    assert "不在工作簿里" in warning
    assert SIGN_FILE in warning


def test_a_new_matter_is_one_new_file(imported: Path, tmp_path: Path) -> None:
    """A row more in the workbook is a file more in the content."""
    before = snapshot(imported)
    office = Office()
    row = list(office.sheets["事项"][1])
    office.add("事项", row).put("事项", 3, "事项编码", "food-change")
    office.put("事项", 3, "事项名称", "食品经营许可变更").put("事项", 3, "所属套餐", None)
    office.put("事项", 3, "是否告知承诺", "否").put("说明", 2, "内容", 3)
    report = import_workbook(office.save(tmp_path / "more.xlsx"), imported, dry_run=False)
    assert changed(before, snapshot(imported)) == {"matters/food/food-change.md"}
    assert report.changes == ("新增事项：食品经营许可变更（food-change）",)
    assert report.warnings == tuple(
        f"“食品经营许可变更”在“{sheet}”里一行也没有；补上才能发布"
        for sheet in ("申请材料", "办理流程", "设定依据")
    )


def test_an_empty_sheet_is_an_empty_list(imported: Path, tmp_path: Path) -> None:
    """A list the bureau cleared is cleared, once."""
    office = Office()
    del office.sheets["取消证明"][1:]
    workbook = office.save(tmp_path / "less.xlsx")
    report = import_workbook(workbook, imported, dry_run=False)
    assert report.changes == ("data/cancelled-proofs.yml：删除证明“无房证明”",)
    assert (imported / "data/cancelled-proofs.yml").read_text(encoding="utf-8") == "[]\n"
    assert import_workbook(workbook, imported, dry_run=True).changes == ()


def test_order_follows_the_number_column_where_gaps_are_fine(
    imported: Path, tmp_path: Path
) -> None:
    """Materials and steps stand in the order of 序号, wherever their rows are."""
    office = Office().put("办理流程", 1, "序号", "３０").put("办理流程", 2, "序号", 4.0)
    report = import_workbook(office.save(tmp_path / "order.xlsx"), imported, dry_run=False)
    assert report.changes == ("食品经营许可（新办）：办理流程的次序有变",)
    text = (imported / FOOD_FILE).read_text(encoding="utf-8")
    assert text.index("环节: 决定") < text.index("环节: 受理")


def messy(path: Path) -> Path:
    """Write the small workbook as offices keep theirs."""
    office = Office()
    office.put("事项", 1, "事项编码", " Ｆｏｏｄ－license ").put("事项", 1, "窗口", "７－２２号")
    office.put("事项", 1, "是否网上可办", "√").put("事项", 2, "是否网上可办", "Y")
    office.put("事项", 1, "是否下放镇街", "×").put("事项", 1, "法定办结时限(工作日)", "２０")
    office.put("事项", 1, "核对日期", "２０１９－１０－０８")
    office.put("事项", 2, "核对日期", dt.datetime(2019, 10, 8))
    office.put("事项", 1, "别名", " 开饭店；餐饮证； ").put("事项", 2, "服务对象", "个人；企业")
    office.put("申请材料", 1, "序号", "1").put("申请材料", 3, "容缺补正时限(工作日)", "５个工作日")
    for row in range(1, 5):
        office.put("申请材料", row, "有空白表格", None)
    office.put("服务分区", 2, "窗口起", 7.0)
    office.sheets["镇街"][0].insert(1, "联系人")
    office.sheets["镇街"][1].insert(1, "张三")
    office.head("事项", "法定办结时限(工作日)", " 法定办结时限（工作日） ")
    office.head("事项", "人生事件/经营阶段", "人生事件／经营阶段")
    office.head("申请材料", "容缺补正时限(工作日)", "容缺补正\n时限（工作日）")
    book = openpyxl.load_workbook(office.save(path))
    for worksheet in book.worksheets:
        worksheet.insert_rows(3)
        worksheet["A3"] = "  "
        worksheet.insert_rows(1, amount=2)
        worksheet["A1"] = f"河东区 {worksheet.title}"
        worksheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=4)
        worksheet["A2"] = "制表：办公室"
    reverse_columns(book["事项"])
    reverse_columns(book["常见问题"])
    book["常见问题"].title = " 常见 问题 "
    book.create_sheet("草稿")["A1"] = "随手记"
    book.save(path)
    claim_one_cell(path)
    return path


def claim_one_cell(path: Path) -> None:
    """Let every sheet say that it has a single cell, as some office programs do."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', data))


def reverse_columns(worksheet: Worksheet) -> None:
    """Put the last column first below the title."""
    rows = [list(row) for row in worksheet.iter_rows(min_row=3, values_only=True)]
    worksheet.delete_rows(3, len(rows))
    for row in rows:
        worksheet.append(row[::-1])


def test_a_workbook_as_offices_keep_it_means_the_same(imported: Path, tmp_path: Path) -> None:
    """Title rows, blank rows, widths, ticks, order of columns: none of it changes the content."""
    before = snapshot(imported)
    report = import_workbook(messy(tmp_path / "messy.xlsx"), imported, dry_run=False)
    assert report.changes == ()
    assert snapshot(imported) == before
    assert report.warnings == (
        "“镇街”第 3 行 B 列“联系人”不认识，没有导入这一列",
        "工作表“草稿”不认识，没有导入",
    )


def test_columns_that_contradict_another_sheet_are_reported(imported: Path, tmp_path: Path) -> None:
    """Where the workbook says a thing twice, the report tells which one was followed."""
    office = Office().put("事项", 1, "是否告知承诺", "否").put("事项", 2, "所属套餐", None)
    office.put("申请材料", 1, "事项名称", "食品证").put("服务分区", 2, "窗口数", 9)
    office.put("说明", 2, "内容", 146).put("事项", 1, "是否免费邮寄", None)
    office.put("事项", 2, "是否免费邮寄", "否")
    report = import_workbook(office.save(tmp_path / "odd.xlsx"), imported, dry_run=True)
    assert report.warnings == (
        "“事项”第 2 行 AA 列“是否免费邮寄”空着，按“否”导入",
        "“事项”第 2 行 X 列“是否告知承诺”与工作表“告知承诺”不一致，以“告知承诺”为准：是",
        "“事项”第 3 行 AE 列“所属套餐”与工作表“证照联办”不一致，以“证照联办”为准：open-restaurant",
        "“申请材料”第 2 行 B 列“事项名称”与工作表“事项”不一致，以“事项”为准：食品经营许可（新办）",
        "“服务分区”第 3 行 G 列“窗口数”与窗口起止不一致，以起止为准：16",
        "“说明”第 3 行 B 列“内容”写的是 146，实际有 2 项",
    )


def test_a_crash_leaves_every_file_whole(
    imported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the machine stops while writing, each file is the old one or the new one."""
    office = Office().put("事项", 1, "结果有效期", "长期").put("事项", 2, "结果有效期", "长期")
    workbook = office.save(tmp_path / "edited.xlsx")
    finished = shutil.copytree(imported, tmp_path / "finished")
    import_workbook(workbook, finished, dry_run=False)
    before, after = snapshot(imported), snapshot(finished)
    halves: list[Path] = []

    def lose_power(path: Path, data: bytes) -> int:
        with path.open("wb") as file:
            if path.name == f".{SIGN}.md.tmp":
                halves.append(path)
                file.write(data[: len(data) // 2])
                raise OSError("没电了")
            return file.write(data)

    monkeypatch.setattr(Path, "write_bytes", lose_power)
    with pytest.raises(OSError, match="没电了"):
        import_workbook(workbook, imported, dry_run=False)
    assert halves
    assert snapshot(imported)[FOOD_FILE] == after[FOOD_FILE] != before[FOOD_FILE]
    assert snapshot(imported)[SIGN_FILE] == before[SIGN_FILE] != after[SIGN_FILE]
    monkeypatch.undo()
    import_workbook(workbook, imported, dry_run=False)
    assert snapshot(imported) == after
