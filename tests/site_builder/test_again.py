"""Building again after an edit is a shortcut: it gives the clean build's site, byte for byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
import yaml
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from site_builder import again, anew, history, opendata, pipeline
from site_builder.errors import ContentError
from site_builder.gitenv import environment
from site_builder.model import Matter
from site_builder.noted import CACHE, Memory
from site_builder.publish.records import share
from site_builder.render import Output
from tests.factories import (
    commitment,
    front_matter,
    legal_basis,
    material,
    matter,
    package,
    step,
    text_of,
    township,
    waivable,
    write_content,
)

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "mkdocs.yml"
OWN_DATA = ("site", "forms", "appointments", "holidays", "answer-templates")
IDS = ("elder-card", "second", "third", "fourth")
QUESTIONS = [
    {
        "问题编码": "age",
        "问题": "多大年纪？",
        "选项": [
            {"选项": "八十岁以上", "选项值": "old", "增加事项": ["fourth"], "说明": "加办一证。"},
            {"选项": "不到八十岁", "选项值": "young", "减少事项": ["second"], "说明": "少办一证。"},
        ],
    },
    {
        "问题编码": "place",
        "问题": "住在哪里？",
        "选项": [
            {"选项": "城里", "选项值": "town", "说明": "一样。"},
            {"选项": "乡下", "选项值": "village", "说明": "一样。"},
        ],
    },
]


class Bureau:
    """A small content, its site, and what a clean build makes of the same content."""

    def __init__(self, folder: Path, config: Path = CONFIG) -> None:
        self.folder, self.out, self.config = folder, folder / "site", config
        matters = {
            f"daily-life/{name}": matter(
                事项名称=f"证件{name}",
                申请材料=[material(), waivable()],
                办理流程=[step()],
                设定依据=[legal_basis()],
            )
            for name in IDS
        }
        self.content = write_content(
            folder,
            matters=matters,
            packages={"both": package(包含事项=["elder-card", "second"], 情形=QUESTIONS)},
        )
        for name in OWN_DATA:
            shutil.copy(ROOT / "content/data" / f"{name}.yml", self.content / "data")
        self.memory: Memory | None = None
        self.git("init", "--quiet")
        self.commit()

    def commit(self) -> None:
        self.git("add", "content")
        self.git("commit", "--quiet", "--allow-empty", "--message", "edit")

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True, env=environment())

    def release(self) -> None:
        """Put a folder in the site's place that shares all its files, as a release does."""
        share(self.out, self.folder / "next")
        self.out.rename(self.folder / f"release-{time.monotonic_ns()}")
        (self.folder / "next").rename(self.out)

    def build(self) -> int:
        cache = self.folder / CACHE
        made = pipeline.build(self.content, self.out, self.config, cache=cache, memory=self.memory)
        return made.written

    def files(self) -> dict[str, bytes]:
        return _files(self.out)

    def clean(self) -> dict[str, bytes]:
        out = self.folder / "clean"
        shutil.rmtree(out, ignore_errors=True)
        pipeline.build(self.content, out, self.config, cache=self.folder / "another-cache")
        return _files(out)

    def edit(self, name: str, change: Callable[[dict[str, Any]], None]) -> None:
        path = self.content / "matters/daily-life" / f"{name}.md"
        values = yaml.load(path.read_text("utf-8").split("---\n")[1], yaml.BaseLoader)
        change(values)
        path.write_text(front_matter(values), "utf-8")

    def written_after(self, change: Callable[[], object]) -> set[str]:
        """Return the pages that a build after a change wrote."""
        before = {path: path.stat().st_mtime_ns for path in self.out.rglob("*.html")}
        change()
        self.build()
        return {
            path.relative_to(self.out).as_posix().removesuffix("index.html")
            for path in self.out.rglob("*.html")
            if before.get(path) != path.stat().st_mtime_ns
        }


def _files(out: Path) -> dict[str, bytes]:
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


@contextmanager
def bureau() -> Iterator[Bureau]:
    with tempfile.TemporaryDirectory() as folder:
        yield Bureau(Path(folder))


