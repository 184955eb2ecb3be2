"""What the figures say, what becomes of them for the public, and files no spreadsheet can run."""

from __future__ import annotations

import csv
import io
import re

import openpyxl
import pytest
import yaml

from form_api.decode import Posted
from form_api.desk import sheets
from form_api.desk.accounts import Officer
from form_api.desk.charts import chart
from form_api.desk.statistics import FILE, Table
from form_api.domain import Submission
from form_api.store import desk as stored
from form_api.store import queries
from form_api.store.base import Tx
from tests.form_api.desk.conftest import Office
from tests.office import Desk, hire

FORMULAS = (
    '=HYPERLINK("http://evil.example","点这里")',
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u3000=1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    '"=1+1"',
    "'=1+1",
    "=cmd|' /C calc'!A0",
    "+8613800138000",
    "\x00=1+1",
    "a\x0b=1",
)
"""What people can type into a category, an office's name or a matter."""
RUNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_csv_is_a_formula(text: str) -> None:
    """Whatever was typed, a spreadsheet that opens the CSV finds text in every cell."""
    written = sheets.csv_of([Table(text, ("", text), ((text, 1), ("普通", text)))]).decode()
    rows = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"), newline="")))
    cells = [cell for row in rows for cell in row]
    assert len(cells) >= 7
    for cell in cells:
        visible = re.sub(r"^[\s\x00-\x1f\u200b\ufeff]+", "", cell)
        assert not visible.startswith(RUNS), repr(cell)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_workbook_holds_texts_and_numbers(text: str) -> None:
    """Read again, a text is the text that was typed and no formula, and a number a number."""
    written = sheets.xlsx_of([Table("表", ("", "件数"), ((text, 3),))])
    book = openpyxl.load_workbook(io.BytesIO(written))
    name, count = (book["表"].cell(2, column) for column in (1, 2))
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    assert name.data_type in ("s", "inlineStr")
    assert name.value == clean.replace("\r", "\n") or name.value == clean
    assert (count.data_type, count.value) == ("n", 3)


def test_titles_make_sheets(office: Office) -> None:
    """The exported workbook opens with one sheet a table; the CSV with a mark for Chinese."""
    office.answered()
    csv_file = office.sun.get("/desk/statistics/export.csv")
    assert csv_file.content.startswith(b"\xef\xbb\xbf")
    book = openpyxl.load_workbook(
        io.BytesIO(office.sun.get("/desk/statistics/export.xlsx").content)
    )
    assert "都是哪一类" in book.sheetnames
    assert office.sun.get("/desk/statistics/export.pdf").status_code == 404


def test_figures_are_counted_from_the_records(office: Office) -> None:
    """Volumes, time to answer, share in time, noes, grades and no-shows are as they happened."""
    span = "?first=2019-11-04&last=2019-11-08"
    office.forward(days=20)  # Monday, 2019-11-04
    numbers = [office.claimed(window=5, township="jiuqu", category="attitude") for _ in range(2)]
    hire(office.api, Officer("zhao", "赵强", ("section",), "jiuqu"))
    helper, seen = Desk(office.api.base, "zhao"), office.number(window=6, category="attitude")
    assert "赵强（九曲街道）" in office.sun.get(f"/desk/complaints/{seen}/").text
    helper.step(seen, "claim")
    office.forward(days=2)
    text = "第一件在两个工作日内答复，我们核实以后换了办法。"
    for number in numbers:
        office.li.step(number, "answer", outcome="solved", text=text + number, confirmed="yes")
    found = office.found(numbers[0])
    rate = office.api.service.act(found, "rate", Posted({"grade": "1"}), "rate")
    office.api.run(rate)
    receipt = office.api.book(date="2019-11-07", slot="10:00-10:30", phone="13555550000").json()
    page = "/desk/appointments/?date=2019-11-07&place=hall:1-1"
    office.wang.press(page, f"/desk/appointments/{receipt['number']}/miss")
    tables = _tables(office.li.get(f"/desk/statistics/{span}").text)
    assert tables["每月收到多少意见"] == [["2019-11", "3", "2", "2", "100%", "0"]]
    assert tables["说的是哪个窗口"][0] == ["5 号窗口", "2", "2", "2", "100%", "0"]
    assert tables["说的是哪个窗口"][1] == ["6 号窗口", "1", "0", "", "", "0"]
    assert tables["来自哪个镇街"] == [["九曲街道", "2", "2", "2", "100%", "0"]]
    assert tables["各科室办得怎么样"] == [
        ["市场准入科", "2", "2", "2", "100%", "0"],
        ["九曲街道", "1", "0", "", "", "0"],
    ]
    assert tables["几个工作日答复的"] == [["0 天", "0"], ["1 天", "0"], ["2 天", "2"]]
    assert tables["好差评"] == [["非常不满意", "1"]]
    assert tables["差评说的是哪一类"] == [["服务态度", "1"]]
    assert tables["各窗口的预约，约了没来"] == [["1-1 号窗口", "1", "1", "100%"]]


