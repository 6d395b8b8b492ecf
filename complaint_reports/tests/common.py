from lxml import html

from odoo.addons.complaint_sla.tests.common import SlaCommon

CASE_SHEET = 'complaint_reports.complaint_case_sheet'


class ReportsCommon(SlaCommon):
    """The company of the base tests; everybody lives in Shanghai and reads English.

    One policy, `answer_limit`: two working hours from the receipt to the answer.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('en_US')
        people = cls.env['res.users'].search([('login', '=like', 'complaint\\_%')])
        people.write({'tz': 'Asia/Shanghai', 'lang': 'en_US'})
        cls.answer_limit = cls._create_policy(
            name="Answer in two hours", limit_kind='work_time', limit_value=2, limit_unit='hour'
        )
        cls.reports = cls.env['ir.actions.report']

    # === HELPERS === #

    def _print_html(self, cases, user=None, **context):
        """Return {case id: element of its page}, as the browser or an engine without headers has
        it."""
        self.env.invalidate_all()  # whether a limit is late depends on the time of printing
        user = user or self.manager
        reports = self.reports.with_user(user).with_context(lang=user.lang, tz=user.tz, **context)
        content, _kind = reports._render_qweb_html(CASE_SHEET, cases.ids)
        articles = html.fromstring(content).xpath(
            "//div[contains(concat(' ', @class, ' '), ' article ')]"
        )
        return {int(article.get('data-oe-id')): article for article in articles}

    def _print_text(self, case, user=None, **context):
        """Return the text of the page of one case, white space made single."""
        article = self._print_html(case, user, **context)[case.id]
        return ' '.join(article.text_content().split())

    def _recuse(self, role, case):
        """Make a person the one complained about, as a request that has ended."""
        employee = self.env['hr.employee.public'].browse(self.employees[role].id)
        case.with_user(self.admin).accused_employee_ids = employee
        self.env.flush_all()

    def _activate_chinese(self, *users):
        self.env['res.lang']._activate_lang('zh_CN')
        modules = self.env['ir.module.module'].search([('name', 'like', 'complaint\\_%')])
        modules._update_translations(['zh_CN'])
        for user in users:
            user.lang = 'zh_CN'
