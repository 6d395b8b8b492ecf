"""Somebody without a log-in complains and follows it, with a phone, a keyboard or read aloud."""

import importlib.resources

import pytest
from browser import SCREENSHOTS, query

FORM = "/complaint/new/customer-care"
FOLDER = SCREENSHOTS / "public"
SIZES = {"desktop": (1280, 900), "phone": (390, 800)}
ANSWERS = {
    "week": "seven",
    "snow": "White",
    "fingers": "5",
    "colder": "ice",
    "three": "nine",
    "sun": "by day",
}
# The choice of languages in the footer is Odoo's own.
AXE_OPTIONS = "{exclude: [['.js_language_selector']]}"


@pytest.fixture(scope="module")
def axe():
    package = importlib.resources.files("axe_playwright_python")
    return (package / "axe.min.js").read_text(encoding="utf-8")


class Visitor:
    """One person without a log-in at one window; what the page complains about is kept."""

    def __init__(self, browser, url, size, scripts=True):
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="en-US", java_script_enabled=scripts
        )
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.url, self.size, self.width, self.errors = url, size, width, []
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, path):
        self.page.goto(self.url + path)

    def send(self, button):
        """Press a button that sends a form and wait for the next page."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=button).click()

    def picture(self, name):
        self.page.screenshot(path=FOLDER / f"{name}_{self.size}.png", full_page=True)

    def fits(self):
        """Say whether nothing has to be moved sideways to be read."""
        return self.page.evaluate("document.documentElement.scrollWidth") <= self.width

    def find_barriers(self, axe):
        """Return what axe-core finds on the page that keeps somebody out."""
        self.page.evaluate(axe)
        found = self.page.evaluate(f"axe.run({AXE_OPTIONS}, {{resultTypes: ['violations']}})")
        return [
            (barrier["id"], [node["html"][:200] for node in barrier["nodes"]])
            for barrier in found["violations"]
        ]


def _get_case(server, number):
    return query(
        server,
        "SELECT id, description, complainant_phone FROM complaint_case WHERE number = %s",
        number,
    )[0]


def test_a_complaint_without_any_script(browser, odoo_server):
    visitor = Visitor(browser, odoo_server.url, "phone", scripts=False)
    page = visitor.page
    visitor.open(FORM)
    page.get_by_label("In a few words").fill("Dark gate")
    page.get_by_label("Files").set_input_files(
        {"name": "page.html", "mimeType": "text/html", "buffer": b"<html></html>"}
    )
    visitor.send("Send the complaint")
    alert = page.get_by_role("alert")
    assert "“What happened” is needed." in alert.inner_text()
    assert "“page.html” cannot be taken" in alert.inner_text()
    assert page.get_by_label("In a few words").input_value() == "Dark gate"
    visitor.picture("1_errors_without_script")

    page.get_by_label("What happened").fill("The lamp at gate 3 is dark since Monday.")
    page.get_by_label("Phone").fill("138 0000 2222")
    page.wait_for_timeout(3500)  # nobody types faster
    visitor.send("Send the complaint")
    assert page.get_by_role("heading", level=1).inner_text() == "Thank you, we have your complaint"
    key = page.locator("#key").inner_text()
    number = page.locator("dd strong").inner_text()
    assert _get_case(odoo_server, number)[2] == "138 0000 2222"
    visitor.picture("2_thanks_without_script")

    page.get_by_role("link", name="Follow the complaint").click()
    page.get_by_label("Your key").fill(key.lower().replace("-", " "))
    visitor.send("Show the complaint")
    assert number in page.get_by_role("heading", level=1).inner_text()
    page.get_by_label("What you want to add").fill("Two neighbours fell.")
    visitor.send("Send")
    assert "Thank you, this is now with your complaint." in page.get_by_role("status").inner_text()
    visitor.picture("3_added_without_script")
    visitor.send("Leave this page")
    visitor.open("/complaint/follow")
    assert number not in page.content()


@pytest.mark.parametrize("size", SIZES)
def test_no_page_keeps_anybody_out(browser, odoo_server, axe, size):
    visitor = Visitor(browser, odoo_server.url, size)
    page, barriers = visitor.page, {}

    def look(name):
        visitor.picture(name)
        assert visitor.fits(), f"{name} is wider than the window"
        barriers[name] = visitor.find_barriers(axe)

    visitor.open(FORM)
    look("form")
    visitor.send("Send the complaint")
    assert page.evaluate("document.activeElement.id") == "errors", "Errors are read first"
    look("errors")
    visitor.open(FORM)  # a form that came back a moment ago looks like a robot's
    page.get_by_label("What happened").fill("Nobody answers the phone.")
    page.get_by_label("I want to stay anonymous").check()
    visitor.send("Send the complaint")
    look("question")
    question = page.locator("label[for=field_answer]").inner_text()
    answer = next(answer for word, answer in ANSWERS.items() if word in question)
    page.locator("#field_answer").fill(answer)
    visitor.send("Send the complaint")
    look("thanks")
    key = page.locator("#key").inner_text()
    visitor.open("/complaint/follow")
    look("key")
    page.get_by_label("Your key").fill("wrong")
    visitor.send("Show the complaint")
    look("wrong_key")
    page.get_by_label("Your key").fill(key)
    visitor.send("Show the complaint")
    look("status")
    visitor.open("/complaint/published")
    look("published")
    assert not any(barriers.values()), barriers
    assert not visitor.errors
