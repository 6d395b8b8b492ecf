from odoo import api, fields, models

BATCH_SIZE = 500


class ComplaintHistoryCheck(models.Model):
    """A check of the histories of all complaints of a company, done by a job in batches."""

    _name = 'complaint.history.check'
    _description = "Check of Complaint Histories"
    _order = 'id desc'
    _rec_name = 'create_date'

    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True
    )
    user_id = fields.Many2one(
        comodel_name='res.users', string="Asked by", required=True, readonly=True
    )
    state = fields.Selection(
        selection=[
            ('waiting', "Waiting"),
            ('running', "In progress"),
            ('intact', "Intact"),
            ('broken', "Tampered with"),
        ],
        required=True,
        readonly=True,
        default='waiting',
        index=True,
    )
    case_count = fields.Integer(string="Complaints to check", readonly=True, aggregator=False)
    checked_count = fields.Integer(string="Complaints checked", readonly=True, aggregator=False)
    event_count = fields.Integer(string="Records checked", readonly=True, aggregator=False)
    broken_count = fields.Integer(string="Broken histories", readonly=True, aggregator=False)
    progress = fields.Float(string="Share checked", compute='_compute_progress', aggregator=False)
    last_case_number = fields.Integer(readonly=True, aggregator=False)
    finished_at = fields.Datetime(string="Finished at", readonly=True)
    line_ids = fields.One2many(
        comodel_name='complaint.history.check.line',
        inverse_name='check_id',
        string="Broken histories found",
    )

    @api.depends('case_count', 'checked_count', 'finished_at')
    def _compute_progress(self):
        for check in self:
            share = check.checked_count / check.case_count if check.case_count else 0
            check.progress = 100 if check.finished_at else min(100 * share, 99)

    # === ACTIONS === #

    @api.model
    def action_start(self):
        """Let the job check all histories of the present company; open what it finds."""
        self.env['complaint.anchor']._check_may_prove()
        check = self.sudo().create(  # nobody may write checks by hand
            {
                'company_id': self.env.company.id,
                'user_id': self.env.uid,
                'case_count': self.sudo()._count_cases(self.env.company),  # all, also unseen ones
            }
        )
        # The job belongs to the system.
        self.env.ref('complaint_management.ir_cron_check_histories').sudo()._trigger()
        return {
            'type': 'ir.actions.act_window',
            'res_model': self._name,
            'res_id': check.id,
            'views': [(False, 'form')],
        }

    # === THE JOB === #

    @api.model
    def _count_cases(self, company):
        return self.env['complaint.case'].search_count([('company_id', '=', company.id)])

    @api.model
    def _cron_check(self):
        """Go on with the checks that were asked for; a run that is killed goes on where it was."""
        cron = self.env['ir.cron']
        domain = [('state', 'in', ('waiting', 'running'))]
        while check := self.search(domain, order='id', limit=1):
            count = check._check_batch()
            remaining = sum(c.case_count - c.checked_count for c in self.search(domain))
            if not cron._commit_progress(count, remaining=max(remaining, 0)):
                return

    def _check_batch(self):
        """Check the next complaints; return how many."""
        self.ensure_one()
        cases = self.env['complaint.case'].search(
            [('company_id', '=', self.company_id.id), ('id', '>', self.last_case_number)],
            order='id',
            limit=BATCH_SIZE,
        )
        problems = self.env['complaint.event']._find_breaks(cases)
        self.env['complaint.history.check.line'].create(
            [
                {'check_id': self.id, 'case_id': case_id, 'problem': problem}
                for case_id, problem in problems.items()
            ]
        )
        values = {
            'state': 'running',
            'checked_count': self.checked_count + len(cases),
            'event_count': self.event_count + sum(cases.mapped('event_count')),
            'broken_count': self.broken_count + len(problems),
            'last_case_number': cases[-1:].id or self.last_case_number,
        }
        if len(cases) < BATCH_SIZE:
            values['state'] = 'broken' if values['broken_count'] else 'intact'
            values['finished_at'] = self.env.cr.now().replace(microsecond=0)
        self.write(values)
        self.env.invalidate_all()
        return len(cases)
