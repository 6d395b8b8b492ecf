from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import ComplaintCommon
from .test_mail import MailGatewayCommon


@tagged('post_install', '-at_install')
class TestMerge(ComplaintCommon):
    """Peers, fault F8: a duplicate is closed, points to the survivor, and can be taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.survivor = cls._create_case(name="The lift stands still")
        cls.duplicate = cls._create_case(name="The lift stands still again")
        cls.closed_abnormal = cls.stages['closed_abnormal']

    def test_a_duplicate_closes_at_once(self):
        self.duplicate._mark_duplicate(self.survivor, "Same call, written down twice")
        case = self.duplicate
        self.assertEqual(case.duplicate_of_id, self.survivor)
        self.assertEqual(case.stage_id, self.closed_abnormal)
        self.assertTrue(case.is_closed and case.closed_at)
        self.assertEqual(
            case.closing_reason_id, self.env.ref('complaint_management.closing_reason_duplicate')
        )
        self.assertEqual(self._codes(case)[-2:], ['merged', 'closed'])
        self.assertEqual(self._codes(self.survivor)[-1], 'merged')
        event = self.survivor.event_ids.sorted('sequence')[-1]
        self.assertEqual(event.payload['number'], case.number)
        self.assertIn("written down twice", event.note)
        self.assertFalse(self.survivor.is_closed)
        self.assertEqual(
            self.survivor.search_count(
                [('is_closed', '=', False), ('id', 'in', (case | self.survivor).ids)]
            ),
            1,
        )
        self.assertFalse((case | self.survivor)._find_broken_histories())

    def test_gates_do_not_stop_a_duplicate(self):
        self.env['complaint.stage.gate'].create(
            {'stage_id': self.closed_abnormal.id, 'name': "Never", 'domain': "[('id', '=', 0)]"}
        )
        self.duplicate.write({'duplicate_of_id': self.survivor.id})
        self.assertTrue(self.duplicate.is_closed)
        other = self._create_worked_case()
        with self._refused("Never", RedirectWarning):
            other._move_to(self.closed_abnormal)

    def test_no_client_can_pass_gates(self):
        case = self._create_case().with_context(complaint_free_pass=True)
        with self._refused("closing reason", RedirectWarning):
            case.write({'stage_id': self.closed_abnormal.id})

    def test_every_way_in_closes(self):
        by_list = self._create_case() | self._create_case()
        by_list.write({'duplicate_of_id': self.survivor.id, 'priority': '1'})
        created = self._create_case(duplicate_of_id=self.survivor.id)
        for case in by_list | created:
            self.assertEqual((case.is_closed, case.duplicate_of_id), (True, self.survivor))
        self.assertEqual(by_list.mapped('priority'), ['1', '1'])
        self.assertEqual(self.survivor.duplicate_ids, by_list | created)

    def test_an_unregistered_duplicate_gets_its_number_first(self):
        case = self._create_case(registered_at=False)
        self.assertFalse(case.number)
        case._mark_duplicate(self.survivor)
        self.assertTrue(case.number and case.is_closed)

    def test_chains_lead_to_the_last_survivor(self):
        first, second, third = (self._create_case() for _number in range(3))
        first._mark_duplicate(second)
        second._mark_duplicate(third)
        self.assertEqual((first | second).duplicate_of_id, third)
        fourth = self._create_case(duplicate_of_id=first.id)
        self.assertEqual(fourth.duplicate_of_id, third)

    def test_circles_are_refused(self):
        with self._refused("cannot refer to itself", ValidationError):
            self.survivor._mark_duplicate(self.survivor)
        self.duplicate._mark_duplicate(self.survivor)
        with self._refused("cannot refer to itself", ValidationError):
            self.survivor.write({'duplicate_of_id': self.duplicate.id})

    def test_what_is_no_duplicate_is_told_at_once(self):
        company = self.env['res.company'].create({'name': "Elsewhere"})
        far = self.survivor.sudo().create(
            {
                'name': "Far",
                'company_id': company.id,
                'team_id': False,
                'procedure_id': self.procedure.id,
            }
        )
        self.duplicate._mark_duplicate(self.survivor)
        with self._refused("another company"):
            far._mark_duplicate(self.survivor.sudo())
        with self._refused("closed already"):
            self.duplicate._mark_duplicate(far.sudo())

    def test_without_an_abnormal_end_there_is_no_merge(self):
        procedures = self.registry['complaint.procedure']
        self.patch(
            procedures, '_get_duplicate_stage', lambda procedure: self.procedure.stage_ids[:0]
        )
        with self._refused("no stage for abnormal closing"):
            self.duplicate._mark_duplicate(self.survivor)

    def test_only_whoever_may_write_merges(self):
        with self.assertRaises(AccessError):
            self._as(self.auditor, self.duplicate)._mark_duplicate(self.survivor)
        hidden = self._create_case(
            user=self.manager, accused_employee_ids=[(4, self.employees['receiver'].id)]
        )
        with self.assertRaises(AccessError):
            self._as(self.receiver, self.duplicate)._mark_duplicate(hidden)
        self.survivor.with_user(self.manager)._mark_duplicate(hidden)
        with self.assertRaises(AccessError):
            self._as(self.receiver, self.duplicate)._mark_duplicate(self.survivor)

    def test_nobody_is_told(self):
        template = self.env['mail.template'].create(
            {
                'name': "Closed",
                'model_id': self.env['ir.model']._get_id('complaint.case'),
                'subject': "Closed",
                'body_html': "<p>Closed</p>",
                'email_to': "{{ object.complainant_email }}",
            }
        )
        self.closed_abnormal.mail_template_id = template
        self.duplicate.message_subscribe(self.customer.ids)
        mails = self.env['mail.mail'].search_count([])
        notices = self.env['mail.notification'].search_count([])
        self.duplicate._mark_duplicate(self.survivor)
        self.env.cr.flush()
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)
        self.assertEqual(self.env['mail.notification'].search_count([]), notices)
        self.assertNotIn(self.customer, self.survivor.message_partner_ids)

    def test_undo_takes_the_merge_back(self):
        self.duplicate._mark_duplicate(self.survivor)
        self.duplicate.action_undo()
        case = self.duplicate
        self.assertEqual(case.stage_id, self.stages['intake'])
        self.assertFalse(case.duplicate_of_id or case.closing_reason_id or case.closed_at)
        for codes in (self._effective(case), self._effective(self.survivor)):
            self.assertEqual(codes, ['received', 'registered'])
        case._mark_duplicate(self.survivor)
        self.assertTrue(case.is_closed)

    def _effective(self, case):
        events = case.event_ids._get_effective().sorted('sequence')
        return [event.milestone_id.code for event in events]

    def test_reopening_takes_the_merge_back(self):
        self.duplicate._mark_duplicate(self.survivor)
        with self._refused("undo its closing"):
            self.duplicate.write({'duplicate_of_id': False})
        self.duplicate.write({'stage_id': self.stages['assessment'].id})
        self.assertFalse(self.duplicate.duplicate_of_id)

    def test_the_survivor_shows_both_histories(self):
        self.duplicate._mark_duplicate(self.survivor)
        action = self.survivor.action_view_events()
        events = self.env['complaint.event'].search(action['domain'])
        self.assertEqual(events.case_id, self.survivor | self.duplicate)

    def test_the_customer_reads_nothing_of_it(self):
        before = self.survivor._get_timeline()
        self.duplicate._mark_duplicate(self.survivor)
        self.assertEqual(self.survivor._get_timeline(), before)

    def test_history_brings_its_own(self):
        cases = self.env['complaint.case'].with_user(self.admin)
        case = cases.with_context(complaint_import='history').create(
            {
                'name': "Old",
                'team_id': self.team.id,
                'number': "OLD-1",
                'received_at': '2020-01-01 08:00:00',
                'closed_at': '2020-01-02 08:00:00',
                'stage_id': self.closed_abnormal.id,
                'duplicate_of_id': self.survivor.id,
            }
        )
        self.assertEqual(case.duplicate_of_id, self.survivor)
        self.assertNotIn('merged', self._codes(case))

    def test_the_dialog_merges_several(self):
        third = self._create_case()
        cases = self.survivor | self.duplicate | third
        wizard = (
            self.env['complaint.case.merge']
            .with_user(self.receiver)
            .with_context(active_model='complaint.case', active_ids=cases.ids)
        )
        form = Form(wizard)
        self.assertEqual(form.survivor_id, self.survivor)
        form.reason = "One lift, three calls"
        action = form.save().action_confirm()
        self.assertEqual(action['res_id'], self.survivor.id)
        self.assertEqual((self.duplicate | third).duplicate_of_id, self.survivor)

    def test_the_dialog_of_one_suggests_the_most_similar(self):
        (self.duplicate | self.survivor).category_id = self.category
        wizard = (
            self.env['complaint.case.merge']
            .with_user(self.receiver)
            .with_context(active_model='complaint.case', active_ids=self.duplicate.ids)
        )
        form = Form(wizard)
        self.assertEqual(form.survivor_id, self.survivor)
        form.save().action_confirm()
        self.assertEqual(self.duplicate.duplicate_of_id, self.survivor)

    def test_the_dialog_suggests_no_other_matter_of_the_same_customer(self):
        other = self._create_case(
            name="Rude words at the counter",
            category_id=self.env.ref('complaint_management.category_service_attitude').id,
        )
        form = Form(
            self.env['complaint.case.merge']
            .with_user(self.receiver)
            .with_context(active_model='complaint.case', active_ids=other.ids)
        )
        self.assertTrue(other._find_similar(), "The customer has complained before")
        self.assertFalse(form.survivor_id)

    def test_a_refusal_names_the_complaint_among_several(self):
        self.duplicate._mark_duplicate(self.survivor)
        third = self._create_case()
        with self._refused(self.duplicate.number, UserError):
            (self.duplicate | third)._mark_duplicate(self.survivor)


@tagged('post_install', '-at_install')
class TestMergeMail(MailGatewayCommon):
    """Design 5: mail to either complaint reaches the survivor."""

    def test_an_answer_to_the_duplicate_reaches_the_survivor(self):
        survivor = self._receive()
        duplicate = self._receive()
        (survivor | duplicate).with_user(self.receiver).action_register()
        question = duplicate.with_user(self.receiver).message_post(
            body="When was it?", message_type='comment', subtype_xmlid='mail.mt_comment'
        )
        duplicate.with_user(self.receiver)._mark_duplicate(survivor)
        reached = self._receive(
            subject="Re: Lift", body="On Monday.", In_Reply_To=question.message_id
        )
        self.assertEqual(reached, survivor)
        message = survivor.message_ids.sorted('id')[-1]
        self.assertIn("On Monday.", message.body)
        self.assertNotIn("On Monday.", ''.join(duplicate.message_ids.mapped('body')))
        note = duplicate.message_ids.sorted('id')[-1]
        self.assertIn(survivor.number, note.body)
        self.assertEqual(note.subtype_id, self.env.ref('mail.mt_note'))

    def test_other_answers_stay_where_they_belong(self):
        case = self._receive()
        message = case.message_post(
            body="?", message_type='comment', subtype_xmlid='mail.mt_comment'
        )
        self.assertEqual(self._receive(body="!", In_Reply_To=message.message_id), case)
