"""A solution waits for the manager, who decides from the activity, from the list, in the form."""

from browser import Page, query

STORY = "approvals"
# Examples that one person handles, far enough for a solution, without one yet.
CASES = ["cfpb_3138906", "cfpb_3280891", "cfpb_3206891"]


def _case(server, name):
    [(case_id,)] = query(
        server, "SELECT res_id FROM ir_model_data WHERE name = %s", f"case_demo_{name}"
    )
    return case_id


def _states(server, case_id):
    """Return the states of all approvals of a case, oldest first."""
    rows = query(
        server, "SELECT state FROM complaint_approval WHERE case_id = %s ORDER BY id", case_id
    )
    return [state for (state,) in rows]


def _propose(page, case_id, amount):
    """Write a solution in the form and submit it: the tab and one button."""
    page.open(f"all-complaints/{case_id}", ".o_form_view")
    page.tab("solution")
    page.fill("solution_proposal", "We pay it back and say sorry.")
    page.fill("solution_amount", amount)
    page.save()
    page.page.locator("button[name=action_submit_solution]:visible").first.click()
    page.settle()


def _decide_from_activity(page, server, case_id):
    page.open(f"all-complaints/{case_id}", ".o_form_view")
    page.page.locator(".o-mail-Activity .o_complaint_refuse").click()
    dialog = page.page.locator(".o_dialog .modal-content")
    dialog.locator(".o_field_widget[name=note] textarea").fill("Too much. Half of it.")
    page.picture("01_refusing_from_the_activity")
    dialog.locator("footer .btn-primary:visible").click()
    page.page.wait_for_selector(".o_dialog", state="detached")
    page.settle()
    assert _states(server, case_id) == ["refused"]


def _decide_from_list(page, server, case_id):
    page.open("complaint-approvals", ".o_list_view")
    row = page.page.locator(".o_data_row", has_text="cheque")
    page.picture("02_waiting_approvals")
    row.locator("button[name=action_approve]").click()
    page.settle()
    assert _states(server, case_id) == ["approved"]


def _decide_in_form(page, server, case_id):
    page.open(f"all-complaints/{case_id}", ".o_form_view")
    page.picture("03_waiting_for_me")
    page.page.locator("button[name=action_approve_mine]").click()
    page.settle()
    assert not page.page.locator("button[name=action_approve_mine]:visible").count()
    assert _states(server, case_id) == ["approved"]


def test_the_manager_decides_from_activity_list_and_form(browser, odoo_server):
    """Issue 3, part 7: approve or refuse from the activity, the form and the list."""
    by_list, by_activity, by_form = (_case(odoo_server, name) for name in CASES)
    handler = Page(browser, odoo_server.url, STORY, width=1440, height=1200)
    handler.log_in("handler@complaint.example")
    for case_id in (by_list, by_activity, by_form):
        _propose(handler, case_id, "2000")
        assert _states(odoo_server, case_id) == ["pending"]
        # Nobody approves his own proposal: nothing is offered to who made it.
        assert not handler.page.locator("button[name=action_approve_mine]:visible").count()
    assert not handler.errors

    manager = Page(browser, odoo_server.url, STORY, width=1440, height=1200)
    manager.log_in("manager@complaint.example")
    _decide_from_activity(manager, odoo_server, by_activity)
    _decide_from_list(manager, odoo_server, by_list)
    _decide_in_form(manager, odoo_server, by_form)
    assert not manager.errors
    assert not odoo_server.bad_lines()
