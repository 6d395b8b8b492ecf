from .common import ComplaintCommon

# A refusal with a button to the complaint is no UserError; its sentence says what it is.
REFUSALS = Exception

# A picture of one pixel, in base64.
SIGNATURE = (
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5Erk'
    'Jggg=='
)


class WalkCommon(ComplaintCommon):
    """A company that installed the preset of its trade, and gave posts to its people in menus.

    The people are those of ComplaintCommon; `_give_posts` says who holds which post. The rules all
    come from the preset: `records` knows each of them by the id of its row.
    """

    preset_code = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env['res.company'].create({'name': "The house"})
        people = cls.env['res.users'].browse(e.user_id.id for e in cls.employees.values())
        people.write({'company_ids': [(4, cls.company.id)], 'company_id': cls.company.id})
        preset = cls.env['complaint.preset'].search([('code', '=', cls.preset_code)])
        install = preset._install(cls.company)
        cls.env.invalidate_all()
        cls.procedure = install.procedure_id
        cls.records = cls.env['complaint.preset.loader']._get_records(install)
        cls.stages = {
            row_id.removeprefix('stage_'): record
            for row_id, record in cls.records.items()
            if record._name == 'complaint.stage'
        }
        cls.team = cls.records['team']
        cls._give_posts()

    @classmethod
    def _give_posts(cls):
        """Name leaders, members and heads, as an administrator does in menus."""

    @classmethod
    def _create_department(cls, name, head, *members):
        """Return a department of the company with a head and people (keys of `employees`)."""
        staff = cls.env['hr.employee']
        for role in (head, *members):
            user = cls.employees[role].user_id
            found = staff.search([('user_id', '=', user.id), ('company_id', '=', cls.company.id)])
            staff |= found or staff.create(
                {'name': user.name, 'user_id': user.id, 'company_id': cls.company.id}
            )
        department = cls.env['hr.department'].create(
            {'name': name, 'company_id': cls.company.id, 'manager_id': staff[0].id}
        )
        staff.department_id = department
        return department

    def _walk(self, case, user, *names):
        """Let a user bring a case through stages, named without their prefix, a minute each."""
        for name in names:
            self._pass_time(minutes=1)
            self._as(user, case).write({'stage_id': self.stages[name].id})
            self.assertEqual(case.stage_id, self.stages[name])
        return case

    def _assert_barred(self, case, user, name, *sentences):
        """Assert that a user cannot bring a case into a stage, and is told all these sentences."""
        before = case.stage_id
        for sentence in sentences:
            with self._refused(sentence, REFUSALS):
                self._as(user, case).write({'stage_id': self.stages[name].id})
        self.env.invalidate_all()
        self.assertEqual(case.stage_id, before)

    def _close(self, case, user, name, reason=None, note=None):
        """Let a user close a case in a closed stage, as the dialog does."""
        reason = reason or self.env['complaint.closing.reason']
        self._pass_time(minutes=1)
        self._as(user, case).write({'closing_reason_id': reason.id, 'closing_note': note})
        return self._walk(case, user, name)

    def _get_pending(self, case, subject):
        """Return the approvals that wait for a decision now, as superuser."""
        return case.sudo()._get_pending_approvals(subject)

    def _assert_asked(self, case, subject, user):
        """Assert that exactly one user is asked now; return the approval as this user sees it."""
        pending = self._get_pending(case, subject)
        self.assertEqual(pending.approver_ids, user)
        return pending.with_user(user)

    def _get_told(self, case, note):
        """Return the users who got a notice of an inform rule with these words."""
        messages = self.env['mail.message'].search(
            [
                ('model', '=', 'complaint.case'),
                ('res_id', 'in', case.ids),
                ('message_type', '=', 'user_notification'),
            ]
        )
        return messages.filtered(lambda message: note in (message.body or '')).partner_ids.user_ids

    def _assert_in_order(self, case, *codes):
        """Assert that the history holds these milestones in this order, others between them."""
        history = iter(self._codes(case))
        for code in codes:
            self.assertIn(code, history)