@contextmanager
def province() -> Iterator[Bureau]:
    """A site that counts as large, with templates of its own."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        for module in (again, anew):
            patch.setattr(module, "LARGEST", 0)
        shutil.copytree(ROOT / "templates", Path(folder, "templates"))
        yield Bureau(Path(folder), Path(shutil.copy(CONFIG, folder)))


WORDS = st.text("办证老年头发后里面 <&", min_size=1, max_size=6).map(
    lambda text: f"写{text.strip()}了"
)
EDITS = st.lists(
    st.tuples(
        st.sampled_from(IDS),
        st.sampled_from(["填报须知", "内容", "条件", "依据", "名称", "时限", "材料", "承诺"]),
        WORDS,
    ),
    min_size=1,
    max_size=4,
)


def _change(what: str, words: str) -> Callable[[dict[str, Any]], None]:
    def change(values: dict[str, Any]) -> None:
        match what:
            case "填报须知":
                values["申请材料"][0]["填报须知"] = words
            case "内容":
                values["办理流程"][0]["内容"] = words
            case "条件":
                values["受理条件"] = [words]
            case "依据":
                values["设定依据"][0]["内容摘要"] = words
            case "名称":
                values["事项名称"] += words
            case "时限":
                values["承诺办结时限"] = str(len(words))
            case "材料":
                values["申请材料"][0]["材料名称"] = words
            case "承诺":
                values["告知承诺"] = commitment()

    return change


@settings(max_examples=6)
@given(
    st.lists(st.tuples(EDITS, st.booleans(), st.booleans()), min_size=1, max_size=3),
    st.sampled_from([Memory, lambda: None]),
)
def test_any_edits_give_the_clean_site(
    builds: list[tuple[list[tuple[str, str, str]], bool, bool]],
    memory: Callable[[], Memory | None],
) -> None:
    """After any edits of any matters, committed or not, built again in between by the same process
    or another, in the same folder or in one that shares its files, no byte differs from a clean
    build.
    """
    with bureau() as office:
        office.memory = memory()
        office.build()
        for edits, committed, released in builds:
            for name, what, words in edits:
                office.edit(name, _change(what, words))
            if committed:
                office.commit()
            if released:
                office.release()
            try:
                office.build()
            except ContentError:
                return  # the edits break a rule; what is up stays up (test_pipeline.py)
        assert office.files() == office.clean()


SHARED = {
    "分区": ("content/data/hall.yml", "  名称: "),
    "镇街": ("content/data/townships.yml", "  名称: "),
    "主题": ("content/data/themes.yml", "  名称: "),
    "套餐": ("content/packages/both.md", "套餐名称: "),
    "全站": ("content/data/site.yml", "大厅: "),
    "模板": ("templates/pages/matter.html", "<h2>办理条件</h2>"),
    "宏": ("templates/macros/materials.html", "可后补"),
}
"""Files that show up on guides or might, and what in them is followed by words of one's own."""


def _change_shared(folder: Path, what: str, words: str) -> None:
    word = words.strip("写了<& ") or "新"
    if what == "又一个镇街":
        towns = [township(), township(镇街编码="another", 名称=f"{word}街道")]
        (folder / "content/data/townships.yml").write_text(text_of(towns), "utf-8")
    elif what == "对照":
        (folder / "content/data/glossary.yml").write_text(f"证件: {word}\n", "utf-8")
    else:
        name, before = SHARED[what]
        text = (folder / name).read_text("utf-8")
        assert before in text
        (folder / name).write_text(text.replace(before, before + word, 1), "utf-8")


SHARED_CHANGES = (*SHARED, "又一个镇街", "对照")
SHARED_EDITS = st.tuples(st.sampled_from(SHARED_CHANGES), WORDS)


def test_each_shared_file_reaches_the_guides_of_a_large_site() -> None:
    """Whatever guides show beside their matters, no guide stands when it changes."""
    with province() as office:
        office.edit("third", lambda values: values.update(是否下放镇街="是"))
        office.build()
        for what in SHARED_CHANGES:
            _change_shared(office.folder, what, "头发")
            office.build()
            assert office.files() == office.clean(), what


