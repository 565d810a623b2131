"""A picture of a folder's page, as headless Chromium shows it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


class Files(SimpleHTTPRequestHandler):
    """Serves files, and says nothing of it."""

    def log_message(self, format: str, *arguments: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """A server to which a browser that goes away is no news."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


def screenshot(folder: Path, picture: Path, page: str = "", size: tuple[int, int] = (1400, 2200)) -> None:
    """Show a page of the folder, which is served on this machine alone, and keep what is seen as a PNG."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit(f"a screenshot needs a browser: install one of {', '.join(BROWSERS)}")
    server = Server(("127.0.0.1", 0), partial(Files, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/{page}"
    try:
        with tempfile.TemporaryDirectory() as profile:
            shown = ("--virtual-time-budget=20000", f"--window-size={size[0]},{size[1]}", f"--user-data-dir={profile}")
            command = [browser, *QUIET, *shown, f"--screenshot={picture.resolve()}", address]
            subprocess.run(command, check=True, capture_output=True, timeout=120)
    finally:
        server.shutdown()
