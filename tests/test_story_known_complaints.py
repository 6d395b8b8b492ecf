"""A customer calls a second time: the desk sees what is known, and says it is a duplicate."""

from browser import Page, query

STORY = "known_complaints"


def _type(page, subject, phone):
    page.open("register-complaint", ".o_form_view")
    page.fill("name", subject)
    page.fill("complainant_name", "Sun Li")
    page.fill("complainant_phone", phone)
    page.choose("category_id", "Defect")
    page.settle()


def _number(page):
    page.save()
    return page.page.locator(".oe_title .o_field_widget[name=number]").inner_text()


def _case(server, number):
    [row] = query(
        server,
        """
        SELECT c.is_closed, other.number, c.repeat_count, earlier.number FROM complaint_case c
          LEFT JOIN complaint_case other ON other.id = c.duplicate_of_id
          LEFT JOIN complaint_case earlier ON earlier.id = c.repeat_of_id
         WHERE c.number = %s
    """,
        number,
    )
    return row


def test_the_desk_sees_what_is_known(browser, odoo_server):
    """Issue 3: shown beside the form; one click to link, mark as duplicate or count as repeat."""
    page = Page(browser, odoo_server.url, STORY, width=1440, height=1300)
    page.log_in("front.desk@complaint.example")
    _type(page, "Story: the dryer makes a noise", "139 1111 2222")
    box = page.page.locator(".o_complaint_similar")
    assert not box.count()
    first = _number(page)

    _type(page, "Story: the dryer is noisy", "+86 13911112222")
    row = box.locator(".o_complaint_similar_row", has_text=first)
    row.wait_for()
    page.picture("01_known")
    row.get_by_role("button", name="Duplicate of this").click()
    page.settle()
    page.picture("02_chosen")
    second = _number(page)
    page.picture("03_closed")
    assert _case(odoo_server, second)[:2] == (True, first)
    assert not box.count()

    _type(page, "Story: the dryer again", "13911112222")
    row.wait_for()
    third = _number(page)
    row.wait_for()
    row.get_by_role("button", name="Link").click()
    page.settle()
    row.get_by_role("button", name="Repeat of this").click()
    page.settle()
    page.picture("04_saved_repeat")
    assert _case(odoo_server, third) == (False, None, 1, first)
    linked = query(
        odoo_server,
        """
        SELECT other.number FROM complaint_case c
          JOIN complaint_case_related_rel AS link ON c.id IN (link.case_id, link.related_id)
          JOIN complaint_case other
            ON other.id IN (link.case_id, link.related_id) AND other.id != c.id
         WHERE c.number = %s
        """,
        third,
    )
    assert set(linked) == {(first,)}
    assert not page.errors
    assert not odoo_server.bad_lines()
