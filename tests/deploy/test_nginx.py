"""deploy/nginx.conf, really run: what it serves, what it refuses, whom it lets wait."""

from __future__ import annotations

import socket
import ssl
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from form_api.web.security import FIXED, content_security_policy
from tests.nginx import Nginx, nginx, program
from tests.processes import Server

SECURITY = FIXED | {"Content-Security-Policy": content_security_policy({})}
IMPATIENT = {
    "client_header_timeout 10s": "client_header_timeout 2s",
    "client_body_timeout 15s": "client_body_timeout 2s",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of a few pages."""
    root = tmp_path_factory.mktemp("site")
    for name in (
        *("index.html", "404.html", "hant/404.html", "matters/shop/index.html"),
        "manifest.webmanifest",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"<title>{name}</title>", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, site: Path) -> Iterator[Nginx]:
    """Run nginx before a service."""
    if program() is None:
        pytest.skip("nginx is not installed (make setup-test installs it)")
    folder = tmp_path_factory.mktemp("api")
    settings = {"FORM_API_TRUSTED_PROXIES": "127.0.0.1", "FORM_API_BOT_CHECKS": "on"}
    front = tmp_path_factory.mktemp("nginx")
    with (
        Server(folder, f"sqlite:///{folder / 'form.db'}", **settings).start() as server,
        nginx(front, site, server.base, **IMPATIENT) as running,
    ):
        yield running


def complain(client: httpx.Client) -> httpx.Response:
    return client.post(
        "/api/complaints",
        json={"category": "other", "text": "一件事"},
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )


def test_pages_and_missing_pages(proxy: Nginx) -> None:
    """Pages come from the disk; a missing one is told in the script that was read."""
    with proxy.client("127.0.1.1") as client:
        for address, status, page in (
            ("/", 200, "index.html"),
            ("/matters/shop/", 200, "matters/shop/index.html"),
            ("/matters/none/", 404, "404.html"),
            ("/matters/", 404, "404.html"),
            ("/hant/matters/none/", 404, "hant/404.html"),
        ):
            answer = client.get(address)
            assert (answer.status_code, answer.text) == (status, f"<title>{page}</title>"), address
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
        answer = client.get("/manifest.webmanifest")
        assert answer.headers["content-type"] == "application/manifest+json"


def test_a_missing_slash_is_put_right(proxy: Nginx) -> None:
    """The links of a page lead on from its folder: without the slash they would lead astray."""
    with proxy.client("127.0.1.7") as client:
        answer = client.get("/matters/shop?q=1")
        assert (answer.status_code, answer.headers["location"]) == (301, "/matters/shop/?q=1")
        assert client.get("/desk").headers["location"] == "/desk/"


@pytest.mark.parametrize("address", ["/", "/matters/none/", "/api/readyz", "/api/none"])
def test_every_answer_carries_the_headers_once(proxy: Nginx, address: str) -> None:
    """Pages of nginx and answers of the service have the same strict headers, each one time."""
    with proxy.client("127.0.1.2") as client:
        headers = client.get(address).headers
    for name, value in (SECURITY | {"Strict-Transport-Security": "max-age=31536000"}).items():
        assert headers.get_list(name) == [value], name
    assert headers["server"] == "nginx"


def test_submissions_pass(proxy: Nginx) -> None:
    """A submission through the proxy gets its receipt; the sender counts as who they are."""
    with proxy.client("127.0.1.3") as client:
        receipt = complain(client)
        assert receipt.status_code == 201, receipt.text
        code = {"X-Query-Code": receipt.json()["code"]}
        assert client.get(receipt.json()["status_url"], headers=code).status_code == 200


def test_plain_http_is_led_to_tls(proxy: Nginx) -> None:
    """Nobody sends anything in clear."""
    answer = httpx.get(proxy.plain + "/complaints/", headers={"Host": "www.example.gov.cn"})
    assert answer.status_code == 301
    assert answer.headers["location"] == "https://www.example.gov.cn/complaints/"


def test_what_is_for_the_machine_alone(proxy: Nginx) -> None:
    """The command line's address is closed, and figures are for this machine's monitoring only."""
    with proxy.client() as here, proxy.client("127.0.1.4") as elsewhere:
        assert here.get("/api/admin/purge").status_code == 404  # the service itself says 405
        assert here.get("/api/metrics").status_code == 200
        assert elsewhere.get("/api/metrics").status_code == 403


def test_a_flood_waits_and_others_do_not(proxy: Nginx) -> None:
    """One address that floods is told 429; its neighbours get their receipts all the same."""
    with proxy.client("127.0.2.1") as flood, proxy.client("127.0.3.1") as person:
        codes = {flood.get("/api/livez").status_code for _ in range(120)}
        assert codes == {200, 429}
        assert complain(person).status_code == 201


def test_too_large_is_refused(proxy: Nginx) -> None:
    """A body beyond the limit never reaches the service."""
    with proxy.client("127.0.1.5") as client:
        answer = client.post("/api/complaints", content=bytes(33 * 2**20))
    assert answer.status_code == 413


def test_slow_clients_are_let_go(proxy: Nginx) -> None:
    """Three hundred clients that dribble are cut off in time, and people are served meanwhile."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    half = b"POST /api/complaints HTTP/1.1\r\nHost: hall\r\nContent-Type: appl"
    slow = []
    for number in range(300):
        address = (f"127.0.4.{number % 250 + 1}", 0)
        raw = socket.create_connection(("127.0.0.1", proxy.tls_port), 60, source_address=address)
        slow.append(context.wrap_socket(raw))
        slow[-1].sendall(half)
    with proxy.client("127.0.1.6") as person:
        assert complain(person).status_code == 201
    for connection in slow:
        assert connection.recv(100) == b""  # closed, without a word
        connection.close()
