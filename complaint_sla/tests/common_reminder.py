from .common import SlaCommon


class ReminderCommon(SlaCommon):
    """A limit of eight hours from the receipt, told about at any hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy = cls._create_policy(limit_value=8, limit_unit='hour')
        cls.cron = cls.env.ref('complaint_sla.ir_cron_remind')
        cls.type = cls.env.ref('complaint_sla.mail_activity_type_deadline')
        cls.reminders = cls.env['complaint.sla.reminder']
        cls.grade.notify_out_of_hours = True
        # Nobody has hours of their own: those of the clock count.
        for employee in cls.employees.values():
            employee.resource_calendar_id = False
        cls.board = cls.env['complaint.team'].create(
            {'name': "Board", 'leader_id': cls.department_head.id}
        )
        cls.top = cls.env['complaint.team'].create({'name': "Top", 'leader_id': cls.committee.id})
        cls.board.parent_id = cls.top
        cls.team.parent_id = cls.board

    def setUp(self):
        super().setUp()
        self.env.cr.precommit.run()
        self.env['ir.cron.trigger'].search([('cron_id', '=', self.cron.id)]).unlink()

    # === HELPERS === #

    @classmethod
    def _add_rung(cls, policy=None, **values):
        return cls.env['complaint.sla.escalation'].create(
            {'policy_id': (policy or cls.policy).id, **values}
        )

    def _receive(self, text='2026-11-20 09:00', **values):
        with self._at(text):
            return self._create_worked_case(**values)

    def _activities(self, case):
        return (
            case.sudo()
            .with_context(active_test=False)
            .activity_ids.filtered(lambda activity: activity.activity_type_id == self.type)
        )

    def _told(self, case):
        """Return the logins of those who were given an activity, in the order of the rows."""
        return [
            activity.user_id.login.removeprefix('complaint_')
            for activity in self._activities(case).sorted('id')
        ]

    def _rows(self, case):
        return self.reminders.search([('case_id', '=', case.id)], order='due_at, id')

    def _run_at(self, text):
        with self._at(text):
            self._run_job()

    def _mails(self, user):
        """Return the mails that sum up for a person, oldest first."""
        return self.env['mail.mail'].search(
            [('recipient_ids', 'in', user.partner_id.ids), ('model', '=', False)], order='id'
        )

    def _triggers(self):
        self.env.cr.precommit.run()
        return sorted(
            self.env['ir.cron.trigger'].search([('cron_id', '=', self.cron.id)]).mapped('call_at')
        )
