"""The OpenAPI 3.1 document: paths by hand in openapi.json, bodies from the form definitions."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from form_api.decode import MAX_INTEGER_DIGITS
from form_api.domain import KINDS
from form_api.errors import PROBLEMS
from form_api.site import Rules
from form_api.web.requests import service_of
from form_definitions import Field, Form

_BASE = Path(__file__).parent / "openapi.json"
FORMS = {
    "Complaint": "complaint",
    "Appointment": "appointment",
    "HelpRequest": "help_request",
    "Add": "add",
    "Rate": "rate",
    "Reopen": "reopen",
    "Reschedule": "reschedule",
}


async def document(request: Request) -> Response:
    """Serve the document."""
    return JSONResponse(
        build(service_of(request).site.rules), headers={"Cache-Control": "no-cache"}
    )


def build(rules: Rules) -> dict[str, Any]:
    """Return the document for the forms as they are now."""
    result: dict[str, Any] = json.loads(_base())
    schemas = result["components"]["schemas"]
    for name, form in FORMS.items():
        schemas[name] = _body(rules.forms[form], rules)
    for kind in KINDS.values():
        path = f"/api/{kind.path}"
        result["paths"][path]["post"]["responses"]["201"]["links"] = _links(result["paths"], path)
    schemas["Problem"]["properties"]["type"]["enum"] = [
        f"/api/problems/{name}" for name in PROBLEMS
    ]
    return result


def _links(paths: dict[str, Any], path: str) -> dict[str, Any]:
    """Say what a receipt's number and code open."""
    known = {
        "path.number": "$response.body#/number",
        "header.X-Query-Code": "$response.body#/code",
    }
    return {
        operation["operationId"]: {"operationId": operation["operationId"], "parameters": known}
        for address, operations in paths.items()
        if address.startswith(f"{path}/{{number}}") and "{place}" not in address
        for operation in operations.values()
    }


@lru_cache(maxsize=1)
def _base() -> str:
    return _BASE.read_text(encoding="utf-8")


def _body(form: Form, rules: Rules) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": "object",
        "title": form.title,
        "properties": {field.name: _property(field, rules) for field in form.fields},
        "required": [field.name for field in form.fields if field.required],
        "additionalProperties": False,
    }
    body["properties"]["form_version"] = {
        "type": "integer",
        "minimum": 1,
        "maximum": 10**MAX_INTEGER_DIGITS - 1,
        "description": "填写时表单的版本；旧版本的表单照样收",
    }
    conditions = [_condition(field, form) for field in form.fields if field.required_when]
    if conditions:
        body["allOf"] = conditions
    if form.id == "appointment":
        body["properties"]["preferences"] = _preferences(rules)
        body["required"] = [name for name in body["required"] if name not in ("date", "slot")]
    if not body["required"]:
        del body["required"]
    return body


def _property(field: Field, rules: Rules) -> dict[str, Any]:
    words = {"description": "。".join(filter(None, (field.label, field.hint)))}
    match field.type:
        case "number" | "window":
            shape: dict[str, Any] = {
                "type": "integer",
                "minimum": field.minimum,
                "maximum": field.maximum,
            }
        case "checkbox":
            shape = {"type": "boolean"}
        case "date":
            shape = {"type": "string", "format": "date"}
        case "checkboxes":
            values = [choice.value for choice in field.choices]
            shape = {"type": "array", "items": {"enum": values}, "maxItems": len(values)}
        case "photos":
            photo = {"type": "string", "contentEncoding": "base64", "format": "photo"}
            shape = {"type": "array", "items": photo, "maxItems": field.maximum}
        case "radios" | "select":
            shape = {"type": "string"} | _choices(field, rules)
        case "tel" | "contact" | "named":
            shape = {"type": "string", "maxLength": field.max_length, "format": field.type}
        case _:
            shape = {"type": "string", "maxLength": field.max_length, "pattern": _text(field)}
    return words | shape


def _text(field: Field) -> str:
    """No NUL anywhere; a required answer has something one can see."""
    return r"^[^\x00]*[!-~\u4e00-\u9fff][^\x00]*$" if field.required else r"^[^\x00]*$"


def _condition(field: Field, form: Form) -> dict[str, Any]:
    """Say that an answer is needed when another one has certain values."""
    when = field.required_when
    assert when is not None
    values: dict[str, Any] = {"enum": list(when.values)}
    if form.field(when.field).multiple:
        values = {"contains": values}
    then: dict[str, Any] = {"required": [field.name]}
    if field.type == "checkbox":
        then["properties"] = {field.name: {"const": True}}
    return {"if": {"required": [when.field], "properties": {when.field: values}}, "then": then}


def _choices(field: Field, rules: Rules) -> dict[str, Any]:
    if not field.source:
        return {"enum": [choice.value for choice in field.choices]}
    known: dict[str, Any] = {
        "slots": rules.schedule.labels,
        "matters": rules.matters,
        "townships": rules.townships,
    }
    values = known[field.source]
    if values:
        return {"enum": list(values)}
    return {"minLength": 1 if field.required else 0, "maxLength": 200, "pattern": r"^[^\x00]*$"}


def _preferences(rules: Rules) -> dict[str, Any]:
    return {
        "type": "array",
        "description": "最多三个选择，依次看哪个有位；可代替 date 和 slot",
        "maxItems": 3,
        "items": {
            "type": "object",
            "required": ["date", "slot"],
            "additionalProperties": False,
            "properties": {
                "date": {"type": "string", "format": "date"},
                "slot": {"enum": list(rules.schedule.labels)},
            },
        },
    }
