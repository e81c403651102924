"""The shipped web server before the living platform: the public and staff, each by their own addresses."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Origin

from loadtests.web_server import Addresses, Backends, free_ports, nginx, web_server
from tests.platform import Platform, make_city

pytestmark = [pytest.mark.system, pytest.mark.alone]


@pytest.mark.skipif(nginx() is None, reason="no nginx: run make setup-dev, or install it")
async def test_the_public_reports_and_staff_work_each_by_their_own_address(tmp_path: Path) -> None:
    found = free_ports(len(Addresses._fields) + len(Backends._fields))
    at, ports = Addresses.at(found[: len(Addresses._fields)]), found[len(Addresses._fields) :]
    names = ("FEED", "INTAKE", "FEED_STAFF", "INTAKE_STAFF", "COUNTER")
    settings = {f"STORMOPS_{name}_PORT": str(port) for name, port in zip((*names, "COUNTER_OWN"), ports, strict=True)}
    settings |= {f"STORMOPS_{name}_URL": url for name, url in zip(names, at, strict=True)}
    settings |= {"STORMOPS_COUNTER_OWN_URL": at.public}
    settings |= {"STORMOPS_STAFF_PORTS_ONLY": "true", "STORMOPS_TRUSTED_PROXIES": "127.0.0.0/8"}
    behind = Backends(*(f"127.0.0.1:{port}" for port in ports))
    city = make_city(tmp_path, 600)
    with web_server(tmp_path / "data/public", tmp_path / "nginx", behind, at):
        platform = Platform(city, tmp_path / "data", settings)
        try:
            with httpx2.Client(timeout=30) as http:
                report = {"symptom": "lights_out", "address": "somewhere"}
                given = http.post(f"{at.reports}/api/v1/reports", json=report, headers={"Idempotency-Key": "k"})
                assert given.status_code == 202, given.text
                assert http.get(f"{at.public}/r/{given.json()['receipt']}").status_code == 200

                own = http.get(f"{at.public}/account")
                assert (own.status_code, own.headers["cache-control"]) == (200, "no-store")
                assert 'action="/account/requests/start"' in http.get(f"{at.public}/account/start").text
                ours = {"Origin": at.public}
                assert http.post(f"{at.public}/account/requests/start", data={}, headers=ours).status_code == 422
                assert http.get(f"{at.public}/counter").status_code == 404

                person, password = platform.staff["dispatcher"]
                known = {"person": person, "password": password, "desk": "D"}
                assert http.post(f"{at.reports}/staff/sign-in", json=known).status_code == 403
                http.post(f"{at.staff_reports}/staff/sign-in", json=known).raise_for_status()
                assert http.get(f"{at.desk}/desk").status_code == 200
                assert http.get(f"{at.counter}/counter").status_code != 502
                cookie = f"stormops_session={http.cookies['stormops_session']}"
            socket = at.desk.replace("http", "ws", 1) + "/api/v1/feed?audience=desk"
            async with connect(
                socket, additional_headers={"Cookie": cookie}, max_size=2**24, origin=Origin(at.desk)
            ) as opened:
                await opened.send(json.dumps({"type": "hello", "resume": None}))
                assert json.loads(await opened.recv())["type"] == "snapshot"
        finally:
            platform.stop()
        down = httpx2.post(f"{at.reports}/api/v1/reports", json=report)
        assert down.status_code == 502
        assert json.loads((tmp_path / "data/public/config.json").read_text())["phone"] in down.text
