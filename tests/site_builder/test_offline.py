"""The offline copy, as the build makes it."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from site_builder.compose import Shell
from site_builder.offline import POINTER, WORKER_MODULES, OfflineCopy, worker
from site_builder.pages import Page
from site_builder.render import Output, Texts
from site_builder.runs import Runs
from site_builder.script import Converter

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
CONVERT = Converter()
SHELL = Shell.cut("<html><title>@@title@@</title>政务@@body@@</html>")


def page(url: str, body: str) -> tuple[Page, Texts]:
    return Page(url, "prose", url, "", updated="2019-10-08"), Texts(url, "", "", "", body)


def made(*pages: tuple[Page, Texts], files: tuple[Output, ...] = (), **site: str) -> dict[str, Any]:
    copy = OfflineCopy(SHELL, Runs(CONVERT), site)
    for one, texts in pages:
        copy.add_page(one, copy.record(texts, {"root": "../"}, {"root": "../../"}))
    for file in files:
        copy.add_file(file)
    outputs = [*copy.packed_files(), *copy.outputs(TEMPLATES)]
    return {output.path: output.data for output in outputs}


def parts(files: dict[str, bytes]) -> set[str]:
    return {path for path in files if path.startswith("data/offline/")}


def test_only_the_part_of_a_changed_page_changes_its_name() -> None:
    """A changed page costs a device the part it is in, and the short index: nothing else."""
    before = made(page("articles/a/", "甲"), page("packages/b/", "套餐"))
    after = made(page("articles/a/", "乙"), page("packages/b/", "套餐"))
    changed = {path.partition(".")[0] for path in parts(after) - parts(before)}
    assert changed == {"data/offline/articles", "data/offline/index"}


def test_the_same_site_makes_the_same_copy() -> None:
    """Building again without a change makes nobody download anything."""
    assert made(page("a/", "一样")) == made(page("a/", "一样"))


def test_the_pointer_counts_every_byte_of_the_copy() -> None:
    """The size people are told is the size they pay for."""
    files = made(page("a/", "内容"), files=(Output("assets/a.1.js", b"1"),))
    told = json.loads(files[POINTER])["bytes"]
    assert told == sum(len(files[path]) for path in parts(files))


def test_scripts_styles_and_the_data_of_search_are_in_the_copy() -> None:
    """What pages load is there without a network; data for other systems is not."""
    wanted = {"assets/a.1.css", "assets/a.1.js", "data/search.hans.json"}
    others = {"data/matters/x.json", "index.html"}
    files = made(files=tuple(Output(path, b"1") for path in wanted | others))
    index = json.loads(files[POINTER])["index"]
    assert set(json.loads(gzip.decompress(files[index]))["files"]) == wanted


def test_a_switched_off_copy_leaves_a_worker_that_removes_itself() -> None:
    """The switch in site.yml reaches devices that have a broken copy (kill switch)."""
    files = made(page("a/", "内容"), 离线副本="停用")
    assert set(files) == {"sw.js", POINTER}
    assert b"unregister" in files["sw.js"]
    assert json.loads(files[POINTER])["stop"]


def test_the_worker_is_one_classic_script() -> None:
    """Browsers that take no module as a worker take this one."""
    text = worker(TEMPLATES, stopped=False).decode()
    assert not re.search(r"^\s*(import|export)\b", text, re.M)


def test_no_two_modules_of_the_worker_share_a_name() -> None:
    """In one classic script the later function of a name silently takes the earlier one's place."""
    paths = [*(f"assets/{name}" for name in WORKER_MODULES), "worker/worker.js"]
    text = "\n".join((TEMPLATES / path).read_text("utf-8") for path in paths)
    declared = r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)"
    names = Counter(re.findall(declared, text, re.M))
    assert names["flush"] == 1
    assert [name for name, times in names.items() if times > 1] == []
