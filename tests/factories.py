"""The smallest content folder with nothing to complain about, and handles to bend it.

    content = write_content(tmp_path)
    content = write_content(tmp_path, matters={"daily-life/elder-card": matter(承诺办结时限="30")})

Every record is a fresh dictionary of texts, keyed as in the files; a keyword replaces a value and
None leaves the key out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from site_builder.catalogue import examine

Values = dict[str, Any]

MATTER_ID = "elder-card"
MATTER_FILE = f"daily-life/{MATTER_ID}"
RESULT_SAMPLE = "samples/elder-card.pdf"


def matter(**changes: Any) -> Values:
    """Return the smallest matter that every rule accepts."""
    values: Values = {
        "事项名称": "老年人优待证",
        "简要说明": "本区六十岁以上老人办理，凭证免费乘公交。",
        "事项类型": "公共服务",
        "实施主体": "区民政局",
        "服务对象": ["个人"],
        "办件类型": "承诺件",
        "法定办结时限": "20",
        "承诺办结时限": "5",
        "到办事现场次数": "1",
        "到场原因": "核对本人身份",
        "是否网上可办": "否",
        "是否收费": "否",
        "结果名称": "老年人优待证",
        "结果类型": "证照",
        "结果有效期": "长期",
        "结果样本": RESULT_SAMPLE,
        "受理条件": ["年满六十周岁"],
        "进驻分区": "便民综合服务",
        "窗口": "1-2",
        "是否下放镇街": "否",
        "是否审批不出科室": "不适用",
        "是否免费邮寄": "是",
        "咨询电话": "0539-0000001",
        "监督投诉电话": "0539-0000002",
        "核对日期": "2019-10-08",
        "申请材料": [material()],
        "办理流程": [step()],
        "设定依据": [legal_basis()],
    }
    return _changed(values, changes)


def material(**changes: Any) -> Values:
    """Return a main material."""
    values: Values = {
        "材料名称": "居民身份证",
        "来源渠道": "政府部门核发",
        "材料类型": "原件",
        "材料形式": "纸质",
        "纸质份数": "1",
        "材料必要性": "必要",
        "有空白表格": "否",
    }
    return _changed(values, changes)


def waivable(**changes: Any) -> Values:
    """Return a material that may be handed in later."""
    values = material(材料名称="近期照片", 来源渠道="申请人自备")
    return _changed(values, {"材料必要性": "容缺后补", "容缺补正时限": "3"} | changes)


def step(**changes: Any) -> Values:
    """Return a step of the process."""
    values: Values = {
        "环节": "受理",
        "办理人": "窗口人员",
        "时限": "当场",
        "内容": "核对材料，当场发证。",
    }
    return _changed(values, changes)


def legal_basis(**changes: Any) -> Values:
    """Return a legal basis."""
    values: Values = {
        "文件名称": "《中华人民共和国老年人权益保障法》",
        "条款": "第五十三条",
        "内容摘要": "老年人享受社会优待。",
    }
    return _changed(values, changes)


def commitment(**changes: Any) -> Values:
    """Return a notice-and-commitment that replaces the smallest matter's second material."""
    values: Values = {
        "替代的材料": ["近期照片"],
        "承诺内容": "承诺照片为本人近期所拍。",
        "违诺责任": "承诺不实的，撤销并收回证件。",
        "核查方式": "发证后抽查。",
    }
    return _changed(values, changes)


def package(**changes: Any) -> Values:
    """Return a package of the smallest matter and a second one named `second`."""
    values: Values = {
        "套餐名称": "我要享优待",
        "简介": "一次申请，两证同办。",
        "牵头部门": "区民政局",
        "承诺办结时限": "5",
        "来源": "演示补充",
        "包含事项": [MATTER_ID, "second"],
    }
    return _changed(values, changes)


def zone(**changes: Any) -> Values:
    """Return the zone that handles the smallest matter."""
    values: Values = {
        "分区编码": "daily-life",
        "楼层": "2",
        "所属区域": "便民综合服务",
        "名称": "便民综合服务",
        "窗口起": "1",
        "窗口止": "10",
        "办理内容": "便民服务",
    }
    return _changed(values, changes)


def township(**changes: Any) -> Values:
    """Return a township."""
    values: Values = {
        "镇街编码": "jiuqu",
        "名称": "九曲街道",
        "类型": "街道",
        "可信度": "较确定",
    }
    return _changed(values, changes)


def data_files() -> dict[str, Any]:
    """Return the smallest content/data, by file name without suffix."""
    return {
        "themes": [{"编码": "daily-life", "名称": "便民服务"}],
        "hall": {"分区": [zone()]},
        "townships": [township()],
    }


def write_content(
    folder: Path,
    *,
    matters: Mapping[str, Values] | None = None,
    packages: Mapping[str, Values] | None = None,
    data: Mapping[str, Any] | None = None,
    pages: Mapping[str, str] | None = None,
    prose: str = "",
) -> Path:
    """Write a content folder and return it; `data` and `pages` add to the smallest ones.

    `matters` are named "theme/id", `packages` "id", `pages` by their path; `prose` ends every
    matter's file.
    """
    content = folder / "content"
    for name, values in (matters if matters is not None else {MATTER_FILE: matter()}).items():
        write(content / "matters" / f"{name}.md", front_matter(values) + prose)
    for name, values in (packages or {}).items():
        write(content / "packages" / f"{name}.md", front_matter(values))
    for name, value in (data_files() | dict(data or {})).items():
        write(content / "data" / f"{name}.yml", text_of(value))
    for name, text in ({"index.md": "# 河东政务零距离\n"} | dict(pages or {})).items():
        write(content / "pages" / name, text)
    write(content / "files" / RESULT_SAMPLE, "%PDF-1.4\n")
    return content


def write(path: Path, text: str) -> Path:
    """Write a text file and the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def front_matter(values: Values) -> str:
    """Return a Markdown file with the values as front matter and no prose."""
    return f"---\n{text_of(values)}---\n"


def text_of(values: Values | Sequence[Any]) -> str:
    """Return values as the YAML a colleague would type, one thing a line."""
    return yaml.dump(values, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _changed(values: Values, changes: Mapping[str, Any]) -> Values:
    return {key: value for key, value in (values | dict(changes)).items() if value is not None}


def found(content: Path) -> list[tuple[str, str]]:
    """Return the code of each finding with the text of the line it points at."""
    _, findings = examine(content)
    return [(f.code, _line_text(content / f.file, f.line)) for f in findings]


def _line_text(path: Path, line: int) -> str:
    if not path.is_file() or path.suffix == ".pdf":
        return ""
    return path.read_text(encoding="utf-8", errors="replace").splitlines()[line - 1].strip()
