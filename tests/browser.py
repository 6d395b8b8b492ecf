"""What browser stories need: log in, fill Odoo's widgets, drag cards, keep pictures."""

import contextlib
import re
from pathlib import Path

import psycopg2
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
SCREENSHOTS = Path(__file__).parents[1] / ".odoo" / "screenshots" / "stories"


class Page:
    """One person at one browser window.

    Every error that the page or its console reports is kept in ``errors``; a story asserts at
    its end that there is none.
    """

    def __init__(self, browser, url, story, width=2600, height=1200):
        self.url = url
        self.folder = SCREENSHOTS / story
        self.folder.mkdir(parents=True, exist_ok=True)
        self.errors = []
        context = browser.new_context(
            viewport={"width": width, "height": height},
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
        )
        self.page = context.new_page()
        self.page.set_default_timeout(30_000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._keep_console_error)
        self.calls = set()
        self.saves = 0
        self.page.on("request", self._note_call)
        self.page.on("requestfinished", lambda request: self.calls.discard(request))
        self.page.on("requestfailed", lambda request: self.calls.discard(request))

    def _keep_console_error(self, message):
        if message.type == "error":
            self.errors.append(message.text)

    def _note_call(self, request):
        self.saves += request.url.endswith("/web_save")
        if any(part in request.url for part in ("/web/dataset/", "/web/action/", "/mail/")):
            self.calls.add(request)

    # Moving about

    def log_in(self, login):
        """Log in as a demo user: the password is what stands before the @."""
        self.page.goto(f"{self.url}/web/login")
        self.page.fill("#login", login)
        self.page.fill("#password", login.split("@")[0])
        self.page.click("button[type=submit]")
        self.page.wait_for_selector(".o_main_navbar")

    def open(self, path, selector):
        """Open a page of the back office and wait for what it is about."""
        self.page.goto(f"{self.url}/odoo/{path}")
        self.page.wait_for_selector(selector)
        self.settle()

    def settle(self):
        """Wait until the web client has had no call under way for a moment.

        The connection of the bus stays open, so the network as a whole is never idle.
        """
        quiet = 0
        for _attempt in range(600):
            quiet = 0 if self.calls else quiet + 1
            if quiet == 4:
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"Calls do not end: {[call.url for call in self.calls]}")

    def picture(self, name):
        """Keep a picture of the window as it is now."""
        self.settle()
        self.page.screenshot(path=self.folder / f"{name}.png")

    # Forms

    def fill(self, field, text):
        """Type into the input or text area of a field."""
        self.page.locator(f".o_field_widget[name={field}]").locator("input, textarea").first.fill(
            text
        )

    def choose(self, field, text):
        """Type into a many2one and take the first suggestion."""
        widget = self.page.locator(f".o_field_widget[name={field}]")
        widget.locator("input").first.fill(text)
        option = self.page.locator(".o-autocomplete--dropdown-item", has_text=re.compile(text))
        option.first.click()

    def select(self, field, value):
        """Take a value of a selection, by its technical name."""
        widget = self.page.locator(f".o_field_widget[name={field}]")
        widget.locator("input").first.click()
        self.page.locator(f".o_select_menu_item[data-choice-index='{value}']").click()

    def save(self):
        """Save with the one key that Odoo has for it."""
        self.page.keyboard.press("Alt+s")
        self.settle()

    def tab(self, name):
        """Open a page of the form's notebook."""
        self.page.locator(f".o_notebook a.nav-link[name={name}]").click()

    def search(self, text):
        """Search for a text, and wait until the view shows nothing else."""
        self.settle()
        self.page.locator(".o_searchview_input").fill(text)
        # The key for it is lost while the list is still drawn.
        self.page.locator(".o_searchview_autocomplete .o-dropdown-item").first.click()
        self.page.wait_for_selector(f".o_searchview_facet:has-text('{text}')")
        self.page.wait_for_selector(".o_searchview_autocomplete", state="detached")
        self.settle()

    # Board

    def drag_card(self, text, column):
        """Drag the card that shows ``text`` into the column with this position, counted from 0.

        A board that draws itself anew meanwhile lets the card slip back and asks the server for
        nothing; whoever sees that drags it again, so this does, too.  A busy machine may ask late.
        """
        saves, trouble = self.saves, None
        for _attempt in range(3):
            try:
                self._lift_card(text, column)
                with self.page.expect_request("**/web_save", timeout=10_000):
                    self.page.mouse.up()
            except PlaywrightTimeout as error:
                trouble = error
                self.page.mouse.up()
            self.settle()
            if self.saves > saves:
                return
        self.picture("zz_cannot_be_let_go")
        raise AssertionError(f"{text} cannot be let go over column {column}: {trouble}")

    def _lift_card(self, text, column):
        """Take a card and hold it over a column until the board shows that it follows."""
        self.settle()
        card = self.page.locator(".o_kanban_record", has_text=text).first
        card.scroll_into_view_if_needed()
        start = card.bounding_box()
        target = self.page.locator(".o_kanban_group").nth(column)
        goal = target.bounding_box()
        from_x, from_y = start["x"] + start["width"] / 2, start["y"] + 25
        mouse = self.page.mouse
        mouse.move(from_x, from_y)
        mouse.down()
        for step in range(1, 11):
            share = step / 10
            mouse.move(
                from_x + share * (goal["x"] + goal["width"] / 2 - from_x),
                from_y + share * (goal["y"] + 120 - from_y),
            )
        # The board may have scrolled meanwhile: over the column itself.
        goal = target.bounding_box()
        mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + 120)
        # It follows the pointer once a frame; what is let go before that falls back.
        self.page.wait_for_function(
            "column => document.querySelectorAll('.o_kanban_group')[column]"
            ".classList.contains('o_kanban_hover')",
            arg=column,
            timeout=10_000,
        )

    def column_of(self, text):
        """Return the position of the column in which a card stands, counted from 0."""
        columns = self.page.locator(".o_kanban_group")
        for position in range(columns.count()):
            if columns.nth(position).locator(".o_kanban_record", has_text=text).count():
                return position
        return None


def query(server, sql, *parameters):
    """Return the rows that a statement returns from the database of a server, if any."""
    with psycopg2.connect(dbname=server.database) as connection, connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def chromium():
    """Start headless Chromium and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )
        yield browser
        browser.close()
