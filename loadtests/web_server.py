"""The shipped nginx configuration on a free port, serving a public folder: for tests and measurements."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from loadtests.costs import children

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "deploy/nginx"
BROTLI = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
"""Debian's libnginx-mod-http-brotli-static."""
UNPACKED = ROOT / ".venv/.nginx"
"""Where `make setup-dev` notes the nginx that it found or unpacked."""
NOBODY = "127.0.0.1:9"
BARE, EMPTY = "/bare", "add_header Cache-Control no-store; return 204;"


def nginx() -> Path | None:
    """The web server of this machine, or the one that the set-up unpacked; None where there is none."""
    noted = UNPACKED.read_text().strip() if UNPACKED.exists() else ""
    found = shutil.which("nginx") or shutil.which(noted)
    return Path(found).resolve() if found else None


def free_ports(count: int) -> list[int]:
    """So many different ports that nobody has just now: each is held until all are found."""
    with contextlib.ExitStack() as held:
        found = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in found]


class Backends(NamedTuple):
    """Where the platform's processes listen, `host:port`; nobody is there by default."""

    feed: str = NOBODY
    intake: str = NOBODY
    staff_feed: str = NOBODY
    staff_intake: str = NOBODY
    counter: str = NOBODY
    own: str = NOBODY


class Addresses(NamedTuple):
    """Where the web server listens: for the public, then for staff."""

    public: str
    reports: str
    desk: str
    staff_reports: str
    counter: str

    @classmethod
    def at(cls, ports: Iterable[int]) -> Addresses:
        """On these ports of this machine."""
        return cls(*(f"http://127.0.0.1:{port}" for port in ports))


def configured(public: Path, at: Addresses, behind: Backends) -> str:
    """The shipped configuration with the places that say EDIT filled in for this machine. `public` is named public/."""
    text = "".join((SHIPPED / name).read_text() for name in ("stormops.conf", "staff.conf"))
    ports = Addresses(*(url.rpartition(":")[2] for url in at))
    for old, new, times in (
        ("listen 80 ", f"listen 127.0.0.1:{ports.public} ", 1),
        ("listen 81 ", f"listen 127.0.0.1:{ports.reports} ", 1),
        ("8443", ports.desk, 2),
        ("8444", ports.staff_reports, 2),
        ("8445", ports.counter, 2),
        ("root /var/lib/stormops;", f"root {public.parent};", 2),
        ("alias /srv/stormops/dashboards/dist/assets/;", f"alias {ROOT}/dashboards/dist/assets/;", 1),
        ("127.0.0.1:8312", behind.feed, 1),
        ("127.0.0.1:8311", behind.intake, 1),
        ("127.0.0.1:8317", behind.staff_feed, 1),
        ("127.0.0.1:8316", behind.staff_intake, 1),
        ("127.0.0.1:8318", behind.counter, 1),
        ("127.0.0.1:8319", behind.own, 1),
        ("location = /pages.css", f"location = {BARE} {{ {EMPTY} }}\n    location = /pages.css", 1),
    ):
        assert text.count(old) == times, old
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def web_server(
    public: Path, folder: Path, behind: Backends, at: Addresses | None = None, workers: int = 2
) -> Iterator[str]:
    """The shipped web server until the block ends; gives its public address. Raises FileNotFoundError.

    What it answers to `BARE` is empty and needs no file: the least that any answer costs.
    """
    server = nginx()
    if server is None:
        raise FileNotFoundError("nginx is not installed here: apt-get install nginx libnginx-mod-http-brotli-static")
    folder.mkdir(parents=True, exist_ok=True)
    at = at or Addresses.at(free_ports(len(Addresses._fields)))
    where = urlsplit(at.public)
    (folder / "stormops.conf").write_text(configured(public, at, behind))
    types = server.parents[2] / "etc/nginx/mime.types"
    extras = f"include {SHIPPED}/brotli.conf;" if BROTLI.exists() else ""
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        (f"load_module {BROTLI};\n" if BROTLI.exists() else "")
        + f"user root; pid {folder}/nginx.pid; error_log {folder}/error.log warn; worker_processes {workers};\n"
        + "worker_rlimit_nofile 20000; events { worker_connections 8192; }\n"
        + f"http {{ include {types}; {temporary} {extras}\ninclude {folder}/stormops.conf; }}\n"
    )
    command = [str(server), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                if process.poll() is not None:
                    raise RuntimeError(f"nginx did not start: {process.stderr.read() if process.stderr else ''}")
                with contextlib.suppress(OSError), socket.create_connection((where.hostname, where.port), timeout=1):
                    break
                time.sleep(0.02)
            yield at.public
        finally:
            process.terminate()
            process.wait(10)


def workers_of(folder: Path) -> list[int]:
    """Process numbers of the workers of a server whose folder this is."""
    return children(int((folder / "nginx.pid").read_text()))


def version() -> str:
    """What nginx says of itself."""
    done = subprocess.run([str(nginx() or "nginx"), "-v"], capture_output=True, text=True, check=True)
    found = re.search(r"nginx/\S+", done.stderr)
    return (found[0] if found else "nginx") + (" with brotli_static" if BROTLI.exists() else " without brotli")
