from datetime import timedelta
from io import BytesIO

from werkzeug.datastructures import FileStorage

from odoo.tests import tagged

from odoo.addons.complaint_management.models import complaint_case_customer

from ..models.complaint_case_customer import CUSTOMER_ACTIVITY, CustomerRefusal
from .common_portal import PortalCommon

PNG = (
    b'\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00'
    b'\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\xdac\xfc\xcf\xc0P\x0f\x00\x04\x85\x01\x80\x84\xa9\x8c!'
    b'\x00\x00\x00\x00IEND\xaeB`\x82'
)


@tagged('post_install', '-at_install')
class TestPortalCustomer(PortalCommon):
    """What a customer does on the portal (PAWN-4.2; issue 7, section 3)."""

    def _upload(self, name, content):
        return FileStorage(BytesIO(content), filename=name)

    def _to_do(self, case):
        self.env.invalidate_all()
        return case.sudo().activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref(CUSTOMER_ACTIVITY)
        )

    # === ANSWERS === #

    def test_accepting_is_recorded_with_the_portal_as_proof(self):
        case = self._answered_case()
        self._as_customer(case)._accept_answer_as_customer()
        self.assertEqual(case.answer_state, 'accepted')
        self.assertEqual(case.confirmation_means, 'portal')
        self.assertEqual(case.confirmed_by_name, "Li Wei")
        self.assertEqual(case.customer_satisfied, 'satisfied')
        self.assertEqual(self._codes(case).count('customer_accepted'), 1)
        self.assertEqual(case.sudo().event_ids.sorted('sequence')[-1].user_id, self.li)
        self.assertEqual(self._to_do(case).user_id, self.handler)
        with self._refused("no answer that waits", CustomerRefusal):
            self._as_customer(case)._accept_answer_as_customer()

    def test_an_answer_is_decided_on_once(self):
        case = self._create_worked_case()
        for decide in ('_accept_answer_as_customer', '_reject_answer_as_customer'):
            arguments = () if 'accept' in decide.split('_')[1] else ("No.",)
            with self._refused("no answer that waits", CustomerRefusal):
                getattr(self._as_customer(case), decide)(*arguments)

    def test_rejecting_begins_the_next_round_with_the_customers_words(self):
        case = self._answered_case()
        with self._refused("Say why you do not accept", CustomerRefusal):
            self._as_customer(case)._reject_answer_as_customer("  ")
        self.assertTrue(self._as_customer(case)._reject_answer_as_customer("Too little."))
        self.assertEqual(case.round, 2)
        opinion = case.contact_ids.filtered(lambda contact: contact.purpose == 'opinion')
        self.assertEqual(
            (opinion.content, opinion.means, opinion.direction, opinion.user_id),
            ("Too little.", 'portal', 'in', self.li),
        )

    def test_whoever_comes_by_the_link_acts_for_the_customer(self):
        case = self._answered_case()
        public = self.env.ref('base.public_user')
        visitor = self._as_customer(case, public)
        visitor._add_customer_words("By the link")
        message = case.message_ids[0]
        self.assertEqual(message.author_id, self.customer)
        visitor._accept_answer_as_customer()
        self.assertEqual(case.confirmed_by_name, "Li Wei")
        self.assertNotIn(self.customer, case.message_partner_ids, "Nobody begins to follow")
        self.assertNotIn(public.partner_id, case.message_partner_ids)

    # === WITHDRAWING === #

    def test_withdrawing_closes_with_the_customers_reason(self):
        case = self._create_worked_case()
        with self._refused("Say why you withdraw", CustomerRefusal):
            self._as_customer(case)._withdraw_as_customer("")
        self.assertTrue(self._as_customer(case)._withdraw_as_customer("It was my mistake."))
        self.assertEqual(case.phase, 'withdrawn')
        self.assertEqual(
            (case.withdrawn_by, case.withdrawal_means, case.closing_note),
            ('self', 'portal', "It was my mistake."),
        )
        self.assertIn("withdraws", self._to_do(case).note)
        with self._refused("closed already", CustomerRefusal):
            self._as_customer(case)._withdraw_as_customer("Again.")

    def test_what_a_gate_holds_back_is_left_to_people_in_the_customers_words(self):
        case = self._create_worked_case()
        stage = self.procedure.stage_ids.filtered(lambda stage: stage.phase == 'withdrawn')
        self.env['complaint.stage.gate'].create(
            {
                'stage_id': stage.id,
                'name': "The head of the archive signs",
                'domain': "[('basis', '=', 'signed')]",
            }
        )
        customer = self._as_customer(case)
        self.assertFalse(customer._withdraw_as_customer("I found the parcel."))
        self.assertFalse(case.is_closed)
        self.assertFalse(case.withdrawn_by, "Nothing is half-saved")
        self.assertIn("I found the parcel.", case.message_ids[0].body)
        note = self._to_do(case).note
        self.assertIn("I found the parcel.", note)
        self.assertIn("The head of the archive signs", note, "The staff read why")
        self.assertNotIn("archive", str(customer._get_portal_values()))

    # === ASKING FOR PROGRESS === #

    def test_asking_for_progress_is_a_contact_and_once_a_day(self):
        case = self._create_worked_case()
        self._as_customer(case)._ask_for_progress("")
        chase = case.contact_ids
        self.assertEqual((chase.purpose, chase.direction, chase.means), ('chase', 'in', 'portal'))
        self.assertEqual(chase.content, "How does my complaint stand?")
        with self._refused("within the last day", CustomerRefusal):
            self._as_customer(case)._ask_for_progress("And now?")
        self._pass_time(days=1, minutes=1)
        self._as_customer(case)._ask_for_progress("And now?")
        self.assertEqual(len(case.contact_ids), 2)

    def test_a_promise_that_was_not_kept_is_said_so(self):
        case = self._create_worked_case()
        date = self.env.cr.now().replace(microsecond=0) + timedelta(hours=1)
        self.env['complaint.contact'].with_user(self.handler).create(
            {
                'case_id': case.id,
                'purpose': 'progress',
                'promise': "An answer",
                'promise_date': date,
            }
        )
        self._pass_time(hours=2)
        customer = self._as_customer(case)
        self.assertTrue(customer._get_portal_values()['is_promise_overdue'])
        customer._ask_for_progress("")
        words = case.contact_ids.filtered(lambda contact: contact.purpose == 'chase').content
        self.assertIn("promised date has passed", words)
        self.assertEqual(self._to_do(case).user_id, self.handler)

    # === WORDS AND FILES === #

    def test_words_and_files_stand_in_the_thread_with_one_thing_to_do(self):
        case = self._create_worked_case()
        customer = self._as_customer(case)
        customer._add_customer_words("<b>Look</b>\nat this", [self._upload('a.png', PNG)])
        customer._add_customer_words("", [self._upload('../../b.pdf', b'%PDF-1.4\n%%EOF\n')])
        second, first = case.message_ids[:2]
        self.assertEqual(first.author_id, self.customer)
        self.assertIn("&lt;b&gt;Look&lt;/b&gt;", first.body)
        self.assertFalse(first.is_internal)
        self.assertEqual(first.attachment_ids.mapped('name'), ['a.png'])
        self.assertEqual(first.attachment_ids.raw, PNG)
        self.assertEqual(second.attachment_ids.mapped('name'), ['b.pdf'])
        self.assertEqual(
            (first.attachment_ids.res_model, first.attachment_ids.res_id), (case._name, case.id)
        )
        self.assertEqual(self._to_do(case).user_id, self.handler)
        self.assertIn(self.handler.partner_id, first.notified_partner_ids)

    def test_who_reads_it_where_nobody_handles(self):
        case = self._create_case()
        case.sudo().followup_user_id = False
        self.assertEqual(self._as_customer(case)._get_readers(), self.receiver)
        case.sudo().contact_owner_id = False
        self.assertEqual(self._as_customer(case)._get_readers(), self.manager)

    def test_words_on_a_duplicate_reach_who_works_on_the_other(self):
        case, other = self._create_case(), self._create_worked_case()
        case.with_user(self.manager)._mark_duplicate(other)
        self._as_customer(case)._add_customer_words("One thing more")
        self.assertIn("One thing more", case.message_ids[0].body)
        self.assertFalse(self._to_do(case))
        self.assertEqual(self._to_do(other).user_id, self.handler)

    def test_the_staff_read_in_their_own_language(self):
        self.env['res.lang']._activate_lang('zh_CN')
        self.handler.lang, self.li.lang = 'en_US', 'zh_CN'
        case = self._answered_case()
        customer = self._as_customer(case).with_context(lang='zh_CN')
        customer._accept_answer_as_customer()
        self.assertIn("The customer accepts the answer.", self._to_do(case).note)

    def test_bad_files_are_refused_all_at_once_and_nothing_is_kept(self):
        case = self._create_worked_case()
        count = len(case.message_ids)
        self.patch(complaint_case_customer, 'FILE_SIZE', 100)
        uploads = [
            self._upload('page.html', b'<html><script>alert(1)</script></html>'),
            self._upload('picture.png', b'<svg onload="alert(1)"/>'),
            self._upload('run.exe', b'MZ\x90\x00'),
            self._upload('empty.txt', b''),
            self._upload('large.txt', b'a' * 101),
        ]
        with self.assertRaises(CustomerRefusal) as caught:
            self._as_customer(case)._add_customer_words("See these", uploads)
        sentences = str(caught.exception).splitlines()
        self.assertEqual(len(sentences), 5)
        for name, sentence in zip(
            ('page.html', 'picture.png', 'run.exe', 'empty.txt', 'large.txt'),
            sentences,
            strict=True,
        ):
            self.assertIn(name, sentence)
        self.env.invalidate_all()
        self.assertEqual(len(case.message_ids), count)

    def test_bounds(self):
        case = self._create_worked_case()
        customer = self._as_customer(case)
        with self._refused("Write something, or add a file", CustomerRefusal):
            customer._add_customer_words(" \n")
        with self._refused("too long", CustomerRefusal):
            customer._add_customer_words("a" * 20_001)
        with self._refused("at most 10 files", CustomerRefusal):
            customer._add_customer_words("", [self._upload(f'{n}.png', PNG) for n in range(11)])
        self.patch(complaint_case_customer, 'SENDINGS_PER_HOUR', 3)
        for number in range(3):
            customer._add_customer_words(f"Word {number}")
        with self._refused("within an hour", CustomerRefusal):
            customer._add_customer_words("One more")
        self._pass_time(hours=1, minutes=1)
        customer._add_customer_words("One more")
