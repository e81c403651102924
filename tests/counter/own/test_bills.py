from __future__ import annotations

import io
import re
from datetime import date

from pypdf import PdfReader

from stormops.accounts.records_money import Bill, BillLine
from stormops.counter.own.bills import CHART_HEIGHT, charts
from stormops.papers.words import said as on_paper
from tests.counter.conftest import billed_by_run
from tests.counter.own.conftest import Own


def bill(day: int, units: int) -> Bill:
    line = BillLine(charge="electric", cents=1, since=date(2026, 1, 1), until=date(2026, 2, 1), quantity=units)
    fee = BillLine(charge="fire", cents=1, since=date(2026, 1, 1), until=date(2026, 2, 1))
    return Bill(
        id=f"b{day}", account="a", issued=date(2026, 1, day), due=date(2026, 2, day), cents=2, lines=(line, fee)
    )


def test_use_is_drawn_bill_by_bill_from_the_oldest_on() -> None:
    (chart,) = charts([bill(3, 50), bill(2, 200), bill(1, 100)])
    assert [(bar.height, bar.quantity) for bar in chart.bars] == [
        (CHART_HEIGHT // 2, 100),
        (CHART_HEIGHT, 200),
        (CHART_HEIGHT // 4, 50),
    ]
    assert (chart.most.quantity, chart.least.quantity) == (200, 50)
    assert charts([bill(1, 100)]) == []  # nothing to compare


async def test_a_bill_shows_its_lines_and_how_they_came_about(own: Own) -> None:
    await own.enter()
    listed = (await own.get("/account/bills")).text
    place = re.search(r'href="(/account/bills/[0-9a-f]{16})"', listed)
    assert place
    page = (await own.get(place[1])).text
    for said in ("$109.07", "1,000", "How this came about", "Tallahassee rate plans"):
        assert said in page
    assert (await own.get("/account/bills/0123456789abcdef")).status_code == 404

    printed = await own.get(f"{place[1]}/statement.pdf?lang=es")
    assert f"{place[1]}/statement.pdf" in page
    assert (printed.headers["content-type"], printed.headers["cache-control"]) == ("application/pdf", "no-store")
    paper = "".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(printed.content)).pages)
    assert "$109.07" in paper
    assert on_paper("es")("statement.charges") in paper
    assert (await own.get("/account/bills/0123456789abcdef/statement.pdf")).status_code == 404


async def test_a_bill_of_a_run_is_shown_like_any_other(own: Own) -> None:
    await billed_by_run(own.desk)
    await own.enter()
    place = re.search(r'href="(/account/bills/[0-9a-f]{16})"', (await own.get("/account/bills")).text)
    assert place
    page = await own.get(place[1])
    assert page.status_code == 200
    for said in ("900", "How this came about", "Tallahassee rate plans"):
        assert said in page.text
    assert (await own.get(f"{place[1]}/statement.pdf")).status_code == 200
