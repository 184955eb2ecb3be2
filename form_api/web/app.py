"""The application: every address in one list."""

from __future__ import annotations

import datetime as dt
from functools import partial

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse
from starlette.routing import BaseRoute, Mount, Route

from form_api import admin, bots
from form_api.crypto import Keys
from form_api.desk import web as desk_pages
from form_api.desk.desk import make_desk
from form_api.domain import APPOINTMENT, KINDS
from form_api.service import Clock, Service
from form_api.settings import Settings
from form_api.site import Site
from form_api.store import Store
from form_api.web import openapi, problems, public, status, submissions
from form_api.web.bodies import Bodies
from form_api.web.pages import Pages
from form_api.web.security import SecurityHeaders
from form_api.web.static import StaticSite


def now() -> dt.datetime:
    """Return the present moment."""
    return dt.datetime.now(dt.UTC)


def create_app(settings: Settings, keys: Keys, store: Store, clock: Clock = now) -> Starlette:
    """Put the application together; whoever starts it opens and closes the store."""
    site = Site(settings.site)
    defences = bots.Bots(keys.challenge, settings.bot_checks)
    service = Service(site, keys, store, defences, clock, notify=settings.notifies)

    app = Starlette(
        routes=routes(site),
        middleware=_middleware(settings, site),
        exception_handlers=problems.HANDLERS,
    )
    app.state.service = service
    app.state.settings = settings
    app.state.bodies = Bodies()
    app.state.pages = Pages(site)
    app.state.desk = make_desk(service, settings)
    return app


def routes(site: Site) -> list[BaseRoute]:
    """List every address. Below /api/ no file of the site is looked for."""
    to_desk = Route("/desk", lambda _: RedirectResponse("/desk/"))
    listed: list[BaseRoute] = [Mount("/api", routes=_api()), to_desk, desk_pages.routes()]
    if site.root is not None:
        listed.append(Mount("/", StaticSite(site.root)))
    return listed


def _api() -> list[BaseRoute]:
    listed: list[BaseRoute] = []
    for kind in KINDS.values():
        base = f"/{kind.path}"
        create, one = submissions.Submissions(kind), status.Status(kind)
        listed += [
            Route(base, create.create, methods=["POST"]),
            Route(f"{base}/status", status.look_up, methods=["POST"]),
            Route(f"{base}/{{number}}", one.show),
            Route(f"{base}/{{number}}/photos/{{place:int}}", one.photo),
        ]
        if kind is APPOINTMENT:
            listed.append(Route(f"{base}/{{number}}/calendar.ics", one.calendar))
        listed.append(Route(f"{base}/{{number}}/{{action}}", one.act, methods=["POST"]))
    listed += [
        Route("/receipts/{token}", submissions.receipt_page),
        Route("/receipts/{token}/calendar.ics", partial(status.page_calendar, "receipt")),
        Route("/status", status.look_up, methods=["POST"]),
        Route("/status/{token}", status.page),
        Route("/status/{token}/calendar.ics", partial(status.page_calendar, "status")),
        Route("/status/{token}/{action}", status.page_action, methods=["POST"]),
        Route("/slots", public.slots),
        Route("/challenge", public.challenge),
        Route("/views", public.views, methods=["GET", "POST"]),
        Route("/problems/{name}", problems.explain),
        Route("/openapi.json", openapi.document),
        Route("/admin/{task}", admin.handle, methods=["POST"]),
        Route("/livez", public.live),
        Route("/readyz", public.ready),
        Route("/metrics", public.figures),
    ]
    return listed


def _middleware(settings: Settings, site: Site) -> list[Middleware]:
    middleware = [
        Middleware(SecurityHeaders, site=site),
        Middleware(GZipMiddleware, minimum_size=1024, compresslevel=6),
    ]
    if settings.allowed_origins:
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=["GET", "POST"],
                allow_headers=["Content-Type", "Idempotency-Key", "X-Query-Code", "Altcha"],
                expose_headers=["Retry-After", "Idempotent-Replayed"],
                max_age=86400,
            )
        )
    return middleware
