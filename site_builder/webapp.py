"""What lets people put the site on their phone like an app: a web manifest in each script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from site_builder.assets import Assets
from site_builder.compact_json import compact_json
from site_builder.render import HANS, HANT, Output
from site_builder.script import Converter

THEME_COLOUR = "#0a4f4f"
SHORTCUTS = (("matters/", "办事指南"), ("search/", "搜索"), ("appointments/", "预约办理"))


def files(site: Mapping[str, Any], assets: Assets, convert: Converter) -> Iterator[Output]:
    """Yield manifest.webmanifest for both scripts; every address in it is relative."""
    for folder, root, language in (("", "./", HANS), ("hant/", "../", HANT)):
        manifest = {
            "name": site["网站名称"],
            "short_name": site["网站名称"],
            "description": f"{site['大厅']}：办事指南、容缺受理、预约、你提我改，没有网络也能用",
            "lang": language,
            "dir": "ltr",
            "start_url": "./",
            "scope": root,
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": THEME_COLOUR,
            "icons": list(_icons(root, assets)),
            "shortcuts": [{"url": f"./{url}", "name": name} for url, name in SHORTCUTS],
        }
        text = compact_json(manifest).decode()
        text = text if language == HANS else convert(text)
        yield Output(f"{folder}manifest.webmanifest", text.encode())


def _icons(root: str, assets: Assets) -> Iterator[dict[str, str]]:
    yield {"src": root + assets["icon.svg"], "sizes": "any", "type": "image/svg+xml"}
    for pixels in (192, 512):
        src = root + assets[f"icon-{pixels}.png"]
        yield {
            "src": src,
            "sizes": f"{pixels}x{pixels}",
            "type": "image/png",
            "purpose": "any maskable",
        }
