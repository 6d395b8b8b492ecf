"""A step that a gate refuses: the form says why, and stays where the complaint is."""

from browser import Page, query

STORY = "refused_step"


def _stage_id(server, name):
    return query(
        server,
        "SELECT res_id FROM ir_model_data WHERE model = 'complaint.stage' AND name = %s",
        f"stage_standard_{name}",
    )[0][0]


def _refuse(page, server):
    """Press a stage whose gate is closed and put the message away."""
    page.page.locator(
        f".o_statusbar_status button[data-value='{_stage_id(server, 'solution')}']"
    ).first.click()
    dialog = page.page.locator(".o_dialog .modal-content")
    dialog.wait_for()
    page.picture("refused")
    dialog.locator("footer .btn-secondary").click()
    dialog.wait_for(state="detached")
    page.settle()
    current = page.page.locator(".o_statusbar_status button[aria-checked=true]").first
    return int(current.get_attribute("data-value"))


def test_the_form_stays_where_the_complaint_is(browser, odoo_server):
    """The other buttons do not try the refused step again, and what was typed is not lost."""
    page = Page(browser, odoo_server.url, STORY, width=1440, height=900)
    page.log_in("front.desk@complaint.example")
    page.open("register-complaint", ".o_form_view")
    page.fill("description", "Story: the bill is wrong")
    page.save()
    intake = _stage_id(odoo_server, "intake")
    assert _refuse(page, odoo_server) == intake
    page.page.locator(".o_form_statusbar button[name=action_contact]").click()
    page.page.wait_for_selector(".o_dialog .o_field_widget[name=content]")
    page.page.locator(".o_dialog button[special=cancel]").click()
    page.page.wait_for_selector(".o_dialog", state="detached")

    page.fill("expected_solution", "A new bill")
    assert _refuse(page, odoo_server) == intake
    page.save()
    rows = query(
        odoo_server,
        "SELECT stage_id, expected_solution FROM complaint_case WHERE name = %s",
        "Story: the bill is wrong",
    )
    assert rows == [(intake, "A new bill")]
