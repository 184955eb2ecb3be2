"""Every address of the desk in one list."""

from __future__ import annotations

from starlette.routing import BaseRoute, Mount, Route

from form_api.desk.web import (
    appointments,
    capacity,
    complaints,
    entrance,
    figures,
    journal,
    publishing,
    queue,
)


def _get(path: str, handler: object) -> Route:
    return Route(path, handler)  # type: ignore[arg-type]


def _post(path: str, handler: object) -> Route:
    return Route(path, handler, methods=["POST"])  # type: ignore[arg-type]


def routes() -> BaseRoute:
    """Return the desk, to be mounted with the rest."""
    return Mount(
        "/desk",
        routes=[
            _get("/", entrance.home),
            _get("/desk.css", entrance.stylesheet),
            _get("/sign-in", entrance.sign_in_page),
            _post("/sign-in", entrance.sign_in),
            _post("/sign-out", entrance.sign_out),
            _get("/complaints/", queue.page),
            _get("/complaints/triage/", queue.triage),
            _post("/complaints/triage/dismiss", queue.dismiss),
            _post("/complaints/find", queue.find),
            _get("/complaints/{number}/", complaints.case),
            _get("/complaints/{number}/photos/{place:int}", complaints.photo),
            _post("/complaints/{number}/{step}", complaints.step),
            _get("/appointments/", appointments.day),
            _post("/appointments/find", appointments.find),
            _post("/appointments/walk-in", appointments.walk_in),
            _get("/appointments/phone/", appointments.phone_page),
            _post("/appointments/phone/", appointments.phone_booking),
            _post("/appointments/phone/start", appointments.phone_start),
            _post("/appointments/{number}/{step}", appointments.step),
            _get("/capacity/", capacity.page),
            _post("/capacity/", capacity.change),
            _post("/capacity/{number}/move", capacity.move),
            _post("/capacity/{number}/told", capacity.told),
            _get("/publishing/", publishing.listed),
            _post("/publishing/{number}/{decision}", publishing.decide),
            _get("/statistics/", figures.page),
            _post("/statistics/publish", figures.publish),
            _get("/statistics/export.{kind}", figures.export),
            _get("/log/", journal.page),
        ],
    )
