"""nginx with the configuration of deploy/, on free ports, before a real service."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.postgres import free_port

CONFIG = Path(__file__).parents[1] / "deploy" / "nginx.conf"
AROUND = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/hedong.conf;
}}
"""


def program() -> str | None:
    """Return where nginx is, if it is installed; /usr/sbin is in few people's path."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Nginx:
    """A running nginx; `base` is its https address, `plain` its http one."""

    def __init__(self, folder: Path, ports: tuple[int, int]) -> None:
        self.folder = folder
        self.tls_port, self.plain_port = ports
        self.base, self.plain = (f"https://127.0.0.1:{ports[0]}", f"http://127.0.0.1:{ports[1]}")

    def client(self, address: str = "127.0.0.1") -> httpx.Client:
        """Return a visitor from one of this machine's many own addresses."""
        transport = httpx.HTTPTransport(verify=False, local_address=address)
        return httpx.Client(base_url=self.base, transport=transport, timeout=60)


@contextlib.contextmanager
def nginx(folder: Path, site: Path, api: str, **changes: str) -> Iterator[Nginx]:
    """Run deploy/nginx.conf as it stands, but for ports, paths and what `changes` says."""
    running = Nginx(folder, (free_port(), free_port()))
    _certificate(folder)
    text = CONFIG.read_text(encoding="utf-8")
    for old, new in {
        "listen [::]:": "#",
        "listen 443": f"listen 127.0.0.1:{running.tls_port}",
        "listen 80": f"listen 127.0.0.1:{running.plain_port}",
        "/etc/ssl/hedong/": f"{folder}/",
        "/srv/hedong/current": str(site),
        "127.0.0.1:8000": api.removeprefix("http://"),
        **changes,
    }.items():
        assert old in text, f"deploy/nginx.conf no longer says {old}"
        text = text.replace(old, new)
    (folder / "hedong.conf").write_text(text, encoding="utf-8")
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(user=user, folder=folder), encoding="utf-8")
    command = [program() or "nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr, checked.stderr
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait(running, process)
        yield running
    finally:
        process.terminate()
        process.wait()


def _wait(running: Nginx, process: subprocess.Popen[bytes]) -> None:
    with running.client() as client:
        while process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                client.get("/")
                return
    raise AssertionError((running.folder / "error.log").read_text(encoding="utf-8"))


def _certificate(folder: Path) -> None:
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "fullchain.pem")]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command = ["openssl", "req", *kind, "-days", "2", "-subj", "/CN=localhost", *files]
    subprocess.run(command, check=True, capture_output=True)
