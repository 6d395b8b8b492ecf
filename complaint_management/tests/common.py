from contextlib import contextmanager
from datetime import timedelta

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase
from odoo.tools import SQL, mute_logger


class ComplaintCommon(TransactionCase):
    """A company with one team, its people, and the standard procedure.

    Board (all managers' eyes end here)
      └─ Care: leader manager, members receiver and handler
    Works: the department of handler; head is department_head
    legal, committee, auditor, admin: one person each; outsider: an employee without any role
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure = cls.env.ref('complaint_management.procedure_standard')
        cls._put_examples_aside()
        cls._set_up_people()
        cls.stages = {
            stage.get_external_id()[stage.id].rpartition('_standard_')[2]: stage
            for stage in cls.procedure.stage_ids
        }
        cls.department = cls.env['hr.department'].create(
            {'name': "Works", 'manager_id': cls.employees['department_head'].id}
        )
        cls.employees['handler'].department_id = cls.department
        cls.team = cls.env['complaint.team'].create(
            {
                'name': "Care",
                'procedure_id': cls.procedure.id,
                'leader_id': cls.manager.id,
                'member_ids': [(6, 0, [cls.receiver.id, cls.handler.id])],
            }
        )
        cls.category = cls.env.ref('complaint_management.category_delivery_late')
        cls.grade = cls.env.ref('complaint_management.grade_general')
        cls.reason_satisfied = cls.env.ref('complaint_management.closing_reason_satisfied')
        cls.customer = cls.env['res.partner'].create(
            {'name': "Li Wei", 'phone': "+86 138 0000 0001", 'email': "li.wei@customer.example"}
        )

    @classmethod
    def _put_examples_aside(cls):
        """Let nothing that a database brought along for show decide here."""
        cls.env['complaint.approval.rule'].search([]).action_archive()
        others = cls.env['complaint.procedure'].search([('company_id', '!=', False)])
        if not others:
            return
        cls.env.flush_all()
        # What examples use refuses to be archived.
        for table, column in (
            ('complaint_procedure', 'id'),
            ('complaint_stage', 'procedure_id'),
            ('complaint_grade', 'procedure_id'),
        ):
            cls.env.cr.execute(
                SQL(
                    "UPDATE %s SET active = FALSE WHERE %s IN %s",
                    SQL.identifier(table),
                    SQL.identifier(column),
                    others._ids,
                )
            )
        cls.env.invalidate_all()
        cls.env.registry.clear_cache()

    @classmethod
    def _set_up_people(cls):
        groups = {
            'handler': 'group_complaint_user',
            'receiver': 'group_complaint_receiver',
            'manager': 'group_complaint_manager',
            'department_head': 'group_complaint_manager',
            'legal': 'group_complaint_legal',
            'committee': 'group_complaint_committee',
            'auditor': 'group_complaint_auditor',
            'admin': 'group_complaint_admin',
        }
        people = [
            (f'complaint_{role}', role.replace('_', ' ').title(), f'complaint_management.{group}')
            for role, group in groups.items()
        ]
        login = 'complaint_outsider'
        *users, cls.outsider = cls._create_users(*people, (login, login, 'base.group_user'))
        employees = cls.env['hr.employee'].create(
            [{'name': user.name, 'user_id': user.id} for user in users]
        )
        cls.employees = {}
        for role, user, employee in zip(groups, users, employees, strict=True):
            setattr(cls, role, user)
            cls.employees[role] = employee.browse(employee.id)

    @classmethod
    def _create_users(cls, *people):
        """Create internal users of (log-in, name, group) in one go, and invite none of them.

        Returns a list: they are read one by one, as if each had been created alone.
        """
        internal = cls.env.ref('base.group_user')
        users = cls.env['res.users'].with_context(no_reset_password=True)
        created = users.create(
            [
                {
                    'login': login,
                    'password': login,
                    'name': name,
                    'email': "c.c@example.com",
                    'group_ids': [Command.set((internal | cls.env.ref(group)).ids)],
                }
                for login, name, group in people
            ]
        )
        return [cls.env['res.users'].browse(user_id) for user_id in created.ids]

    # === HELPERS === #

    @contextmanager
    def _refused(self, pattern, exception=UserError):
        """Expect a refusal in words that match a pattern; what was done till then is undone."""
        with self.assertRaises(exception) as caught:
            yield
        self.assertRegex(str(caught.exception), pattern)

    def _hear(self, call):
        """Return all that a call answers, or why it is refused, as a text."""
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint(flush=False), mute_logger('odoo.addons.base.models.ir_rule'):
                return str(call())
        except (UserError, ValueError) as error:
            return str(error)

    def _pass_time(self, **span):
        """Let the transaction believe that it began later by this span; return its new time."""
        cr = self.env.cr
        self.addCleanup(setattr, cr, '_now', cr.now())
        cr._now = cr.now() + timedelta(**span)
        return cr._now

    @classmethod
    def _create_case(cls, user=None, **values):
        """Register a case as the desk does; `user` defaults to the receiver."""
        return (
            cls.env['complaint.case']
            .with_user(user or cls.receiver)
            .create(
                {
                    'name': "The parcel came three days late",
                    'description': "Ordered on Monday, promised for Tuesday, came on Friday.",
                    'partner_id': cls.customer.id,
                    'team_id': cls.team.id,
                    **values,
                }
            )
        )

    @classmethod
    def _create_worked_case(cls, **values):
        """Return a case on which everything is filled in that the standard gates ask for."""
        return cls._create_case(
            **{
                'category_id': cls.category.id,
                'grade_id': cls.grade.id,
                'handler_id': cls.handler.id,
                'facts': "The carrier lost the parcel for two days.",
                'basis': "Terms of delivery, clause 4.",
                'validity': 'valid',
                'closing_reason_id': cls.reason_satisfied.id,
                **values,
            }
        )

    def _codes(self, case):
        """Return the milestone codes of a case's history, oldest first."""
        return [event.milestone_id.code for event in case.sudo().event_ids.sorted('sequence')]

    def _as(self, user, records):
        """Return records as a user sees them, read from the database."""
        self.env.invalidate_all()
        return records.with_user(user)

    def _move(self, case, *names):
        """Bring a case through stages of the standard procedure, a minute each."""
        for name in names:
            self._pass_time(minutes=1)
            case.write({'stage_id': self.stages[name].id})
        return case

    def _count_queries(self, call):
        """Return the queries of a call that begins with empty records and full ORM caches."""
        for _round in range(3):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            call()
            self.env.cr.flush()  # and what waits for the commit: tracking, notifications
            count = self.env.cr.sql_log_count - before
        return count
