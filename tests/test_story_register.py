"""The form at the counter: where one begins to type, what is seen, what an empty form leaves."""

import pytest
from browser import Page, query

STORY = "register"


def _count(server):
    return query(server, "SELECT count(*) FROM complaint_case")[0][0]


@pytest.fixture
def form(browser, odoo_server):
    page = Page(browser, odoo_server.url, STORY, width=1440, height=900)
    page.log_in("front.desk@complaint.example")
    page.open("register-complaint", ".o_form_view")
    return page


def test_a_form_that_was_only_opened_leaves_no_complaint(form, odoo_server):
    """Closing the page saves what was typed, and nothing when nothing was typed."""
    count = _count(odoo_server)
    assert form.page.evaluate("document.activeElement.id").startswith("description")
    form.page.keyboard.press("Tab")
    form.open("complaint-overview", ".o_kanban_view")
    assert _count(odoo_server) == count
    form.open("register-complaint", ".o_form_view")
    form.page.keyboard.type("The lift stands still.")
    form.open("complaint-overview", ".o_kanban_view")
    assert _count(odoo_server) == count + 1
    assert not form.errors


def test_nothing_is_registered_without_a_word(form, odoo_server):
    """The button says what is missing, and marks it."""
    count = _count(odoo_server)
    form.page.locator("button[name=action_register]").click()
    form.page.wait_for_selector(".o_field_invalid[name=description]")
    assert _count(odoo_server) == count
    assert not form.errors


def test_what_is_known_is_seen_without_scrolling(form, odoo_server):
    """While the customer stands there, nobody looks below the end of the screen."""
    [(phone,)] = query(
        odoo_server,
        "SELECT complainant_phone FROM complaint_case "
        "WHERE complainant_phone IS NOT NULL AND NOT is_restricted ORDER BY id DESC LIMIT 1",
    )
    form.fill("complainant_phone", phone)
    form.page.keyboard.press("Tab")
    known = form.page.locator(".o_complaint_similar_row").first
    known.wait_for()
    form.picture("known")
    box = known.bounding_box()
    assert box["y"] + box["height"] <= 900
    assert not form.errors
