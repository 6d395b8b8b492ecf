"""How an administrator begins: a trade, a leader, three examples, and a board of his own."""

from browser import Page, query

CARDS = ".o_kanban_record:not(.o_kanban_ghost)"


def _count_examples(server):
    [(number,)] = query(server, "SELECT count(*) FROM complaint_case WHERE is_setup_example")
    return number


def test_an_administrator_sets_up_and_takes_the_examples_away(browser, odoo_server):
    """Issue 8.4: pick a preset, see three examples, delete them with one click."""
    page = Page(browser, odoo_server.url, "setup", width=1440, height=900)
    page.log_in("admin@complaint.example")
    page.open("complaint-setup", ".o_complaint_setup_trade")
    page.picture("1_dialog")
    page.page.locator(".o_complaint_setup_trade", has_text="Bank").click()
    page.page.locator(".o_complaint_setup_trade[aria-pressed=true]", has_text="Bank").wait_for()
    page.page.locator("button[name=action_set_up]").click()
    page.page.wait_for_selector(".o_complaint_setup_examples")
    page.settle()
    page.picture("2_board")
    assert page.page.locator(CARDS).count() == 3
    assert _count_examples(odoo_server) == 3
    page.page.locator(".o_complaint_setup_examples button").click()
    page.page.wait_for_selector(".o_complaint_setup_examples", state="detached")
    page.settle()
    page.picture("3_empty")
    assert page.page.locator(CARDS).count() == 0
    assert _count_examples(odoo_server) == 0
    assert not page.errors
