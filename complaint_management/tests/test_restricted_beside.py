from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .test_restricted import RestrictedCommon


@tagged('post_install', '-at_install')
class TestRestrictedBeside(RestrictedCommon):
    """Issue 6, items 2 and 3: what is kept beside a case follows its restriction and recusals."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.write({'use_conduct': True, 'use_inspections': True})
        cls.other = cls._create_worked_case(department_id=cls.department.id)
        cls.employees['handler'].parent_id = cls.employees['department_head']

    def _propose(self, *cases):
        return self.env['complaint.conduct'].create(
            {
                'kind_id': self.env.ref('complaint_management.conduct_kind_poor').id,
                'employee_id': self.employees['handler'].id,
                'reason': "Passed the customer on three times.",
                'case_ids': [Command.set([case.id for case in cases])],
            }
        )

    def _draft_lesson(self, case):
        return self.env['complaint.lesson'].create({'name': "A parcel", 'case_id': case.id})

    def _draw(self, responsible):
        today = self.env.cr.now().date()
        inspection = self.env['complaint.inspection'].create(
            {
                'name': "Quarter",
                'responsible_id': responsible.id,
                'date_from': today - timedelta(days=2),
                'date_to': today + timedelta(days=2),
                'domain': f"[('id', 'in', {(self.case | self.other).ids})]",
                'method': 'rule',
            }
        )
        inspection.action_draw()
        return inspection

    def _finds(self, user, record):
        """Say whether a user finds and reads a record; on one road alone it were a hole."""
        found = {
            self._succeeds(lambda: record.with_user(user).read(['display_name'])),
            self._succeeds(
                lambda: self.env[record._name].with_user(user).search([('id', '=', record.id)])
            ),
        }
        self.assertEqual(len(found), 1, f"{user.name}, {record}")
        return found.pop()

    def test_rewards_drafts_and_inspections_follow_the_restriction(self):
        both, plain = self._propose(self.case, self.other), self._propose(self.other)
        lesson, inspection = self._draft_lesson(self.case), self._draw(self.committee)
        file = self.env['ir.attachment'].create(
            {'name': "x", 'raw': b"x", 'res_model': inspection._name, 'res_id': inspection.id}
        )
        message = inspection.message_post(body="He lies")
        outside = {both: (self.department_head, self.admin), lesson: (self.admin, self.deputy)}
        outside |= dict.fromkeys((inspection, file, message), (self.admin,))
        for user in (self.department_head, self.admin):
            self.assertTrue(self._finds(user, both))
        self._restrict()
        for record, users in outside.items():
            for user in users:
                self.assertFalse(self._finds(user, record), f"{user.name}, {record}")
            for user in (self.committee, self.auditor):
                self.assertTrue(self._finds(user, record), f"{user.name}, {record}")
        self.assertTrue(self._finds(self.department_head, plain))
        self.assertTrue(self._finds(self.manager, lesson), "He leads the team")
        inspection.responsible_id = self.manager
        self.case.team_id = self.env['complaint.team'].create({'name': "Strange"})
        self.assertTrue(self._finds(self.manager, inspection), "He finishes what he drew")
        self.assertFalse(self._finds(self.manager, lesson))

    def test_the_auditor_reads_rewards_and_changes_nothing(self):
        conduct = self._propose(self.case).with_user(self.auditor)
        self.assertTrue(conduct.has_access('read'))
        for operation in ('write', 'create', 'unlink'):
            self.assertFalse(conduct.has_access(operation))
        with self.assertRaises(AccessError):
            conduct.action_decide()

    def test_messages_and_files_of_an_inspection_are_closed_to_the_recused(self):
        """T16: also those addressed to him; he follows it no more; the others go on."""
        users = [
            new_test_user(self.env, login, groups='complaint_management.group_complaint_committee')
            for login in ('complaint_accused', 'complaint_peer')
        ]
        accused, peer = users
        partners = (accused | peer).partner_id
        inspection = self._draw(peer)
        inspection.message_subscribe(partners.ids)
        told = inspection.message_notify(partner_ids=partners.ids, body="Rude", subject="Bulletin")
        file = self.env['ir.attachment'].create(
            {
                'name': "x",
                'raw': b"x",
                'res_model': inspection._name,
                'res_id': inspection.id,
                'public': True,
            }
        )
        for user in users:
            for record in (told, file):
                self.assertTrue(self._finds(user, record))
        employee = self.env['hr.employee'].create({'name': "Accused", 'user_id': accused.id})
        self.case.accused_employee_ids = employee.ids
        for record in (told, file):
            self.assertFalse(self._finds(accused, record))
            self.assertTrue(self._finds(peer, record))
        self.assertEqual(inspection.message_partner_ids & partners, peer.partner_id)

    def test_lines_of_a_handover_belong_to_who_takes_part(self):
        """Whoever may write the complaint has no word in what others hand over."""
        handovers = self.env['complaint.handover'].with_user(self.handler)
        handover = handovers.browse(handovers.action_prepare()['res_id'])
        handover.to_user_id = self.receiver
        line = handover.line_ids.filtered(lambda line: line.case_id == self.case)
        for user, finds in (
            (self.handler, True),
            (self.receiver, True),
            (self.manager, True),
            (self.committee, True),
            (self.colleague, False),
            (self.department_head, False),
        ):
            self.assertTrue(self._finds(user, self.case))
            self.assertEqual(self._finds(user, line), finds, user.name)
