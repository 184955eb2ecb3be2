"""Rules about personal numbers and official codes.

The numbers here are made up: the area code 990000 does not exist.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from site_builder.check.privacy import is_credit_code
from tests.factories import MATTER_FILE, found, matter, write, write_content

ID_NUMBER = "99000019491001123X"
MOBILE = "13900001234"
CREDIT_CODE = "91000000000000000K"
"""A made-up code with the right check character."""


@pytest.mark.parametrize(
    "number",
    [
        ID_NUMBER,
        "990000 19491001 1234",
        "990000-19491001-123x",
        "９９００００１９４９１００１１２３Ｘ",
    ],
)
@pytest.mark.parametrize(
    "file",
    [
        "pages/about.md",
        "data/remarks.yml",
        "replies/2019/1.md",
        "files/list.csv",
        "matters/daily-life/elder-card.md",
    ],
)
def test_id_numbers_are_found_in_every_file(tmp_path: Path, number: str, file: str) -> None:
    """Wherever a number like an identity number stands, its line is reported."""
    content = write_content(tmp_path)
    path = content / file
    before = path.read_text("utf-8") if path.exists() else "---\n标题: 答复\n---\n"
    if file.startswith("data/"):
        before = ""
    write(path, before + f"说明: 证号{number}\n")
    assert found(content) == [("E-09", f"说明: 证号{number}")]


@pytest.mark.parametrize(
    "number",
    [
        "9" * 20,
        CREDIT_CODE,
        "A" + ID_NUMBER,
        "2019100800000000",
        "0539-" + "1390000123",
    ],
)
def test_other_long_numbers_are_not_reported(tmp_path: Path, number: str) -> None:
    """Longer numbers, company codes and case numbers are passed over in silence."""
    assert found(write_content(tmp_path, pages={"about.md": f"编号{number}。\n"})) == []


def test_an_id_number_that_is_also_a_credit_code_is_reported(tmp_path: Path) -> None:
    """One identity number in 31 has a credit code's check character: its birthday gives it away."""
    stem = "99000019491001"
    both = next(n for i in range(10_000) if is_credit_code(n := f"{stem}{i:04}"))
    content = write_content(tmp_path, pages={"about.md": f"证号{both}\n"})
    assert found(content) == [("E-09", f"证号{both}")]


@pytest.mark.parametrize("number", [MOBILE, "139 0000 1234", "139-0000-1234"])
def test_mobile_numbers_are_a_warning(tmp_path: Path, number: str) -> None:
    """A number like somebody's mobile phone is reported wherever it stands."""
    content = write_content(tmp_path, pages={"about.md": f"联系人电话{number}。\n"})
    assert found(content) == [("N-01", f"联系人电话{number}。")]


def test_a_mobile_number_is_no_office_phone(tmp_path: Path) -> None:
    """A mobile number as a matter's phone lacks the area code and may be personal."""
    content = write_content(tmp_path, matters={MATTER_FILE: matter(咨询电话=MOBILE)})
    assert [code for code, _ in found(content)] == ["C-36", "N-01"]


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("网站标识码", "371312"),
        ("基本编码", "00011010300"),
        ("统一社会信用代码", CREDIT_CODE[:-1] + "D"),
        ("实施编码", CREDIT_CODE + "4" + "0001101030"),
    ],
)
def test_codes_are_checked_wherever_they_stand(tmp_path: Path, key: str, code: str) -> None:
    """An official code with a wrong length or check character is reported on its line."""
    content = write_content(tmp_path, data={"site": {"单位": [{key: code}]}})
    assert [code for code, _ in found(content)] == ["C-10"]
    assert key in found(content)[0][1]


def test_right_codes_are_not_reported(tmp_path: Path) -> None:
    """Codes of the right form, with the right check character, are passed over in silence."""
    codes = {
        "网站标识码": "3713120000",
        "基本编码": "000110103000",
        "统一社会信用代码": CREDIT_CODE,
        "实施编码": CREDIT_CODE + "4" + "000110103000",
    }
    assert found(write_content(tmp_path, data={"site": codes})) == []
