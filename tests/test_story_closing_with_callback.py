"""The customer is called back before the complaint closes: an attempt, a talk, the end."""

from browser import Page, query

STORY = "closing_with_callback"


def _press(page, name):
    """Press a button of the topmost dialog and wait until that dialog has done its work."""
    page.page.locator(".o_dialog .modal-content").last.locator(f"button[name={name}]").click()
    page.settle()


def _attempt(page, number):
    """The phone rings and nobody answers."""
    page.page.locator(".o_form_statusbar button[name=action_callback]:visible").first.click()
    page.settle()
    _press(page, "action_attempt")
    page.picture(f"01_attempt_{number}")
    page.page.locator(".o_dialog .modal-content").last.locator(
        "footer .btn-primary:visible"
    ).first.click()
    page.page.wait_for_selector(".o_dialog", state="detached")
    page.settle()


def _talk(page):
    """The customer is content and agrees."""
    page.page.locator(".o_form_statusbar button[name=action_callback]:visible").first.click()
    page.settle()
    dialog = page.page.locator(".o_dialog .modal-content").last
    dialog.locator(".o_field_widget[name=satisfaction] .o_selection_badge").first.click()
    dialog.locator(".o_field_widget[name=customer_agrees] .o_selection_badge").first.click()
    page.picture("02_talk")
    _press(page, "action_done")
    page.page.wait_for_selector(".o_dialog", state="detached")
    page.settle()


def _close(page):
    page.page.locator(".o_form_statusbar button[data-hotkey=d]:visible").click()
    dialog = page.page.locator(".o_dialog .modal-content").last
    dialog.locator(".o_field_widget[name=closing_reason_id] input").click()
    page.page.locator(".o-autocomplete--dropdown-item").first.click()
    page.settle()  # a button pressed while the choice is still on its way does nothing
    dialog.locator("button[name=action_confirm]").click()
    page.settle()


def test_closing_waits_for_the_callback(browser, odoo_server):
    """Issue 3, parts 10 and 11 (T4): where the callback is a gate, nothing closes before it."""
    query(
        odoo_server, "UPDATE complaint_procedure SET callback_mode = 'gate' WHERE code = 'standard'"
    )
    [(case_id,)] = query(
        odoo_server, "SELECT res_id FROM ir_model_data WHERE name = 'case_demo_cfpb_3299498'"
    )
    page = Page(browser, odoo_server.url, STORY, width=1440, height=1200)
    page.log_in("handler@complaint.example")
    page.open(f"all-complaints/{case_id}", ".o_form_view")
    page.page.locator("button[name=action_customer_accepted]:visible").click()
    page.settle()

    _close(page)
    refusal = page.page.locator(".o_dialog .modal-content").last
    assert "call" in refusal.inner_text().lower()
    page.picture("00_not_yet")
    page.open(f"all-complaints/{case_id}", ".o_form_view")

    _attempt(page, 1)
    _talk(page)
    _close(page)
    left = page.page.locator(".o_dialog .modal-content")
    assert not left.count(), left.last.inner_text()
    page.picture("03_closed")
    [(phase, satisfied, attempts)] = query(
        odoo_server,
        """
        SELECT c.phase, c.customer_satisfied, (
            SELECT count(*) FROM complaint_callback_attempt a
              JOIN complaint_callback b ON b.id = a.callback_id WHERE b.case_id = c.id
        ) FROM complaint_case c WHERE c.id = %s
    """,
        case_id,
    )
    assert (phase, satisfied, attempts) == ("closed_normal", "satisfied", 1)
    assert not page.errors
    assert not odoo_server.bad_lines()
