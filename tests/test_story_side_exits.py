"""How a complaint leaves before its time: withdrawn, solved on the spot, refused with a letter."""

from browser import Page, query

STORY = "side_exits"


def _subject(server, name):
    """Return the subject of an example: what stands on its card."""
    [(subject,)] = query(
        server,
        "SELECT c.name FROM complaint_case c JOIN ir_model_data d ON d.res_id = c.id "
        "WHERE d.model = 'complaint.case' AND d.name = %s",
        f"case_demo_{name}",
    )
    return subject


def _case(server, subject):
    """Return id, phase and ruling of a case."""
    [row] = query(server, "SELECT id, phase, validity FROM complaint_case WHERE name = %s", subject)
    return row


def _codes(server, case_id):
    """Return the milestones of a case, oldest first."""
    rows = query(
        server,
        "SELECT m.code FROM complaint_event e JOIN complaint_milestone m ON m.id = e.milestone_id "
        "WHERE e.case_id = %s ORDER BY e.sequence",
        case_id,
    )
    return [code for (code,) in rows]


def _person(browser, server, login):
    page = Page(browser, server.url, STORY, width=1440, height=1200)
    page.log_in(f"{login}@complaint.example")
    return page


def _open_card(page, subject):
    """The first of the two clicks that a step may need from the board."""
    page.open("complaint-board", ".o_kanban_record")
    page.page.locator(".o_kanban_record", has_text=subject).first.click()
    page.page.wait_for_selector(".o_form_view")
    page.settle()


def _dialog(page):
    return page.page.locator(".o_dialog .modal-content").last


def _write(page, field, text):
    """Type into a field of the dialog."""
    _dialog(page).locator(f".o_field_widget[name={field}]").locator("input, textarea").first.fill(
        text
    )


def _confirm(page):
    _dialog(page).locator("footer .btn-primary:visible").click()
    page.page.wait_for_selector(".o_dialog", state="detached")
    page.settle()


def test_the_customer_withdraws(browser, odoo_server):
    """Issue 3, part 11: withdrawn by the customer; the words are kept."""
    page = _person(browser, odoo_server, "front.desk")
    subject = _subject(odoo_server, "cfpb_3102682")
    _open_card(page, subject)
    page.tab("closing")
    page.page.locator("button[name=action_withdraw]:visible").click()
    page.settle()
    # Neither a closing reason nor another end is asked for.
    assert not _dialog(page).locator(".o_field_widget[name=closing_reason_id]").count()
    assert not _dialog(page).locator(".o_field_widget[name=stage_id]").count()
    _write(page, "closing_note", "She called: her bank has mended it.")
    page.picture("01_withdrawing")
    _confirm(page)
    page.picture("02_withdrawn")
    case_id, phase, _validity = _case(odoo_server, subject)
    assert phase == "withdrawn"
    assert _codes(odoo_server, case_id)[-1] == "withdrawn"
    assert not page.errors
    assert not odoo_server.bad_lines()


def test_solved_while_the_customer_stands_at_the_desk(browser, odoo_server):
    """PROPERTY-5.1.2, PRIN: registered and closed in one dialog, where nothing must be chosen."""
    page = _person(browser, odoo_server, "front.desk")
    page.open("all-complaints/new", ".o_form_view")
    page.fill("name", "The payment machine is stuck")
    page.fill("complainant_name", "Mr Zhou")
    page.fill("complainant_phone", "13800003333")
    page.page.locator("button[name=action_solve_on_the_spot]:visible").first.click()
    page.page.wait_for_selector(".o_dialog .modal-content")
    page.settle()
    _write(page, "closing_note", "Paid at another machine, and we said sorry.")
    page.picture("03_on_the_spot")
    _confirm(page)
    page.picture("04_solved")
    case_id, phase, validity = _case(odoo_server, "The payment machine is stuck")
    assert (phase, validity) == ("closed_normal", "valid")
    assert {"received", "registered", "closed"} <= set(_codes(odoo_server, case_id))
    assert not page.errors
    assert not odoo_server.bad_lines()


def test_a_ruling_refuses_with_a_letter(browser, odoo_server):
    """DEVP-4.1.1-a, T14: what the desk put to the manager is refused, explained and referred."""
    page = _person(browser, odoo_server, "manager")
    subject = _subject(odoo_server, "plan_changed")
    _open_card(page, subject)
    page.page.locator(".o_form_statusbar button[name=action_rule]:visible").first.click()
    page.settle()
    _dialog(page).locator(".o_field_widget[name=validity] input").first.click()
    page.page.locator(".o_select_menu_item[data-choice-index]", has_text="scope").first.click()
    _write(page, "validity_note", "Another company sells this plan.")
    _write(page, "referred_to", "Telecom users' council, phone 12300")
    page.picture("05_ruling")
    _confirm(page)

    page.page.locator(".o_form_statusbar button[data-hotkey=d]:visible").first.click()
    page.page.wait_for_selector(".o_dialog .modal-content")
    page.settle()
    page.picture("06_refusing")
    _confirm(page)  # the ruling says how it ends, and why
    page.picture("07_refused")
    case_id, phase, validity = _case(odoo_server, subject)
    assert (phase, validity) == ("refused", "out_of_scope")
    assert _codes(odoo_server, case_id)[-2:] == ["ruled", "refused"]
    [(letter,)] = query(
        odoo_server,
        "SELECT m.body_html FROM mail_mail m JOIN mail_message s ON s.id = m.mail_message_id "
        "WHERE s.model = 'complaint.case' AND s.res_id = %s",
        case_id,
    )
    assert "Another company sells this plan." in letter
    assert "phone 12300" in letter
    assert not page.errors
    assert not odoo_server.bad_lines()
