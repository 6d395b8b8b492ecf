"""``./dev bench dashboard``: opening the dashboard in a browser, until its figures are painted.

A server of Odoo's own is started on a filled database; a headless Chromium logs in as somebody
who may read everything and opens the dashboard as from a bookmark.

    ./dev bench dashboard                      100,000 complaints, each with a time limit
    ./dev bench dashboard --sizes 1000         another number
    ./dev bench dashboard --write              keep the table as bench/dashboard.md
"""

import contextlib
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

import common
import fill
from playwright.sync_api import sync_playwright

from odoo.tools import config

CHROMIUM = "/usr/bin/chromium"
OPENED = 7
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
QUIET = 5  # looks in a row, a tenth of a second apart, that find no call under way


@contextlib.contextmanager
def serve():
    """Run a server on the database of this process; yield its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = common.HERE.parent / "devtools" / "bin" / "odoo"
    server = subprocess.Popen(
        [sys.executable, str(program), "--http-port", str(port), "--log-level", "warn"],
        cwd=common.HERE.parent,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(server, f"{address}/web/health")
        yield address
    finally:
        server.terminate()
        server.wait()


def _wait_for(server, address):
    for _attempt in range(600):
        if server.poll() is not None:
            raise SystemExit("The server of Odoo ended: its messages are above.")
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.1)
    raise SystemExit("The server of Odoo does not answer.")


class Window:
    """A browser window that knows when its calls came back."""

    def __init__(self, browser, address):
        self.address = address
        self.page = browser.new_context(viewport={"width": 1600, "height": 1000}).new_page()
        self.page.set_default_timeout(60_000)
        self.under_way, self.calls, self.last = set(), 0, 0.0
        self.page.on("request", self._begin)
        self.page.on("requestfinished", self._end)
        self.page.on("requestfailed", self._end)

    def _begin(self, request):
        if any(part in request.url for part in ("/web/dataset/", "/web/action/", "/spreadsheet/")):
            self.under_way.add(request)
            self.calls += 1

    def _end(self, request):
        if request in self.under_way:
            self.under_way.discard(request)
            self.last = time.perf_counter()

    def log_in(self):
        self.page.goto(f"{self.address}/web/login")
        self.page.fill("#login", "bench_auditor")
        self.page.fill("#password", "bench-auditor")
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar")

    def open_dashboard(self):
        """Return (seconds until all is painted, calls for it)."""
        self.page.goto("about:blank")
        start, self.calls = time.perf_counter(), 0
        self.page.goto(f"{self.address}/odoo/complaint-dashboard", wait_until="commit")
        self.page.wait_for_selector(".o-figure canvas")
        quiet = 0
        while quiet < QUIET:
            quiet = 0 if self.under_way else quiet + 1
            self.page.wait_for_timeout(100)
        before = time.perf_counter()
        self.page.evaluate(PAINTED)
        frame = time.perf_counter() - before
        return self.last - start + frame, self.calls


def run(size, picture):
    """Return ([seconds of each opening], calls of one); the first finds its cache empty."""
    fill.commit_all(size)
    with serve() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        window = Window(browser, address)
        window.log_in()
        found = [window.open_dashboard() for _number in range(OPENED + 1)]
        window.page.screenshot(path=picture)
        browser.close()
    return [seconds for seconds, _calls in found], found[-1][1]


def render(results):
    """Return the table as Markdown."""
    rows = [["complaints:", "first: s:", "median: s:", "best: s:", "calls of the browser:"]]
    for size, (seconds, calls) in results.items():
        values = (seconds[0], statistics.median(seconds[1:]), min(seconds[1:]))
        rows.append([f"{size:,}", *(f"{value:.2f}" for value in values), str(calls)])
    return common.render(
        "Opening the dashboard",
        f"dashboard --sizes {','.join(map(str, results))}",
        f"In Chromium without a window, from the address until the last figure is painted, "
        f"{OPENED} times after a first one that finds the caches empty; on the clock on the wall. "
        "It may take 3 seconds.",
        rows,
    )


def main(arguments):
    """Measure and print; each run wants a database of its own, so there is one size."""
    options = common.parse("dashboard", __doc__, arguments, sizes="100000")
    config.parse_config([])
    [size] = options.sizes
    results = {size: run(size, config["screenshots"] + "/dashboard.png")}
    return common.tell(render(results), "dashboard.md", options)