@settings(max_examples=5, phases=[Phase.generate])  # every step is a build; to shrink takes hours
@given(
    st.lists(
        st.tuples(st.lists(SHARED_EDITS, max_size=2), EDITS | st.just([]), st.booleans()),
        min_size=2,
        max_size=4,
    ),
    st.sampled_from([Memory, lambda: None]),
)
def test_any_edits_of_shared_files_give_the_clean_large_site(
    builds: list[tuple[list[tuple[str, str]], list[tuple[str, str, str]], bool]],
    memory: Callable[[], Memory | None],
) -> None:
    """On a large site guides stand whose inputs did not change. Whatever is edited, build by build,
    no byte differs from a clean build.
    """
    with province() as office:
        office.memory = memory()
        office.build()
        for shared, edits, committed in builds:
            for what, words in shared:
                _change_shared(office.folder, what, words)
            for name, field, words in edits:
                office.edit(name, _change(field, words))
            if committed:
                office.commit()
                office.release()
            try:
                office.build()
            except ContentError:
                return
        assert office.files() == office.clean()


def test_on_a_large_site_only_guides_that_show_a_shared_file_are_made_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A theme's name is on its guides, a township's on none; what somebody touched is made again,
    and so is what an edit has made since.
    """
    made: list[str] = []

    def noted(matter: Matter, *others: Any) -> Output:
        made.append(matter.id)
        return matter_file(matter, *others)

    matter_file = opendata.matter_file
    monkeypatch.setattr(opendata, "matter_file", noted)

    def made_after(change: Callable[[], object]) -> set[str]:
        made.clear()
        change()
        office.build()
        return set(made)

    def shared(what: str) -> Callable[[], object]:
        return lambda: _change_shared(office.folder, what, "东")

    with province() as office:
        office.build()
        assert made_after(shared("镇街")) == set()
        guide = office.out / "hant/matters/third/index.html"
        assert made_after(lambda: (shared("镇街")(), guide.write_text("坏"))) == {"third"}
        edited = made_after(lambda: office.edit("third", _change("填报须知", "写一张")))
        assert edited == {"third"}
        assert made_after(shared("镇街")) == {"third"}
        assert made_after(office.commit) == {"third"}
        office.git("reset", "--quiet", "--soft", "HEAD^")
        assert made_after(shared("镇街")) == {"third"}
        assert made_after(shared("主题")) == set(IDS)
        assert office.files() == office.clean()


@pytest.mark.parametrize(
    ("matter", "pages"),
    [
        ("third", set()),
        ("second", {"", "old/town/", "old/village/"}),
        ("fourth", {"", "old/town/", "old/village/"}),
        ("elder-card", {"", "old/town/", "old/village/", "young/town/", "young/village/"}),
    ],
)
def test_an_edit_inside_a_matter_writes_what_shows_it(matter: str, pages: set[str]) -> None:
    """One sentence changed: the guide, its packages and the answers that lead to it, in both
    scripts; no question shows it.
    """
    with bureau() as office:
        office.build()
        written = office.written_after(lambda: office.edit(matter, _change("填报须知", "写一张")))
        shown = {f"matters/{matter}/", *(f"packages/both/{page}" for page in pages)}
        assert written == shown | {f"hant/{page}" for page in shown}
        assert office.files() == office.clean()


def test_a_commit_makes_what_tells_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A published edit: its guide, and the page of changes when an applicant has to know.

    No other matter is read for it.
    """
    with bureau() as office:
        office.build()
        monkeypatch.setattr(anew, "load_catalogue", None)

        def publish(what: str, words: str) -> None:
            office.edit("third", _change(what, words))
            office.commit()
            office.release()

        guide = {"matters/third/", "hant/matters/third/"}
        assert office.written_after(lambda: publish("填报须知", "写一张")) == guide
        told = office.written_after(lambda: publish("条件", "写好了的"))
        assert told == guide | {"changes/", "hant/changes/"}
        monkeypatch.undo()
        assert office.files() == office.clean()


