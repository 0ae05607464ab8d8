"""A Chromium for tests that look at pages: the one of this machine, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""As tools/install-chromium looks for them."""


class NoBrowser(Exception):
    """No Chromium is installed."""


def program() -> str:
    """The path of a Chromium; the variable CHROMIUM names another one. NoBrowser where there is none."""
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        raise NoBrowser("no Chromium is installed: sh tools/install-chromium")
    return found


@contextmanager
def chromium() -> Generator[Browser]:
    """A browser without a window. It has no sandbox, which containers rarely allow: it is shown our own pages alone."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()
