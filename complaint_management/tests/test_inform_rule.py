from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestInformRules(ComplaintCommon):
    """Copies and reports up: PROPERTY-5.2-b, PROD-4-f, INS-5-f, PRIN-3-f, TEL-2.3-b."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registered = cls.env.ref('complaint_management.milestone_registered')
        cls.minister = cls.env['res.partner'].create(
            {'name': "City office", 'email': 'office@city.example'}
        )

    def _rule(self, **values):
        return self.env['complaint.inform.rule'].create(
            {
                'name': "Copy",
                'milestone_ids': [Command.set(self.registered.ids)],
                'note': "Please take note.",
                **values,
            }
        )

    def _told(self, case):
        """Return the people who were told, with each message once."""
        messages = self.env['mail.message'].search(
            [
                ('model', '=', 'complaint.case'),
                ('res_id', 'in', case.ids),
                ('message_type', '=', 'user_notification'),
            ]
        )
        return messages.filtered(lambda message: "Please take note" in message.body).partner_ids

    def test_the_leader_is_told(self):
        self._rule(role='team_leader')
        case = self._create_case()
        self.assertEqual(self._told(case), self.manager.partner_id)

    def test_nobody_is_told_twice_and_who_acted_is_not_told(self):
        self._rule(
            role='owner', user_ids=[Command.set((self.manager | self.receiver).ids)], sequence=5
        )
        self._rule(user_ids=[Command.set(self.manager.ids)])
        case = self._create_case()
        self.assertEqual(self._told(case), self.manager.partner_id)
        messages = case.sudo().message_ids | self.env['mail.message'].search(
            [('res_id', '=', case.id), ('message_type', '=', 'user_notification')]
        )
        notices = messages.filtered(lambda m: "Please take note" in m.body)
        self.assertEqual(len(notices), 1)

    def test_only_who_may_read_the_case(self):
        self._rule(user_ids=[Command.set((self.outsider | self.legal | self.manager).ids)])
        self.assertEqual(self._told(self._create_case()), self.manager.partner_id)

    def test_never_the_recused(self):
        rule = self._rule(
            group_ids=[
                Command.set(self.env.ref('complaint_management.group_complaint_committee').ids)
            ],
            partner_ids=[Command.set(self.committee.partner_id.ids)],
            activity=True,
            as_follower=True,
        )
        case = self._create_case(
            accused_employee_ids=[Command.link(self.employees['committee'].id)]
        )
        committee = self.committee.partner_id
        self.assertNotIn(committee, self._told(case))
        self.assertNotIn(committee, case.sudo().message_partner_ids)
        self.assertNotIn(self.committee, case.sudo().activity_ids.user_id)
        other = self._create_case()
        self.assertIn(committee, self._told(other))
        self.assertIn(committee, other.sudo().message_partner_ids)
        self.assertIn(self.committee, other.sudo().activity_ids.user_id)
        self.assertTrue(rule)

    def test_a_condition_and_a_procedure(self):
        other = self.procedure.copy({'code': 'other'})
        self._rule(
            role='team_leader', domain="[('priority', '=', '2')]", procedure_id=self.procedure.id
        )
        self._rule(role='team_leader', procedure_id=other.id, note="Please take note, other.")
        self.assertFalse(self._told(self._create_case()))
        self.assertTrue(self._told(self._create_case(priority='2')))

    def test_every_change_of_stage(self):
        """INS-5-f: every step is reported at once."""
        self._rule(role='team_leader', each_move=True, milestone_ids=False)
        case = self._create_worked_case()
        self.assertFalse(self._told(case))
        self._move(case, 'acknowledgement')
        self.assertEqual(self._told(case), self.manager.partner_id)

    def test_an_activity_outlives_the_closing(self):
        """PROPERTY-5.1.2-a: solved on the spot, the superior is still told."""
        self._rule(
            role='team_leader',
            activity=True,
            milestone_ids=[Command.set(self.env.ref('complaint_management.milestone_closed').ids)],
            domain="[('closing_reason_id.on_the_spot', '=', True)]",
        )
        spot = self.env.ref('complaint_management.closing_reason_on_the_spot')
        case = self._move(self._create_worked_case(closing_reason_id=spot.id), 'closed')
        self.assertEqual(case.sudo().activity_ids.user_id, self.manager)
        self.assertEqual(case.sudo().activity_ids.summary, "Please take note.")
        self.assertFalse(self._move(self._create_worked_case(), 'closed').sudo().activity_ids)

    def test_the_way_each_person_chose_and_no_mail_in_the_request(self):
        self.manager.notification_type = 'email'
        self.committee.notification_type = 'inbox'
        self._rule(
            user_ids=[Command.set((self.manager | self.committee).ids)],
            partner_ids=[Command.set(self.minister.ids)],
        )
        case = self._create_case()
        kinds = {
            note.res_partner_id: note.notification_type
            for note in self.env['mail.notification'].search(
                [('mail_message_id.res_id', '=', case.id)]
            )
        }
        self.assertEqual(kinds[self.manager.partner_id], 'email')
        self.assertEqual(kinds[self.committee.partner_id], 'inbox')
        self.assertEqual(kinds[self.minister], 'email')
        mails = self.env['mail.mail'].search([('res_id', '=', case.id)])
        self.assertEqual(set(mails.mapped('state')), {'outgoing'})

    def test_a_template_waits_and_undo_cancels_it(self):
        template = self.env['mail.template'].create(
            {
                'name': "Report",
                'model_id': self.env['ir.model']._get_id('complaint.case'),
                'subject': "Report {{ object.number }}",
                'body_html': "<p>Please take note.</p>",
                'email_to': 'somebody@else.example',
                'partner_to': '{{ object.partner_id.id }}',
            }
        )
        self._rule(
            partner_ids=[Command.set(self.minister.ids)],
            mail_template_id=template.id,
            each_move=True,
        )
        case = self._create_worked_case()
        case.sudo().message_ids.filtered(lambda m: "Please take" in m.body).unlink()
        self.stages['acknowledgement'].mail_template_id = False  # the customer's is another matter
        self._move(case, 'acknowledgement')
        mail = self.env['mail.mail'].search([('res_id', '=', case.id)])
        self.assertEqual(mail.recipient_ids, self.minister)
        self.assertFalse(mail.email_to)
        self.assertTrue(mail.scheduled_date)
        case.action_undo()
        self.assertFalse(mail.exists())

    def test_revocations_and_imported_history_inform_nobody(self):
        self._rule(
            role='team_leader',
            milestone_ids=[
                Command.set(
                    (self.env.ref('complaint_management.milestone_revoked') | self.registered).ids
                )
            ],
        )
        past = self.env.cr.now().replace(microsecond=0)
        imported = (
            self.env['complaint.case']
            .with_user(self.admin)
            .with_context(complaint_import='history')
            .create(
                {
                    'name': "Old",
                    'team_id': self.team.id,
                    'received_at': past,
                    'closed_at': past,
                    'stage_id': self.stages['closed'].id,
                    'closing_reason_id': self.reason_satisfied.id,
                }
            )
        )
        self.assertFalse(self._told(imported))
        case = self._create_case(user=self.manager)
        self._move(case, 'acknowledgement')
        case.action_undo()
        self.assertFalse(self._told(case))

    def test_a_batch_tells_of_each_case(self):
        self._rule(role='team_leader')
        cases = self.env['complaint.case'].with_user(self.receiver)
        cases = cases.create([{'name': f"Case {n}", 'team_id': self.team.id} for n in range(3)])
        for case in cases:
            self.assertEqual(self._told(case), self.manager.partner_id)

    def test_without_a_matching_rule_no_query_is_spent(self):
        self._rule(
            role='team_leader',
            milestone_ids=[
                Command.set(self.env.ref('complaint_management.milestone_published').ids)
            ],
        )
        rules = self.env['complaint.inform.rule']
        events = self._create_case().sudo().event_ids
        events.mapped('case_id.procedure_id')
        rules._inform(events)
        with self.assertQueryCount(0):
            rules._inform(events)

    def test_people_of_another_company_and_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        rule = self._rule(role='team_leader')
        rule.with_context(lang='zh_CN').note = "请知悉。"
        self.manager.lang = 'zh_CN'
        stranger = new_test_user(
            self.env,
            'complaint_stranger',
            groups='complaint_management.group_complaint_committee',
            company_id=self.env['res.company'].create({'name': "Branch"}).id,
        )
        rule.user_ids = stranger
        case = self._create_case()
        message = self.env['mail.message'].search(
            [('res_id', '=', case.id), ('message_type', '=', 'user_notification')]
        )
        self.assertIn("请知悉", message.body)
        self.assertEqual(message.partner_ids, self.manager.partner_id)

    def test_a_rule_says_whom_and_when(self):
        with self.assertRaisesRegex(ValidationError, "whom the rule"):
            self._rule()
        with self.assertRaisesRegex(ValidationError, "when the rule"):
            self._rule(role='handler', milestone_ids=False)
        with self.assertRaises(AccessError):
            self.env['complaint.inform.rule'].with_user(self.manager).create(
                {'name': "x", 'role': 'handler', 'each_move': True}
            )
