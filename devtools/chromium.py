"""A headless Chromium that is steered through a pipe, with nothing but the standard library."""

import base64
import contextlib
import json
import os
import resource
import select
import shutil
import subprocess
import sys
import tempfile
import time

from .common import die_with_parent
from .debian import BROWSERS

SWITCHES = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--hide-scrollbars",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--disable-web-security",
    "--ignore-certificate-errors",
    "--remote-debugging-pipe",
    "--font-render-hinting=none",
]

# Chromium talks on descriptors 3 and 4, which may have another meaning before the program
# is replaced.
TO_PIPE = "import os, sys; os.dup2(63, 3); os.dup2(64, 4); os.execvp(sys.argv[1], sys.argv[1:])"


class BrowserError(Exception):
    """Chromium is missing, ended or did not do what it was told."""


class Chromium:
    """A browser with one page.

    :param dict files: {address: (content type, bytes)} that the page gets from us
    :param float seconds: how long everything together may take
    """

    def __init__(self, files, seconds=180):
        self.files = files
        self.deadline = time.monotonic() + seconds
        self.number = 0
        self.buffer = b""
        self.events = []
        self.session = None

    def __enter__(self):
        program = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not program:
            raise BrowserError("Chromium is not installed: run 'apt-get install chromium'.")
        self.profile = tempfile.mkdtemp(prefix="print-")
        to_read, self.write_end = os.pipe()
        self.read_end, to_write = os.pipe()
        high = [os.dup2(to_read, 63), os.dup2(to_write, 64)]
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                TO_PIPE,
                program,
                *SWITCHES,
                f"--user-data-dir={self.profile}",
                "about:blank",
            ],
            pass_fds=(63, 64),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_before_start,
        )
        for descriptor in (to_read, to_write, *high):
            os.close(descriptor)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        self.call("Page.enable")
        self.call("Fetch.enable", patterns=[{"urlPattern": url + "*"} for url in self.files])
        return self

    def __exit__(self, *_unused):
        self.process.kill()
        self.process.wait()
        os.close(self.read_end)
        os.close(self.write_end)
        shutil.rmtree(self.profile, ignore_errors=True)

    def call(self, method, **parameters):
        """Call a method of the debugging protocol and return its result."""
        number = self._send(method, parameters)
        while True:
            message = self._receive()
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error'].get('message')}")
                return message["result"]
            self._handle(message)

    def open(self, url):
        """Show a page and wait until all that belongs to it is there."""
        self.events.clear()
        result = self.call("Page.navigate", url=url)
        if result.get("errorText"):
            raise BrowserError(f"{url}: {result['errorText']}")
        while "Page.loadEventFired" not in self.events:
            self._handle(self._receive())
        self.run("document.fonts.ready.then(() => true)")

    def run(self, script):
        """Run JavaScript in the page and return its value."""
        result = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in result:
            raise BrowserError(f"JavaScript failed: {result['exceptionDetails']['text']}")
        return result["result"].get("value")

    def print(self, **parameters):
        """Return the page as PDF; lengths are in inches."""
        stream = self.call("Page.printToPDF", transferMode="ReturnAsStream", **parameters)["stream"]
        parts = []
        while True:
            part = self.call("IO.read", handle=stream)
            data = part["data"]
            parts.append(base64.b64decode(data) if part.get("base64Encoded") else data.encode())
            if part["eof"]:
                return b"".join(parts)

    def _send(self, method, parameters):
        """Write one message and return its number."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        with contextlib.suppress(BrokenPipeError):
            while data:
                data = data[os.write(self.write_end, data) :]
        return self.number

    def _receive(self):
        """Read one message."""
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.read_end], [], [], self.deadline - time.monotonic())
            if not ready:
                raise BrowserError("Chromium took too long")
            data = os.read(self.read_end, 1 << 20)
            if not data:
                raise BrowserError("Chromium ended unexpectedly")
            self.buffer += data
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def _handle(self, message):
        """Note an event, and answer a request for one of our files."""
        method = message.get("method")
        if method:
            self.events.append(method)
        if method != "Fetch.requestPaused":
            return
        request = message["params"]
        url = request["request"]["url"].split("?")[0].split("#")[0]
        if url not in self.files:
            self._send("Fetch.continueRequest", {"requestId": request["requestId"]})
            return
        kind, content = self.files[url]
        self._send(
            "Fetch.fulfillRequest",
            {
                "requestId": request["requestId"],
                "responseCode": 200,
                "responseHeaders": [{"name": "Content-Type", "value": kind}],
                "body": base64.b64encode(content).decode(),
            },
        )


def _before_start():
    """Runs in the child: take back a limit of Odoo that Chromium cannot live with."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    die_with_parent()
