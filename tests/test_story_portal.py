"""A customer on a computer and on a phone: finds the complaint, writes, decides, withdraws."""

from browser import SCREENSHOTS, Page, query

CUSTOMER = "customer@complaint.example"
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}
RECEIPT = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def _open_case(server):
    """Return number and subject of an open complaint of the customer, the oldest one."""
    rows = query(
        server,
        "SELECT c.id, c.number, c.name FROM complaint_case c "
        "JOIN res_users u ON u.partner_id = c.partner_id "
        "WHERE u.login = %s AND NOT c.is_closed ORDER BY c.id",
        CUSTOMER,
    )
    return rows[0]


class Customer:
    """The customer at one window; what the page complains about is kept."""

    def __init__(self, browser, url, size):
        self.width, height = SIZES[size]
        self.size = size
        self.seat = Page(browser, url, f"portal_{size}", width=self.width, height=height)
        self.url, self.page, self.errors = url, self.seat.page, self.seat.errors

    def log_in(self):
        self.page.goto(f"{self.url}/web/login?redirect=/my/home")
        self.page.fill("#login", CUSTOMER)
        self.page.fill("#password", CUSTOMER.split("@")[0])
        self.page.click("button[type=submit]")
        self.page.wait_for_url("**/my/home")

    def picture(self, name):
        """Keep a picture; nothing may stick out to the side."""
        self.page.wait_for_load_state("networkidle")
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.width, f"{name} is {wide} pixels wide"
        folder = SCREENSHOTS / f"portal_{self.size}"
        self.page.screenshot(path=folder / f"{name}.png", full_page=True)

    def unnamed(self):
        """Return the fields and buttons of the page that a screen reader could not name."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll(
                '#wrap input:not([type=hidden]), #wrap textarea, #wrap form button[type=submit]')]
                .filter(el => !el.labels?.length && !el.textContent.trim()
                    && !el.getAttribute('aria-label') && !el.closest('.o_portal_search_panel'))
                .map(el => el.outerHTML)"""
        )


def test_a_customer_follows_and_decides(odoo_server, browser):
    case_id, number, subject = _open_case(odoo_server)
    desktop = Customer(browser, odoo_server.url, "desktop")
    desktop.log_in()
    card = desktop.page.locator("a[href='/my/complaints']")
    card.locator("[data-placeholder_count]:has-text('3')").wait_for()
    desktop.picture("home")
    card.click()
    desktop.page.get_by_text(subject).wait_for()
    desktop.picture("list")

    phone = Customer(browser, odoo_server.url, "phone")
    phone.log_in()
    phone.page.goto(f"{odoo_server.url}/my/complaints")
    phone.picture("list")
    phone.page.get_by_text(subject).click()
    phone.page.get_by_role("heading", name=subject).wait_for()
    assert phone.unnamed() == []

    # Words and a photo of the receipt, from the phone.
    phone.page.get_by_label("What else should we know?").fill("Here is the receipt.")
    phone.page.get_by_label("Files").set_input_files(
        {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": RECEIPT}
    )
    phone.page.get_by_role("button", name="Send", exact=True).click()
    phone.page.get_by_text("Thank you, we have received it.").wait_for()
    phone.picture("page")
    with phone.page.expect_download() as download:
        phone.page.get_by_role("link", name="receipt.pdf").click()
    assert download.value.path().read_bytes() == RECEIPT

    # By the keyboard alone: open the question, leave it empty, send it.
    desktop.page.get_by_text(subject).click()
    desktop.page.locator("details:has(form[action$='/chase']) summary").focus()
    desktop.page.keyboard.press("Enter")
    desktop.page.get_by_label("Your question (you may leave it empty)").wait_for()
    desktop.page.keyboard.press("Tab")
    desktop.page.keyboard.press("Tab")
    desktop.page.keyboard.press("Enter")
    desktop.page.get_by_text("We have received your question").wait_for()
    desktop.page.get_by_text("Asked for progress").wait_for()
    desktop.picture("page")

    # A change of mind: the box must be ticked, then it is closed.
    desktop.page.locator("summary", has_text="Withdraw the complaint").click()
    desktop.page.get_by_label("Why do you withdraw it?").fill("The bank has paid.")
    desktop.page.get_by_role("button", name="Withdraw", exact=True).click()
    assert desktop.page.locator("#complaint_sure:invalid").count() == 1
    desktop.page.get_by_label("I withdraw this complaint").check()
    desktop.page.get_by_role("button", name="Withdraw", exact=True).click()
    desktop.page.get_by_text("You have withdrawn this complaint.").wait_for()
    desktop.picture("withdrawn")
    [(phase, note)] = query(
        odoo_server, "SELECT phase, closing_note FROM complaint_case WHERE id = %s", case_id
    )
    assert (phase, note) == ("withdrawn", "The bank has paid.")
    phone.page.goto(f"{odoo_server.url}/my/complaints?search={number}")
    assert phone.page.locator("tbody tr").count() == 1
    assert desktop.errors == [] and phone.errors == []
