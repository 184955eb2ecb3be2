"""The built site and the API on one port."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from form_api.errors import ConfigError
from form_api.site import Site


@pytest.fixture
def served(start: Callable[..., Any], site: Path) -> Any:
    (site / "hant").mkdir()
    (site / "matters").mkdir()
    (site / "matters" / "index.html").write_text("<h1>全部事项</h1>" * 200, encoding="utf-8")
    (site / "404.html").write_text("找不到", encoding="utf-8")
    (site / "hant" / "404.html").write_text("找不到頁面", encoding="utf-8")
    (site / "site.0123abcd.css").write_text("a{}", encoding="utf-8")
    (site.parent / "secret.txt").write_text("secret", encoding="utf-8")
    return start()


def test_directory_index_is_compressed(served: Any) -> None:
    """A folder's address gives its page, compressed when the browser can."""
    answer = served.client.get("/matters/")
    assert "全部事项" in answer.text
    assert answer.headers["Content-Encoding"] == "gzip"
    assert served.client.get("/matters").headers["Location"].endswith("/matters/")


def test_what_is_compressed_already_is_sent_as_it_is(served: Any, site: Path) -> None:
    """Parts of the offline copy cost the server nothing and say how long they are."""
    part = gzip.compress(b"pages" * 1000)
    (site / "pages.0123abcd4567.bin").write_bytes(part)
    answer = served.client.get("/pages.0123abcd4567.bin")
    assert answer.content == part
    assert answer.headers["Content-Length"] == str(len(part))
    assert "Content-Encoding" not in answer.headers


def test_404_in_the_right_script(served: Any) -> None:
    """A missing page shows the site's own 404 page of the script."""
    for path, words in (("/nope/", "找不到"), ("/hant/nope/", "找不到頁面")):
        answer = served.client.get(path)
        assert (answer.status_code, answer.text) == (404, words)


def test_cache_rules(served: Any) -> None:
    """Files named by content are kept for ever; pages are asked for again, cheaply."""
    assert "immutable" in served.client.get("/site.0123abcd.css").headers["Cache-Control"]
    page = served.client.get("/")
    assert page.headers["Cache-Control"] == "no-cache"
    again = served.client.get("/", headers={"If-None-Match": page.headers["ETag"]})
    assert again.status_code == 304


def test_previews_lie_beside_the_site(served: Any, site: Path) -> None:
    """The address that a push of a branch prints leads to its preview."""
    page = site.parent / "previews" / "try" / "matters" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text("预览", encoding="utf-8")
    assert served.client.get("/previews/try/matters/").text == "预览"
    assert served.client.get("/previews/../secret.txt").status_code == 404
    assert served.client.get("/previews/%2e%2e/secret.txt").status_code == 404


def test_nothing_outside_the_site(served: Any) -> None:
    """No path leads out of the site's folder."""
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/matters/%00"):
        assert served.client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("POST", "/api/nothing/here", 404),
        ("GET", "/api/complaints", 405),
        ("DELETE", "/api/slots", 405),
    ],
)
def test_below_api_programs_are_answered(served: Any, method: str, path: str, status: int) -> None:
    """With a site beside it, an address or method the API does not have is a problem document."""
    answer = served.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_security_headers(served: Any) -> None:
    """Every answer forbids foreign content, frames and type guessing."""
    for path in ("/", "/api/livez", "/nope"):
        headers = served.client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_published_catalogue_is_noticed(served: Any, site: Path) -> None:
    """A site published anew changes the API's rules without a restart."""
    assert served.complain(matter="new-one").status_code == 422
    catalogue = site / "data" / "catalogue.json"
    text = catalogue.read_text(encoding="utf-8").replace("small-shop", "new-one")
    fresh = catalogue.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(catalogue)
    assert served.complain(matter="new-one").status_code == 201


def test_probes(served: Any) -> None:
    """The probes and metrics answer, and metrics name nobody."""
    served.complain(reply_wanted="yes", contact="13800138000")
    assert served.client.get("/api/livez").json() == {"status": "ok"}
    assert served.client.get("/api/readyz").json()["engine"].startswith("SQLite")
    metrics = served.client.get("/api/metrics").text
    assert 'form_api_accepted_total{channel="script",kind="complaint"}' in metrics
    assert "13800138000" not in metrics


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("catalogue.json", None),
        ("catalogue.json", "{"),
        ("catalogue.json", '{"matters": [{"name": "没有编号"}]}'),
        ("forms.json", '{"complaint": {"version": 1}}'),
        ("appointments.json", '{"hours": 1}'),
        ("holidays.json", '{"days": [{"date": "明天", "kind": "rest"}]}'),
        ("shell.hans.json", '{"parts": ["a"], "slots": ["body", "title"]}'),
    ],
)
def test_broken_site_is_refused_at_start(site: Path, name: str, content: str | None) -> None:
    """A site folder that cannot be used is refused in words before anything is served."""
    if content is None:
        (site / "data" / name).unlink()
    else:
        (site / "data" / name).write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="请"):
        Site(site)


def test_broken_publication_keeps_the_rules_of_before(served: Any, site: Path) -> None:
    """A site published broken while the service runs changes nothing, until it is mended."""
    catalogue = site / "data" / "catalogue.json"
    text = catalogue.read_text(encoding="utf-8")
    for content, code in (("{", 201), (text.replace("small-shop", "other"), 422)):
        fresh = catalogue.with_suffix(".new")
        fresh.write_text(content, encoding="utf-8")
        fresh.replace(catalogue)
        assert served.complain(matter="small-shop").status_code == code


def test_metrics_count_what_waits(served: Any) -> None:
    """The figures say how many are open and overdue."""
    served.complain()
    served.clock.forward(days=20)
    metrics = served.client.get("/api/metrics").text
    assert 'form_api_store{figure="open"} 1.0' in metrics
    assert 'form_api_store{figure="overdue"} 1.0' in metrics
