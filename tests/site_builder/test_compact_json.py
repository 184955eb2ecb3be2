"""Many values become the same JSON one by one as all together."""

from __future__ import annotations

import pytest

from site_builder.compact_json import compact_json, json_list


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_list_made_one_by_one_is_the_same(count: int) -> None:
    """Inside other JSON, nobody can tell whether its values were ever in memory together."""
    values = [{"名称": f"第{number}个", "数": number} for number in range(count)]
    assert compact_json({"全": json_list(iter(values))}) == compact_json({"全": values})