def test_what_is_read_page_by_page_is_complete(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Across pages, also of one and the same moment, nothing is passed over or comes twice."""
    monkeypatch.setattr(queries, "PAGE", 2)
    numbers = [office.number() for _ in range(3)] + [office.claimed(), office.claimed()]
    office.api.book(date="2019-12-19", slot="10:00-10:30", phone="13555550001")
    found, one_by_one, none = office.api.run(office.api.service.store.read(_all_ways))
    assert {item.number for item in found} >= set(numbers)
    assert found == one_by_one
    assert any(len(item.events) > 1 for item in found)
    assert none == []


def _all_ways(tx: Tx) -> tuple[list[Submission], list[Submission | None], list[Submission]]:
    everything = sorted(queries.everything(tx), key=lambda item: (item.received_at, item.id))
    last = everything[-1].received_at
    found = list(queries.received(tx, 0, last + 1))
    assert found == everything
    return (
        found,
        [queries.by_number(tx, i.number) for i in found],
        [*queries.received(tx, last, last)],
    )


def test_a_chart_shows_what_its_table_says() -> None:
    """Bars are as long as their numbers; a long name is cut on the chart only."""
    drawn = chart(Table("t", ("", "件数"), (("很长很长很长很长的名字", 4), ("短", 2), ("无", 0))))
    assert drawn
    long, short, none = drawn.bars
    assert long.width == 2 * short.width
    assert none.width == 0
    assert [bar.value for bar in drawn.bars] == ["4", "2", "0"]
    assert chart(Table("t", ("", "件数"), (("一", 1),))) is None


def test_monthly_figures_go_to_the_public_site(office: Office) -> None:
    """A publisher puts the months that are over on the site, with a date up to which they count."""
    office.answered("十月的这一件，当天就换了办法，以后都这样办。")
    office.forward(days=31)
    office.pan.press("/desk/publishing/", "/desk/statistics/publish")
    wanted = office.api.run(office.api.service.store.read(lambda tx: stored.wanted_file(tx, FILE)))
    record = yaml.safe_load(wanted["content"])
    now = office.api.clock.now.date()
    assert record["截至"] < now.isoformat()[:8] + "01"
    assert all(month["月份"] < f"{now:%Y-%m}" for month in record["每月"])
    assert {"收到", "已答复", "按期", "评价", "满意"} <= set(record["每月"][0])
    assert record["截至"] in office.pan.get("/desk/publishing/").text
    token = office.li.fill_in("/desk/statistics/", "/desk/sign-out")
    assert office.li.client.post("/desk/statistics/publish", data=token).status_code == 403


def _tables(text: str) -> dict[str, list[list[str]]]:
    """Return the rows of every table of the page, by title."""
    found = {}
    for section in text.split('<section class="statistic">')[1:]:
        title = re.search("<h2>(.*?)</h2>", section)
        rows = re.findall("<tr>(.*?)</tr>", section, re.S)[1:]
        assert title
        found[title[1]] = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    return found
