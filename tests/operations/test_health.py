from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from stormops.operations.health import Health
from stormops.telemetry import Metrics


class Switch:
    on = False


@pytest.fixture
def switch() -> Switch:
    return Switch()


@pytest.fixture
def health(switch: Switch) -> Iterator[Health]:
    metrics = Metrics()
    metrics.gauge("operations_position", 7)
    made = Health("127.0.0.1", 0, metrics, lambda: switch.on)
    yield made
    made.close()


def get(health: Health, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{health.port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_it_is_alive_whether_it_is_ready_or_not(health: Health, switch: Switch) -> None:
    assert get(health, "/healthz") == (200, "ok\n")
    assert get(health, "/readyz")[0] == 503
    switch.on = True
    assert get(health, "/readyz") == (200, "ready\n")


def test_metrics_are_given(health: Health) -> None:
    status, page = get(health, "/metrics")
    assert status == 200
    assert "operations_position 7.0" in page


def test_nothing_else_is_there(health: Health) -> None:
    assert get(health, "/")[0] == 404
    assert get(health, "/metrics/../etc")[0] == 404
