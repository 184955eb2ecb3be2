"""Matters named in words, where a site has too many to list: resolved, asked back, never lost."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

import form_definitions
from form_api.matters import Matter, Matters
from form_api.site import CONTENT
from tests.form_api.test_pages import BOOKING, FIRST, Browser, hidden

MATTERS = {
    "food-new": ("食品经营许可（新办）", ["开饭店要办的证"]),
    "food-change": ("食品经营许可（变更）", ["换老板"]),
    "food-end": ("食品经营许可（注销）", ["开饭店要办的证"]),
    "barber": ("公共场所卫生许可", ["开理发店", "食品经营许可（注销）"]),
    **{f"stall-{number}": (f"占道经营第{number}号", []) for number in range(30)},
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose forms let people name a matter, as a large one's do."""
    data = tmp_path / "site" / "data"
    data.mkdir(parents=True)
    matters = [{"id": id_, "name": name, "aliases": a} for id_, (name, a) in MATTERS.items()]
    catalogue = {"matters": matters, "townships": [{"id": "jiuqu", "name": "九曲街道"}]}
    (data / "catalogue.json").write_text(json.dumps(catalogue), "utf-8")
    forms = form_definitions.named(form_definitions.load(CONTENT / "forms.yml"))
    (data / "forms.json").write_text(form_definitions.dump(forms), "utf-8")
    return data.parent


@pytest.fixture
def browser(api: Any) -> Browser:
    return Browser(api)


def stored(api: Any) -> list[str | None]:
    """Return the matter of every submission."""
    rows = api.run(api.service.store.read(lambda tx: tx.all("SELECT matter FROM submission")))
    return [row["matter"] for row in rows]


def offered(page: str) -> list[str]:
    """Return the ids a page offers to choose from."""
    return re.findall(r'<input type="radio" name="matter" value="([^"]*)"', page)


def written(page: str) -> str:
    found = re.search(r'<input type="text" id="field-matter" name="matter" value="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


KNOWN = Matters(
    Matter(id_, name, "", devolved=False, aliases=tuple(aliases))
    for id_, (name, aliases) in MATTERS.items()
)


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("food-new", "food-new"),
        (" food-new ", "food-new"),
        ("食品经营许可（新办）", "food-new"),
        ("食品经营许可(新办)", "food-new"),
        ("食品經營許可 新辦", "food-new"),
        ("換老闆", "food-change"),
        ("食品经营许可（注销）", "food-end"),
        ("开饭店要办的证", None),
        ("食品经营许可", None),
        ("（）", None),
    ],
)
def test_a_whole_name_names_one_matter(text: str, id_: str | None) -> None:
    """An id, a name in either script and width, or else an alias; of several none is taken."""
    found = KNOWN.called(text)
    assert (found and found.id) == id_


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("食品经营", ["food-new", "food-change", "food-end", "barber"]),
        ("飯店", ["food-new", "food-end"]),
        ("食品经营许可证新办", ["food-new"]),
        ("我要办食品经营许可变更", ["food-change"]),
        ("理发", ["barber"]),
        ("护照", []),
        ("（）", []),
        ("\n", []),
    ],
)
def test_part_of_a_name_finds_what_is_like_it(text: str, ids: list[str]) -> None:
    """Names that contain it, or else have much of it, the likeliest first."""
    found = [matter.id for matter in KNOWN.like(text)]
    assert found[: len(ids)] == ids
    assert bool(found) == bool(ids)


def test_a_whole_name_is_taken(api: Any, browser: Browser) -> None:
    """Without JavaScript: who writes the name sees it again to check, and its id is kept."""
    page = browser.post("/api/complaints", FIRST | {"matter": "食品经营许可(新办)"})
    assert page.status_code == 200
    assert "<dd>食品经营许可（新办）</dd>" in page.text
    assert hidden(page.text)["matter"] == "food-new"
    assert browser.confirm(page).status_code == 303
    assert stored(api) == ["food-new"]


def test_several_that_fit_are_offered(api: Any, browser: Browser) -> None:
    """A part of a name leads to a short list; everything written is there, and a choice counts."""
    fields = FIRST | {"matter": "食品经营", "window": "12"}
    page = browser.post("/api/complaints", fields)
    assert page.status_code == 422
    assert offered(page.text) == ["food-new", "food-change", "food-end", "barber", ""]
    assert written(page.text) == "食品经营"
    assert 'name="window" value="12"' in page.text
    assert "一\n二 &lt;b&gt;&amp;</textarea>" in page.text
    chosen = browser.post("/api/complaints", fields | {"matter": ["食品经营", "food-change"]})
    assert chosen.status_code == 200
    assert browser.confirm(chosen).status_code == 303
    assert stored(api) == ["food-change"]