def test_a_shared_file_writes_exactly_the_pages_that_show_it() -> None:
    """A township's name changes where townships are listed or chosen, and nowhere else."""
    with bureau() as office:
        office.build()
        path = office.content / "data/townships.yml"
        text = path.read_text("utf-8")
        values = yaml.load(text, yaml.BaseLoader)
        name = values[0]["名称"]
        new = name[:-2] + "新" + name[-2:]
        written = office.written_after(lambda: path.write_text(text.replace(name, new), "utf-8"))
        shown = {page for page in written if not page.startswith("hant/")}
        place = f"townships/{values[0]['镇街编码']}/"
        forms = {"appointments/", "complaints/", "help/request/"}
        assert shown == {"townships/", place, "sitemap/"} | forms


@pytest.mark.parametrize("file", ["matters/third/index.html", "assets"])
def test_what_somebody_removed_from_the_site_is_made_again(file: str) -> None:
    """The shortcut is only taken while the site is as the last build left it."""
    with bureau() as office:
        office.build()
        path = office.out / file
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        office.build()
        assert office.files() == office.clean()


def test_an_error_in_an_edit_is_reported_like_in_a_full_build() -> None:
    """The shortcut judges an edited matter by every rule, and leaves the site as it was."""
    with bureau() as office:
        office.build()
        before = office.files()
        office.edit("third", lambda values: values.update(受理条件=["其他条件，等等"]))
        office.edit("second", lambda values: values.update(窗口="999"))
        with pytest.raises(ContentError):
            office.build()
        assert office.files() == before


def test_a_matter_that_is_not_in_force_yet_is_on_no_page() -> None:
    """A package leaves it out before and after an edit, and the shortcut judges it all the same."""
    with bureau() as office:
        office.edit("second", lambda values: values.update(生效日期="2999-01-01"))
        office.build()
        for name in ("elder-card", "second"):
            office.edit(name, _change("填报须知", "写一张"))
            office.build()
            assert office.files() == office.clean()
        office.edit("second", lambda values: values.update(受理条件=["其他条件，等等"]))
        with pytest.raises(ContentError):
            office.build()


def test_a_file_with_the_times_of_its_elder_is_read_again() -> None:
    """Who sets a file's times back, as unpacking does, changes its entry; size and times lie."""
    with bureau() as office:
        path = office.content / "data/townships.yml"
        text = path.read_text("utf-8")
        time.sleep(0.1)
        office.build()
        times = path.stat()
        path.write_text(text.replace("九曲", "九七"), "utf-8")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert office.build() > 0
        assert office.files() == office.clean()


def test_without_what_the_last_build_left_everything_is_built() -> None:
    """Files may go from the cache one by one; none decides what the site says."""
    with bureau() as office:
        for name in ("note", "stamps", "outputs", "faces", "rest", "runs"):
            office.build()
            (kept,) = office.folder.glob(f"{CACHE}/notes/*/{name}")
            kept.unlink()
            office.edit("third", _change("填报须知", f"写{name}"))
            office.build()
            assert office.files() == office.clean()


def test_nothing_changed_writes_nothing() -> None:
    """A second build looks and leaves."""
    with bureau() as office:
        office.build()
        before = {p: p.stat().st_mtime_ns for p in office.out.rglob("*")}
        assert office.build() == 0
        assert {p: p.stat().st_mtime_ns for p in office.out.rglob("*")} == before


def test_a_second_build_of_the_same_folder_waits() -> None:
    """Who starts a build in the middle of another is told so, and both end well."""
    with bureau() as some, ExitStack() as ends, pytest.MonkeyPatch.context() as patch:
        command: list[str | Path] = [
            sys.executable,
            "-m",
            "site_builder",
            "build",
            "--no-downloads",
        ]
        command += ["--content", some.content, "--out", some.out, "--config", some.config]
        others = []
        kept_changes = history.kept_changes

        def meanwhile(content: Path, cache: Path) -> tuple[history.Change, ...]:
            other = subprocess.Popen(command, cwd=some.folder, text=True, stdout=PIPE, stderr=PIPE)
            others.append(ends.enter_context(other))
            assert other.stderr
            assert "另一次生成" in other.stderr.readline()
            return kept_changes(content, cache)

        patch.setattr(history, "kept_changes", meanwhile)
        some.build()
        patch.undo()
        told, trouble = others[0].communicate()
        assert (others[0].returncode, trouble) == (0, "")
        assert "写了 0 个文件" in told
        assert some.files() == some.clean()
