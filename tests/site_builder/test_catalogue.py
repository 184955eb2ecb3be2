"""A content folder becomes a checked catalogue, or a list of everything that is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from site_builder.catalogue import check, examine, load_catalogue
from site_builder.errors import ContentError, Severity
from tests.factories import (
    MATTER_FILE,
    commitment,
    material,
    matter,
    package,
    township,
    waivable,
    write,
    write_content,
    zone,
)

CONTENT = Path(__file__).parents[2] / "content"


def test_the_committed_content_has_no_error() -> None:
    """What this repository publishes passes its own rules; warnings stay few enough to read."""
    catalogue, findings = examine(CONTENT)
    assert [str(f) for f in findings if f.severity is Severity.ERROR] == []
    assert len([f for f in findings if f.severity is Severity.WARNING]) < 40
    assert catalogue.matters


def test_every_finding_of_every_stage_comes_in_one_sorted_list(tmp_path: Path) -> None:
    """A colleague sees the unreadable file, the wrong value and the broken rule in one run."""
    content = write_content(
        tmp_path,
        matters={
            MATTER_FILE: matter(承诺办结时限="30"),
            "daily-life/second": matter(事项名称="第二个事项", 法定办结时限="二十"),
        },
        data={"townships": [township(类型="乡")]},
    )
    write(content / "packages/enjoy.md", "没有登记栏\n")
    _, findings = examine(content)
    assert findings == sorted(findings)
    assert [(f.file, f.code) for f in findings] == [
        ("data/townships.yml", "S-03"),
        ("matters/daily-life/elder-card.md", "C-30"),
        ("matters/daily-life/second.md", "S-03"),
        ("packages/enjoy.md", "Y-01"),
    ]


def test_check_finds_what_examine_finds(tmp_path: Path) -> None:
    """What `check` forgets of a matter no rule misses: not on another core, not in a package."""
    content = tmp_path / "content"
    shutil.copytree(CONTENT, content)
    for number, path in enumerate(sorted((content / "matters").glob("*/*.md"))):
        text = path.read_text("utf-8").replace("    通用材料: ", f"    通用材料: x{number}-", 1)
        path.write_text(text.replace("\n窗口: ", "\n窗口：") if number % 9 == 0 else text, "utf-8")
    findings = check(content)
    assert {"C-54", "W-06", "W-08", "Y-03"} <= {finding.code for finding in findings}
    assert findings == examine(content)[1]


def test_errors_stop_and_all_are_told(tmp_path: Path) -> None:
    """A catalogue with errors is not returned; the exception lists every error, no warning."""
    content = write_content(
        tmp_path, matters={MATTER_FILE: matter(承诺办结时限="30", 到场原因=None, 别名=["甲", "甲"])}
    )
    with pytest.raises(ContentError) as caught:
        load_catalogue(content)
    assert [f.code for f in caught.value.findings] == ["C-30", "C-32"]
    assert str(caught.value).startswith("matters/daily-life/elder-card.md:10: C-30: 承诺 30")


def test_warnings_and_to_dos_do_not_stop(tmp_path: Path) -> None:
    """Content with warnings only is published."""
    content = write_content(
        tmp_path, matters={MATTER_FILE: matter(别名=["甲", "甲"], 结果样本=None)}
    )
    assert load_catalogue(content).by_id["elder-card"].aliases == ("甲", "甲")


def test_matters_come_in_the_order_of_their_themes(tmp_path: Path) -> None:
    """themes.yml decides the order of themes, the file name the order within one."""
    content = write_content(
        tmp_path,
        matters={
            "b-theme/a": matter(事项名称="一"),
            "a-theme/b": matter(事项名称="二"),
            "a-theme/a": matter(事项名称="三"),
            "unknown/a-first": matter(事项名称="四"),
        },
        data={"themes": [{"编码": "b-theme", "名称": "乙"}, {"编码": "a-theme", "名称": "甲"}]},
    )
    catalogue, _ = examine(content)
    assert [m.name for m in catalogue.matters] == ["一", "三", "二", "四"]


def test_totals_are_counted_from_the_content(tmp_path: Path) -> None:
    """The figures the site quotes follow the files, not a typed number."""
    content = write_content(
        tmp_path,
        matters={
            MATTER_FILE: matter(申请材料=[material(), waivable(), waivable(材料名称="体检报告")]),
            "daily-life/second": matter(
                事项名称="第二个事项", 是否网上可办="是", 是否下放镇街="是"
            ),
            "daily-life/third": matter(
                事项名称="第三个事项",
                申请材料=[material(), waivable()],
                告知承诺=commitment(),
            ),
        },
        packages={"enjoy": package()},
        data={
            "hall": {"分区": [zone(), zone(分区编码="tax", 名称="税", 窗口起="11", 窗口止="12")]}
        },
    )
    figures = load_catalogue(content).figures
    expected = {
        "matters": 3,
        "waivable_matters": 2,
        "waivable_materials": 3,
        "packages": 1,
        "commitment": 1,
        "devolved": 1,
        "windows": 12,
        "online_percent": 33.3,
        "in_office_percent": 0.0,
    }
    assert {name: figures[name] for name in expected} == expected


def test_a_shared_material_is_listed_once_for_a_package(tmp_path: Path) -> None:
    """The merged list names who needs a material, and the strictest demand wins (C-54)."""
    shared = {"通用材料": "id-card"}
    content = write_content(
        tmp_path,
        matters={
            MATTER_FILE: matter(申请材料=[material(**shared), waivable()]),
            "daily-life/second": matter(
                事项名称="第二个事项",
                申请材料=[
                    material(材料名称="申请人身份证", 纸质份数="2", **shared),
                    material(材料名称="户口簿"),
                ],
            ),
        },
        packages={"enjoy": package()},
        data={"shared-materials": [{"编码": "id-card", "名称": "身份证"}]},
    )
    catalogue = load_catalogue(content)
    merged = catalogue.merge(catalogue.packages[0].matter_ids)
    assert [(m.name, m.matter_ids) for m in merged] == [
        ("身份证", ("elder-card", "second")),
        ("近期照片", ("elder-card",)),
        ("户口簿", ("second",)),
    ]
    assert merged[0].material.copies == 2


def test_a_matter_knows_its_zone_and_packages(tmp_path: Path) -> None:
    """Where a matter is handled and what it belongs to is found by id."""
    content = write_content(
        tmp_path,
        matters={MATTER_FILE: matter(), "daily-life/second": matter(事项名称="第二个事项")},
        packages={"enjoy": package()},
    )
    catalogue = load_catalogue(content)
    zone_of = catalogue.zone_of(catalogue.by_id["second"])
    assert zone_of
    assert zone_of.id == "daily-life"
    assert [p.id for p in catalogue.packages_of["second"]] == ["enjoy"]


def test_an_empty_folder_is_told_what_it_lacks(tmp_path: Path) -> None:
    """A folder without content is findings, not a crash."""
    with pytest.raises(ContentError) as caught:
        load_catalogue(tmp_path)
    assert [f.code for f in caught.value.findings] == ["H-10"]


SLIPS = ["：", ":", '"', "'", "\t", "- ", "  ", "#", "&", "*", "[", "{", "|", "!", "\n", "---\n"]


@given(data=st.data())
@settings(max_examples=60)
def test_no_slip_of_the_keyboard_stops_the_check(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever is typed or deleted anywhere, the answer is findings on lines that exist."""
    content = write_content(tmp_path_factory.mktemp("slip"), packages={"enjoy": package()})
    path = data.draw(st.sampled_from(sorted(content.glob("[mpd]*/**/*.[my]*"))))
    text = path.read_text("utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = start + data.draw(st.integers(0, 4))
    path.write_text(text[:start] + data.draw(st.sampled_from(SLIPS)) + text[end:], "utf-8")
    for finding in examine(content)[1]:
        file = content / finding.file
        lines = file.read_text("utf-8").count("\n") + 1 if file.exists() else 1
        assert 1 <= finding.line <= lines
        assert finding.message
        assert finding.advice
