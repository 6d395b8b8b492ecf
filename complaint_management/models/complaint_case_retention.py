import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

BATCH_SIZE = 20

_logger = logging.getLogger(__name__)


class ComplaintCaseRetention(models.Model):
    """For how long a case keeps whom it is about: by category, else by company (DISP 1.9, C17)."""

    _inherit = 'complaint.case'

    anonymised_at = fields.Datetime(string="Anonymised on", readonly=True, copy=False)
    retention_until = fields.Datetime(
        string="Kept until",
        compute='_compute_retention_until',
        help="When the retention period after closing is over; empty: kept for good.",
    )
    retention_reason = fields.Char(string="Why until then", compute='_compute_retention_until')
    is_retention_over = fields.Boolean(
        string="Retention period over",
        compute='_compute_is_retention_over',
        search='_search_is_retention_over',
        help="Closed, its retention period over, not under a legal hold, and not to be reopened: "
        "the nightly job anonymises it.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'anonymised_at'}

    # === COMPUTE METHODS === #

    @api.depends('closed_at', 'category_id', 'company_id')
    def _compute_retention_until(self):
        months_by_category = self.env['complaint.category'].sudo()._get_retention_months()  # terms
        for case in self:
            own = months_by_category.get(case.category_id.id)
            company = case.company_id.sudo()._get_complaint_retention_months()  # no secret
            months = company if own is None else own
            is_counted = bool(months and case.closed_at and case.is_closed)
            case.retention_until = is_counted and case.closed_at + relativedelta(months=months)
            case.retention_reason = is_counted and case._get_retention_reason(months, own is None)

    def _get_retention_reason(self, months, is_of_company):
        """Return why a case is kept for so many months, in words."""
        self.ensure_one()
        rule = self.company_id.sudo().name if is_of_company else self.category_id.display_name
        if months % 12:
            return self.env._(
                "Months after closing: %(months)s (%(rule)s)", months=months, rule=rule
            )
        return self.env._(
            "Years after closing: %(years)s (%(rule)s)", years=months // 12, rule=rule
        )

    @api.depends('retention_until', 'is_legal_hold', 'anonymised_at')
    def _compute_is_retention_over(self):
        domain = self._get_expired_domain() & Domain('id', 'in', self.ids)
        over = set(self.sudo()._search(domain))  # asked only about these
        for case in self:
            case.is_retention_over = case.id in over

    def _search_is_retention_over(self, operator, value):
        if operator != 'in':
            return NotImplemented
        domain = self._get_expired_domain()
        return domain if True in value else ~domain

    # === WHAT IS DUE === #

    @api.model
    def _get_expired_domain(self):
        """Return the domain of the cases that would be anonymised now.

        Left out: what is open, under a legal hold, an example, or can still be reopened within the
        window of its procedure; and what an open complaint is about, or an open member belongs to.
        """
        due = Domain.OR(
            self._get_due_domain(company)
            for company in self.env['res.company'].sudo().search([])  # rules narrow the cases
        )
        if due.is_false():
            return due
        due &= Domain('is_closed', '=', True) & Domain('anonymised_at', '=', False)
        due &= Domain('is_legal_hold', '=', False) & Domain('is_example', '=', False)
        due &= self._get_reopening_domain()
        cases = self.sudo()  # what depends on a case does not depend on who asks
        for name in ('parent_id', 'lead_case_id'):
            still_open = cases.search_fetch(
                [(name, '!=', False), ('is_closed', '=', False)], [name]
            )
            due &= Domain('id', 'not in', still_open[name].ids)
        return due

    @api.model
    def _get_due_domain(self, company):
        """Return the domain of the cases of a company that were closed long enough ago."""
        now = self.env.cr.now().replace(microsecond=0)
        default = company._get_complaint_retention_months()
        categories = {}
        for category_id, own in (
            self.env['complaint.category'].sudo()._get_retention_months().items()
        ):
            categories.setdefault(default if own is None else own, []).append(category_id)
        categories.setdefault(default, []).append(False)
        return Domain('company_id', '=', company.id) & Domain.OR(
            Domain('category_id', 'in', category_ids)
            & Domain('closed_at', '<=', now - relativedelta(months=months))
            for months, category_ids in categories.items()
            if months
        )

    @api.model
    def _get_reopening_domain(self):
        """Return the domain of the cases that nobody can reopen within a window any more."""
        now = self.env.cr.now().replace(microsecond=0)
        procedures = self.env['complaint.procedure'].sudo().with_context(active_test=False)
        domain = Domain.TRUE
        windows = procedures.search([('reopen_window_days', '>', 0)]).grouped('reopen_window_days')
        for days, group in windows.items():
            domain &= Domain('procedure_id', 'not in', group.ids) | Domain(
                'closed_at', '<', now - relativedelta(days=days)
            )
        return domain

    # === THE JOB === #

    @api.model
    def _sync_retention_job(self):
        """Let the nightly job run where a retention period is set, and only there."""
        job = self.env.ref('complaint_management.ir_cron_anonymise', raise_if_not_found=False)
        if not job:
            return
        companies = self.env['res.company'].sudo()  # any of them is reason enough
        categories = self.env['complaint.category'].sudo()  # idem
        wanted = bool(
            companies.search_count([('complaint_retention_value', '>', 0)], limit=1)
            or categories.search_count([('retention', '=', 'period')], limit=1)
        )
        if job.sudo().active != wanted:
            job.sudo().active = wanted  # the job belongs to the system

    @api.model
    def _cron_anonymise(self):
        """Anonymise what has been kept long enough, in batches.

        A case that cannot be anonymised is told in the log, and does not keep the others waiting.
        """
        cron = self.env['ir.cron']
        domain, failed = self._get_expired_domain(), []
        while cases := self.search(
            domain & Domain('id', 'not in', failed), order='closed_at, id', limit=BATCH_SIZE
        ):
            for case in cases:
                try:
                    with self.env.cr.savepoint():
                        case._anonymise(case.retention_reason)
                except Exception:
                    _logger.exception("The complaint with id %s was not anonymised.", case.id)
                    failed.append(case.id)
            remaining = self.search_count(domain & Domain('id', 'not in', failed))
            if not cron._commit_progress(len(cases), remaining=remaining):
                return
