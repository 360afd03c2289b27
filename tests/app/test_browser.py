"""The apps as people see them: `snowdome app`, in a real browser, which keeps pictures of the pages in build/."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from snowflake.snowpark import Session

from tests.app.conftest import ROOT, TABLE

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PICTURES = ROOT / "build"
WAIT = 30_000  # milliseconds

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None, reason="there is no Chromium on this machine (apt-get install chromium)"
    ),
]


@contextmanager
def served(*arguments: str) -> Iterator[str]:
    """Where `snowdome app` serves a page."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.headless=true", f"--server.port={port}"]
    command = [sys.executable, "-m", "snowdome", "app", *arguments, *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            yield wait_for(f"http://127.0.0.1:{port}", server)
        finally:
            server.kill()  # it would wait for the browser to leave


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
def visit() -> Iterator[Callable[..., Page]]:
    """Opens an address in a window of some size."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)

        def visit(address: str, width: int, height: int) -> Page:
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(address)
            return page

        yield visit
        browser.close()


@pytest.fixture
def page(session: Session, connection_file: Path, visit: Callable[..., Page]) -> Iterator[Page]:
    """The first app."""
    with served() as address:
        yield visit(address, 900, 1260)


def keep_picture(page: Page, name: str) -> None:
    """A picture of the page, which is not empty."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / name, full_page=True)
    assert (PICTURES / name).stat().st_size > 20_000


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
    keep_picture(page, "app.png")

    page.get_by_role("button", name="Save to Snowflake").click()
    expect(page.get_by_text("July is saved, and is the table's last row.")).to_be_visible(timeout=WAIT)
    assert tuple(session.table(TABLE).filter("MONTH = 'July'").collect()[0]) == ("July", 60, 50, 35, 85, 4.18)

    page.reload()
    expect(page.get_by_text("What should August's advertising cost?")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("table").get_by_text("July")).to_be_visible(timeout=WAIT)


@pytest.fixture
def viewer(experiments: Session, connection_file: Path, visit: Callable[..., Page]) -> Iterator[Page]:
    """The viewer of experiments."""
    with served("experiment_viewer") as address:
        yield visit(address, 1400, 2420)


def test_compare_runs_and_look_at_another(viewer: Page) -> None:
    best = viewer.get_by_test_id("stMetricValue").nth(1)
    expect(best).to_have_text("XGBOOST_DEPTH_4", timeout=WAIT)
    described = [
        "A line per run from its training metric", "auc over steps", "logloss over steps",
        "Bars of feature importance", "Confusion matrix", "Bars of mean SHAP values", "Beeswarm",
    ]  # fmt: skip
    drawn = viewer.get_by_test_id("stVegaLiteChart")
    for number, text in enumerate(described):
        expect(drawn.nth(number)).to_have_attribute("aria-label", re.compile(f"^{text}"), timeout=WAIT)
        expect(drawn.nth(number).locator("canvas, svg").first).to_be_visible(timeout=WAIT)
    keep_picture(viewer, "viewer.png")

    viewer.get_by_label("Name contains").fill("logistic")
    viewer.get_by_label("Name contains").press("Enter")
    expect(best).to_have_text("LOGISTIC_REGRESSION", timeout=WAIT)
    expect(viewer.get_by_text("This run has no artifact shap.json")).to_be_visible(timeout=WAIT)
    expect(viewer.get_by_test_id("stException")).to_have_count(0)