def test_a_choice_survives_another_mistake(browser: Browser) -> None:
    """Who has chosen and then forgets something else finds the choice again, as its name."""
    fields = FIRST | {"matter": ["食品經營", "food-new"], "text": ""}
    page = browser.post("/api/complaints", fields | {"script": "hant"})
    assert page.status_code == 422
    assert written(page.text) == "食品經營許可（新辦）"
    assert offered(page.text) == []
    again = browser.post("/api/complaints", FIRST | {"matter": written(page.text)})
    assert hidden(again.text)["matter"] == "food-new"
    back = browser.post("/api/complaints", hidden(again.text) | {"edit": "1"})
    assert written(back.text) == "食品经营许可（新办）"


def test_none_of_them_leaves_an_optional_matter_out(api: Any, browser: Browser) -> None:
    """A complaint about nothing listed goes on without a matter."""
    page = browser.post("/api/complaints", FIRST | {"matter": ["食品经营", ""]})
    assert page.status_code == 200
    assert browser.confirm(page).status_code == 303
    assert stored(api) == [None]


def test_nothing_that_fits_says_how_to_go_on(browser: Browser) -> None:
    """What was written stays; only where the matter may be left out does the page say so."""
    page = browser.post("/api/complaints", FIRST | {"matter": "出国护照"})
    assert page.status_code == 422
    assert "没有找到“出国护照”。请换个说法，或者少写几个字；说不准，可以不填" in page.text
    assert (written(page.text), offered(page.text)) == ("出国护照", [])
    page = browser.post("/api/appointments", BOOKING | {"matter": "出国护照"})
    assert page.status_code == 422
    assert "请换个说法，或者少写几个字</p>" in page.text
    page = browser.post("/api/appointments", BOOKING | {"matter": "食品经营"})
    assert "" not in offered(page.text)
    assert 'value="13900139000"' in page.text


def test_a_list_is_never_long(browser: Browser) -> None:
    """Of many that fit, twenty are listed, and people are told how many there are."""
    page = browser.post("/api/complaints", FIRST | {"matter": "占道经营"})
    assert len(offered(page.text)) == 21
    assert "有 30 个，请写全一些" in page.text


@pytest.mark.parametrize("answer", ["food-new", "食品经营许可（新办）", "食品經營許可（新辦）"])
def test_programs_send_an_id_or_a_whole_name(api: Any, answer: str) -> None:
    """What an outbox kept, an id or words nobody could look up, ends as the same id."""
    assert api.complain(matter=answer).status_code == 201
    assert stored(api) == ["food-new"]


def test_a_program_is_told_what_may_be_meant(api: Any) -> None:
    """The refusal of an unclear name has the ids to choose from; nothing is stored."""
    answer = api.complain(matter="开饭店")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/matter", "choice")
    assert error["choices"] == [
        {"value": "food-new", "label": "食品经营许可（新办）"},
        {"value": "food-end", "label": "食品经营许可（注销）"},
    ]
    assert stored(api) == []


@pytest.mark.parametrize("answer", [1, ["food-new"], {}, None, "长" * 201])
def test_a_matter_is_a_short_text(api: Any, answer: Any) -> None:
    """Anything else in its place is refused as in every text field."""
    assert api.complain(matter=answer).status_code == 422


def test_an_appointment_by_name_has_its_queue(api: Any) -> None:
    """The place of an appointment follows from the matter that was named."""
    assert api.book(matter="公共场所卫生许可").json()["place"]
    assert stored(api) == ["barber"]


def test_the_description_of_the_api_lists_no_matters(api: Any) -> None:
    """The document stays small however many matters there are."""
    matter = api.client.get("/api/openapi.json").json()["components"]["schemas"]["Complaint"]
    assert "enum" not in matter["properties"]["matter"]
    assert matter["properties"]["matter"]["maxLength"] == 200


def test_only_lists_of_matters_are_named() -> None:
    """Every other question of every form is asked as before."""
    plain = form_definitions.load(CONTENT / "forms.yml")
    named = form_definitions.named(plain)
    changed = {
        (form.id, field.name)
        for form in named.values()
        for field in form.fields
        if field != plain[form.id].field(field.name)
    }
    assert changed == {(form, "matter") for form in ("complaint", "appointment", "help_request")}
    assert form_definitions.parse(json.loads(form_definitions.dump(named))) == named
