"""What a guide says to machines: schema.org's GovernmentService (standards.md C.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from site_builder.model import Matter


def government_service(matter: Matter, site: Mapping[str, Any]) -> dict[str, Any]:
    """Return a matter as JSON-LD; the terms are those of the schema table's `schema_org`."""
    address = f"{site['网址']}matters/{matter.id}/"
    free = {"offers": {"@type": "Offer", "price": "0", "priceCurrency": "CNY"}}
    return {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "@id": address,
        "name": matter.name,
        "alternateName": list(matter.aliases),
        "description": matter.summary,
        "serviceType": matter.type,
        "provider": {"@type": "GovernmentOrganization", "name": matter.department},
        "audience": [{"@type": "Audience", "audienceType": a} for a in matter.audiences],
        "serviceOutput": {"@type": "GovernmentPermit", "name": matter.result},
        "availableChannel": {
            "@type": "ServiceChannel",
            "serviceUrl": address,
            "serviceLocation": {
                "@type": "CivicStructure",
                "name": site["大厅"],
                "address": site["联系地址"],
            },
            "servicePhone": {"@type": "ContactPoint", "telephone": matter.phone},
            "processingTime": f"P{matter.promised_days}D",
        },
        **({} if matter.charged else free),
    }
