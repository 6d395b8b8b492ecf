from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestEmployeeReport(ComplaintCommon):
    """Any employee may report a complaint, and follows it until it is closed.

    PAWN-1.2-a; design, section 6.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reports = cls.env['complaint.case.report'].with_user(cls.outsider)
        cls.reported = cls.env['complaint.case.reported'].with_user(cls.outsider)

    def _report(self, **values):
        """Report a complaint as an employee without a role; return the case as superuser."""
        cases = self.env['complaint.case']
        before = cases.search([])
        report = self.reports.create(
            {
                'description': "The lift stood still again\nfor two hours",
                'complainant_phone': "13800000009",
                'team_key': str(self.team.id),
                **values,
            }
        )
        report.action_report()
        return cases.search([]) - before

    def test_a_report_waits_for_the_team_to_register_it(self):
        case = self._report()
        self.assertEqual(case.name, "The lift stood still again")
        self.assertEqual((case.team_id, case.channel_id.code), (self.team, 'colleague'))
        self.assertEqual(case.complainant_phone, "13800000009")
        self.assertFalse(case.number)
        self.assertFalse(case.contact_owner_id)
        self.assertEqual(self._codes(case), ['received'])
        [activity] = case.activity_ids
        self.assertEqual(activity.user_id, self.manager)
        case.with_user(self.receiver).action_register()
        self.assertTrue(case.number)
        self.assertEqual(case.contact_owner_id, self.receiver)
        self.assertFalse(case.activity_ids)

    def test_the_employee_reads_how_far_it_is_until_it_is_closed(self):
        case = self._report()
        row = self.reported.search([])
        self.assertEqual(row.name, case.name)
        self.assertEqual(row.stage_label, case.stage_id._get_portal_label())
        self.assertFalse(row.number)
        case.action_register()
        self.env.invalidate_all()
        self.assertEqual(self.reported.search([]).number, case.number)
        case._write_internal({'is_closed': True})
        self.assertFalse(self.reported.search([]))

    def test_nothing_else_of_the_complaint_opens(self):
        case = self._report()
        expected = {'complaint.case.report': 'rwc', 'complaint.case.reported': 'r'}
        for name in [name for name in self.registry if name.startswith('complaint.')]:
            model = self.env[name].with_user(self.outsider)
            rights = ''.join(
                operation[0]
                for operation in ('read', 'write', 'create', 'unlink')
                if model.has_access(operation)
            )
            if name not in expected and 'r' in rights:
                # Whoever is named in a record may read that one: here nobody is.
                self.assertNotIn('c', rights, name)
                self.assertFalse(model.search([]), name)
                continue
            self.assertEqual(rights, expected.get(name, ''), name)
        with self.assertRaises(AccessError):
            self._as(self.outsider, case).read(['name'])
        self.assertNotIn(self.outsider.partner_id, case.message_partner_ids)
        message = case.with_user(self.receiver).message_post(body="Internal")
        with self.assertRaises(AccessError):
            message.with_user(self.outsider).read(['body'])

    def test_nobody_reads_the_reports_of_others(self):
        self._report()
        colleague = new_test_user(self.env, 'complaint_colleague', groups='base.group_user')
        self.assertTrue(self.reported.search([]))
        for user in (colleague, self.manager, self.admin):
            self.assertFalse(self.reported.with_user(user).search([]), user.name)

    def test_who_is_complained_about_reads_no_further(self):
        case = self._report()
        employee = self.env['hr.employee'].create({'name': "Outsider", 'user_id': self.outsider.id})
        case.accused_employee_ids = [Command.link(employee.id)]
        self.assertFalse(self.reported.search([]))
        self.assertEqual(self.reported.search_count([]), 0)

    def test_files_become_those_of_the_complaint_and_only_own_ones(self):
        files = self.env['ir.attachment']
        own = files.with_user(self.outsider).create({'name': "photo.txt", 'raw': b"own"})
        other = files.create({'name': "secret.txt", 'raw': b"other"})
        case = self._report(attachment_ids=[Command.set(own.ids)])
        self.assertEqual((own.res_model, own.res_id), (case._name, case.id))
        with self.assertRaises(AccessError):
            self._report(attachment_ids=[Command.set(other.ids)])
        self.assertFalse(other.res_id)

    def test_an_empty_report_is_refused(self):
        with self._refused("Write what the customer complains about", ValidationError):
            self._report(description="  \n")

    def test_only_people_without_a_role_see_these_menus(self):
        find = self.env.ref
        own = {find(f'complaint_management.complaint_menu_{name}').id for name in ('report',)}
        own |= {find('complaint_management.complaint_menu_reported').id}
        register = find('complaint_management.complaint_menu_register').id

        def shown(user):
            menus = self.env['ir.ui.menu'].with_user(user)
            return set(menus.load_menus(False)) - {'root'}

        self.assertLessEqual(own, shown(self.outsider))
        self.assertNotIn(register, shown(self.outsider))
        for user in (self.receiver, self.auditor):
            self.assertFalse(own & shown(user), user.name)
