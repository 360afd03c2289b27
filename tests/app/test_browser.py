"""The app as people see it: `snowdome app`, in a real browser, which keeps a picture of the page in build/."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from snowflake.snowpark import Session

from tests.app.conftest import ROOT, TABLE

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PICTURE = ROOT / "build" / "app.png"
WAIT = 30_000  # milliseconds

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="there is no Chromium on this machine (apt-get install chromium)"
    ),
]


@pytest.fixture
def address(session: Session, connection_file: Path) -> Iterator[str]:
    """Where `snowdome app` serves the page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "snowdome", "app", "--server.headless=true", f"--server.port={port}"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield wait_for(f"http://127.0.0.1:{port}", server)
        finally:
            server.terminate()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + WAIT / 1000
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return url
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"snowdome app does not answer at {url}")


@pytest.fixture
def page(address: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        page = browser.new_page(viewport={"width": 900, "height": 1260})
        page.goto(address)
        yield page
        browser.close()


def test_move_a_slider_save_and_reload(page: Page, session: Session) -> None:
    predicted = page.get_by_test_id("stMetricValue").first
    expect(predicted).to_have_text("$3.68 M", timeout=WAIT)
    slider = page.get_by_role("slider", name="Search engine, in 10,000 dollars")
    slider.focus()
    for _ in range(5):
        slider.press("ArrowRight")
    expect(predicted).to_have_text("$4.18 M", timeout=WAIT)
    described = page.get_by_test_id("stVegaLiteChart")
    expect(described).to_have_attribute(
        "aria-label", re.compile("July: budgets 230, return 4.18"), timeout=WAIT
    )
    PICTURE.parent.mkdir(exist_ok=True)
    page.screenshot(path=PICTURE, full_page=True)
    assert PICTURE.stat().st_size > 20_000

    page.get_by_role("button", name="Save to Snowflake").click()
    expect(page.get_by_text("July is saved, and is the table's last row.")).to_be_visible(timeout=WAIT)
    assert tuple(session.table(TABLE).filter("MONTH = 'July'").collect()[0]) == ("July", 60, 50, 35, 85, 4.18)

    page.reload()
    expect(page.get_by_text("What should August's advertising cost?")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("table").get_by_text("July")).to_be_visible(timeout=WAIT)
