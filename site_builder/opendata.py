"""Open data: the catalogue as JSON, for other systems, the API, search and the offline site."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from site_builder.compact_json import compact_json, json_list
from site_builder.model import Catalogue, Matter, Package, Zone
from site_builder.render import HANS, HANT, Output, Renderer
from site_builder.schema import MATTER

if TYPE_CHECKING:
    from form_definitions import Form

API_DATA: Final = ("appointments", "holidays", "answer-templates")
"""Files of content/data that the form API needs."""


def catalogue_file(catalogue: Catalogue, site: Mapping[str, Any]) -> Output:
    """Return /data/catalogue.json."""
    return json_file(
        "data/catalogue.json",
        {
            "site": site["网站名称"],
            "demonstration": site["演示"] == "是",
            "figures": catalogue.figures,
            "themes": catalogue.themes,
            "matters": json_list(matter_summary(catalogue, m) for m in catalogue.matters),
            "packages": [package_record(p) for p in catalogue.packages],
            "zones": catalogue.zones,
            "townships": catalogue.townships,
            "cancelled": catalogue.cancelled,
            "shared_materials": catalogue.shared_materials,
        },
    )


def matter_file(matter: Matter, zone: Zone | None, packages: Iterable[str]) -> Output:
    """Return /data/matters/<id>.json: a matter with every element, under the schema's field names.

    It is made from what its guide is made from (guides.py); `packages` are ids.
    """
    record = {
        "id": matter.id,
        "theme": matter.theme_id,
        **{element.field: getattr(matter, element.field) for element in MATTER},
        "windows": str(matter.windows),
        "zone": zone.id if zone else "",
        "packages": list(packages),
    }
    return json_file(matter_path(matter), record)


def matter_path(matter: Matter) -> str:
    """Return where `matter_file` is."""
    return f"data/matters/{matter.id}.json"


def api_files(data: Path, forms: Mapping[str, Form], renderer: Renderer) -> Iterator[Output]:
    """Yield what the form API reads: forms, opening hours, holidays and the page shells.

    `data` is content/data. Here, unlike everywhere else, YAML decides what is a number: the API
    reads the same files by the same rules when it runs without a site.
    """
    import yaml

    from form_definitions import dump

    yield Output("data/forms.json", dump(forms).encode())
    for name in API_DATA:
        text = (data / f"{name}.yml").read_text("utf-8")
        yield json_file(f"data/{name}.json", yaml.load(text, yaml.CSafeLoader))
    for script, language in (("hans", HANS), ("hant", HANT)):
        yield json_file(f"data/shell.{script}.json", renderer.shell(language).as_json())


def matter_summary(catalogue: Catalogue, matter: Matter) -> dict[str, Any]:
    """Return what lists, search and the API need of a matter."""
    zone = catalogue.zone_of(matter)
    return {
        "id": matter.id,
        "name": matter.name,
        "theme": matter.theme_id,
        "type": matter.type,
        "department": matter.department,
        "audiences": list(matter.audiences),
        "aliases": list(matter.aliases),
        "promised_days": matter.promised_days,
        "statutory_days": matter.statutory_days,
        "visits": matter.visits,
        "online": matter.online,
        "charged": matter.charged,
        "devolved": matter.devolved,
        "commitment": matter.commitment is not None,
        "waivable_materials": matter.waivable_count,
        "materials": matter.material_count,
        "zone": zone.id if zone else "",
        "windows": str(matter.windows),
        "url": f"matters/{matter.id}/",
    }


def package_record(package: Package) -> dict[str, Any]:
    """Return a package with its questions."""
    return {
        "id": package.id,
        "name": package.name,
        "summary": package.summary,
        "promised_days": package.promised_days,
        "matters": list(package.matter_ids),
        "questions": package.questions,
        "url": f"packages/{package.id}/",
    }


def json_file(path: str, value: Any) -> Output:
    """Return a JSON file."""
    return Output(path, compact_json(value))
