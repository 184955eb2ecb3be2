"""What a guide says to machines."""

from __future__ import annotations

from pathlib import Path

from site_builder.catalogue import load_catalogue
from site_builder.structured import government_service
from tests.factories import matter, write_content

SITE = {"网址": "https://example.gov.cn/", "大厅": "政务服务中心", "联系地址": "东兴路"}


def described(tmp_path: Path, **changes: str) -> dict[str, object]:
    content = write_content(tmp_path, matters={"daily-life/elder-card": matter(**changes)})
    return government_service(load_catalogue(content).matters[0], SITE)


def test_a_guide_is_a_government_service(tmp_path: Path) -> None:
    """Search engines learn the name, who provides it, how long it takes and what comes of it."""
    found = described(tmp_path)
    assert found["@type"] == "GovernmentService"
    assert found["@id"] == "https://example.gov.cn/matters/elder-card/"
    assert found["name"] == "老年人优待证"
    assert found["availableChannel"]["processingTime"] == "P5D"  # type: ignore[index]


def test_only_a_free_matter_is_offered_for_nothing(tmp_path: Path) -> None:
    """A price of 0 is stated for matters without a fee, and no price is invented for others."""
    assert described(tmp_path)["offers"] == {"@type": "Offer", "price": "0", "priceCurrency": "CNY"}
    charged = {"是否收费": "是", "收费标准": "每证 10 元", "收费依据": "《办法》第三条"}
    assert "offers" not in described(tmp_path / "charged", **charged)
