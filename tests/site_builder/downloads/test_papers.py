"""Which papers there are and what they say, for the committed content."""

from __future__ import annotations

from pathlib import Path

import pytest

from site_builder.catalogue import load_catalogue
from site_builder.downloads.document import Blanks, Block, Document, Heading, Items, Table
from site_builder.downloads.papers import all_papers
from site_builder.model import Catalogue
from site_builder.prose import Prose

ARTICLE = Prose(
    "articles/2019/new-hall/",
    "政务服务中心启用",
    "<p>10 月 8 日启用。</p>",
    (),
    {"kind": "article", "column": "通知", "published": "2019-10-08 08:30", "source": "本局"},
    "pages/articles/2019/new-hall.md",
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(Path("content"))


@pytest.fixture(scope="module")
def papers(catalogue: Catalogue) -> dict[str, Document]:
    return {paper.path: paper.document for paper in all_papers(catalogue, (ARTICLE,))}


def words(document: Document) -> str:
    """Return all text of a paper."""

    def of(block: Block) -> list[str]:
        if isinstance(block, Table):
            return [*block.header, *(cell for row in block.rows for cell in row)]
        if isinstance(block, Items):
            return list(block.items)
        return list(block.labels) if isinstance(block, Blanks) else [block.text]

    return "\n".join(text for block in document.blocks for text in of(block))


def test_every_promised_paper_is_there(catalogue: Catalogue, papers: dict[str, Document]) -> None:
    """Guides and notices of all matters, letters, packages, the waivable list and articles."""
    figures = catalogue.figures
    expected = (
        2 * figures["matters"]
        + figures["commitment"]
        + figures["waivable_matters"]
        + figures["packages"]
        + 2
    )
    assert len(papers) == expected
    for path in (
        "matters/food-business-license-new/food-business-license-new",
        "matters/food-business-license-new/food-business-license-new-notice",
        "matters/food-business-license-new/food-business-license-new-waiver",
        "matters/hr-service-license/hr-service-license-commitment",
        "packages/open-restaurant/open-restaurant",
        "waivable/waivable",
        "articles/2019/new-hall/new-hall",
    ):
        assert path in papers


def test_a_guide_says_what_its_record_says(
    catalogue: Catalogue, papers: dict[str, Document]
) -> None:
    """Materials, steps, bases, answers, conditions, phone and check date are all in the guide."""
    for matter in catalogue.matters:
        text = words(papers[f"matters/{matter.id}/{matter.id}"])
        for said in (
            *(m.name for m in matter.materials),
            *(s.detail for s in matter.steps),
            *(b.article for b in matter.legal_bases),
            *(q.answer for q in matter.questions),
            *matter.conditions,
            matter.phone,
            matter.checked_on.isoformat(),
        ):
            assert said in text


def test_waivable_materials_are_marked(catalogue: Catalogue, papers: dict[str, Document]) -> None:
    """What may be handed in later is marked with its days, in the guide and on the list."""
    for matter in catalogue.matters:
        text = words(papers[f"matters/{matter.id}/{matter.id}"])
        assert text.count("可后补，") == len(matter.waivable)
    (table,) = (b for b in papers["waivable/waivable"].blocks if isinstance(b, Table))
    assert len(table.rows) == catalogue.figures["waivable_materials"]


def test_a_notice_lists_each_material_once(
    catalogue: Catalogue, papers: dict[str, Document]
) -> None:
    """The one-time notice has a box for every material and none more."""
    for matter in catalogue.matters:
        notice = papers[f"matters/{matter.id}/{matter.id}-notice"]
        boxes = [i for b in notice.blocks if isinstance(b, Items) for i in b.items]
        assert len(boxes) == len(matter.materials)


def test_a_commitment_letter_leaves_the_choice(
    catalogue: Catalogue, papers: dict[str, Document]
) -> None:
    """A letter names what it replaces, check, liability and free choice, and is signed."""
    for matter in (m for m in catalogue.matters if m.commitment):
        letter = papers[f"matters/{matter.id}/{matter.id}-commitment"]
        text = words(letter)
        assert matter.commitment is not None
        for said in (
            *matter.commitment.replaces,
            matter.commitment.promise,
            matter.commitment.liability,
            matter.commitment.verification,
            "签不签由您选",
        ):
            assert said in text
        assert any(
            "签名" in label for b in letter.blocks if isinstance(b, Blanks) for label in b.labels
        )


def test_headings_never_skip_a_level(papers: dict[str, Document]) -> None:
    """A heading of the second level stands below one of the first."""
    for path, document in papers.items():
        level = 0
        for block in document.blocks:
            if isinstance(block, Heading):
                assert block.level <= level + 1, path
                level = block.level


def test_demonstration_papers_say_so(papers: dict[str, Document]) -> None:
    """As long as the site is a demonstration, every paper that leaves it says so."""
    assert all("演示：" in words(document) for document in papers.values())
