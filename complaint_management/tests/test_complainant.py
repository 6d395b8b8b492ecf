from datetime import timedelta

from odoo.exceptions import AccessError, RedirectWarning
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestComplainant(ComplaintCommon):
    """T11, T12, INS-2.1-b, INS-3.1-a: who complains, for whom, and how to reach them."""

    # === ROLE AND PAPERS === #

    def test_a_representative_has_a_name(self):
        """INS-2.1-b: representative with name, relation, authority."""
        for role in ('proxy', 'heir', 'representative'):
            with self._refused("Name the representative"):
                self._create_case(complainant_role=role)
            case = self._create_case(complainant_role=role, representative_name="Wang Fang")
            self.assertTrue(case.number)
        case = self._create_case()
        self.assertEqual(case.complainant_role, 'self')
        with self._refused("Name the representative"):
            case.complainant_role = 'heir'
        case.write({'complainant_role': 'heir', 'representative_name': "Li Na"})

    def test_a_mail_waits_and_its_registration_asks_for_the_name(self):
        case = self._create_case(registered_at=False, complainant_role='proxy')
        with self._refused("Name the representative"):
            case.action_register()
        case.representative_name = "Wang Fang"
        case.action_register()
        self.assertTrue(case.number)

    def _upload(self, user, **values):
        return (
            self.env['ir.attachment']
            .with_user(user)
            .create({'name': "power of attorney.txt", 'raw': b"I may", **values})
        )

    def test_papers_are_read_by_whoever_reads_the_case(self):
        paper = self._upload(self.receiver)
        case = self._create_case(
            complainant_role='proxy',
            representative_name="Wang Fang",
            authority_attachment_ids=[Command.link(paper.id)],
            handler_id=self.handler.id,
        )
        self.assertEqual((paper.res_model, paper.res_id), ('complaint.case', case.id))
        self.assertEqual(self._as(self.handler, paper).raw, b"I may")
        with self.assertRaises(AccessError):
            self._as(self.department_head, paper).read(['raw'])

    def test_papers_of_others_are_not_taken_over(self):
        case = self._create_case()
        partner = self.env['res.partner'].create({'name': "Elsewhere"})
        private = self._upload(self.manager)
        placed = self._upload(self.env.user, res_model='res.partner', res_id=partner.id)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            case.write({'authority_attachment_ids': [Command.link(private.id)]})
        case.write({'authority_attachment_ids': [Command.link(placed.id)]})
        self.assertEqual(placed.sudo().res_model, 'res.partner')

    # === KIND AND CONTACT === #

    def test_kinds_of_complainants(self):
        """INS-3.1-a, T12: public, prospects, policyholders, own staff, owners and those to be."""
        codes = self.env['complaint.complainant.kind'].search([]).mapped('code')
        self.assertEqual(
            codes,
            ['customer', 'owner', 'prospective_owner', 'prospect', 'policyholder', 'public',
             'own_staff'],
        )  # fmt: skip
        staff = self.env.ref('complaint_management.complainant_kind_own_staff')
        case = self._create_case(complainant_kind_id=staff.id, preferred_contact='message')
        self.assertEqual(case.complainant_kind_id, staff)
        for user in (self.receiver, self.manager, self.auditor):
            with self.assertRaises(AccessError):
                staff.with_user(user).name = "x"

    def test_the_form_of_the_desk_takes_them(self):
        form = Form(self.env['complaint.case'].with_user(self.receiver))
        form.description = "My father's policy was cancelled."
        form.partner_id = self.customer
        form.complainant_role = 'heir'
        form.representative_name = "Li Na"
        form.preferred_contact = 'letter'
        case = form.save()
        self.assertEqual(case.representative_name, "Li Na")
        self.assertTrue(case.number)

    # === NO MORE CALLBACKS === #

    def test_no_more_callbacks_is_kept_on_the_customer(self):
        """PRIN-5-g: record it clearly and never call back again, also in later complaints."""
        case = self._create_case()
        other = self._create_case()
        case.do_not_call = True
        self.assertTrue(self.customer.complaint_do_not_call)
        self.assertTrue(other.do_not_call)
        self.assertTrue(self._create_case().do_not_call)
        self.assertTrue(self._create_case(do_not_call=False).do_not_call, "No word is no consent")
        self.assertTrue(self.customer.complaint_do_not_call)
        self.customer.complaint_do_not_call = False
        self.assertFalse(case.do_not_call)

    def test_a_new_complaint_may_say_it(self):
        self._create_case(do_not_call=True)
        self.assertTrue(self.customer.complaint_do_not_call)

    def test_who_refuses_is_exempt_from_callbacks_for_good(self):
        """PRIN-5-g: what a caller hears holds for every later complaint."""
        case = self._create_case()
        self.assertEqual(case._get_callback_exemptions(), [])
        case.with_user(self.receiver)._keep_callback_refusal()
        self.assertTrue(self.customer.complaint_do_not_call)
        later = self._create_case()
        self.assertEqual(later._get_callback_exemptions(), ['do_not_call'])
        self.assertIn("does not want to be called", later._get_callback_refusal())

    def test_without_a_customer_the_case_keeps_it(self):
        case = self._create_case(partner_id=False, complainant_name="A passer-by")
        case.do_not_call = True
        self.env.invalidate_all()
        self.assertTrue(case.do_not_call)
        self.assertFalse(self._create_case(partner_id=False).do_not_call)

    def test_who_may_not_write_the_case_does_not_write_the_customer(self):
        case = self._create_case()
        for user in (self.auditor, self.legal, self.outsider):
            with self.assertRaises(AccessError):
                case.with_user(user).write({'do_not_call': True})
        self.assertFalse(self.customer.complaint_do_not_call)

    # === REQUIRED FIELDS === #

    def _require(self, *names):
        model_fields = self.env['ir.model.fields']
        for name in names:
            self.procedure.required_field_ids |= model_fields._get('complaint.case', name)

    def test_all_missing_fields_are_told_in_one_sentence(self):
        """T11, INS-2.2-c: what a procedure wants before registration."""
        self._require('category_id', 'expected_solution', 'channel_id')
        with self._refused(
            "Fill in before registration: (?=.*Category)(?=.*Expected solution)(?=.*Channel)"
        ):
            self._create_case(expected_solution="  ")
        phone = self.env.ref('complaint_management.channel_phone')
        self._create_case(
            category_id=self.category.id, expected_solution="Refund", channel_id=phone.id
        )

    def test_an_import_and_a_batch_meet_it_too(self):
        self._require('expected_solution')
        model = self.env['complaint.case'].with_user(self.receiver)
        result = model.load(['name', 'expected_solution'], [["A", "Refund"], ["B", ""]])
        self.assertIn("Expected solution", str(result['messages']))
        with self._refused("(?s)B.*Expected solution"):
            model.create([{'name': "A", 'expected_solution': "x"}, {'name': "B"}])

    def test_a_mail_is_taken_in_and_asked_at_registration(self):
        self._require('expected_solution')
        case = self._create_case(registered_at=False)
        with self._refused("Expected solution"):
            case.action_register()
        with self._refused("Expected solution", RedirectWarning):
            case.write({'stage_id': self.stages['acknowledgement'].id})
        self.assertFalse(case.number)

    def test_three_procedures_ask_for_different_things(self):
        self._require('category_id')
        other = self.procedure.copy({'code': 'bare', 'required_field_ids': False})
        self.env['complaint.stage'].create({'name': "New", 'procedure_id': other.id})
        self._create_case(procedure_id=other.id, team_id=False)

    # === ENTRY DELAY === #

    def test_the_entry_delay_is_measured(self):
        """INS-2.2-c: received → registered, in hours."""
        now = self.env.cr.now().replace(microsecond=0)
        case = self._create_case(received_at=now - timedelta(hours=3))
        self.assertAlmostEqual(case.entry_delay, 3)
        case.received_at = now - timedelta(hours=5)
        self.assertAlmostEqual(case.entry_delay, 5)
        mail = self._create_case(received_at=now - timedelta(hours=2), registered_at=False)
        self.assertEqual(mail.entry_delay, 0)
        self._pass_time(hours=1)
        mail.action_register()
        self.assertAlmostEqual(mail.entry_delay, 3)
        with self._refused("software sets these fields itself: Entry delay"):
            case.entry_delay = 0

    def test_channels_say_who_answers(self):
        """Issue 3, item 1: the switches of a channel are data."""
        channel = self.env.ref('complaint_management.channel_media')
        channel.write(
            {
                'answer_group_ids': [
                    Command.link(self.env.ref('complaint_management.group_complaint_manager').id)
                ],
                'exempt_from_callback': True,
            }
        )
        self.assertTrue(channel.with_user(self.receiver).answer_group_ids)
        case = self._create_case(channel_id=channel.id, source_partner_id=self.customer.id)
        self.assertEqual(case._get_callback_exemptions(), ['channel'])
        flag = self.env.ref('complaint_management.flag_sensitive')
        flag.exempts_from_callback = True
        case.flag_ids |= flag
        self.assertEqual(set(case._get_callback_exemptions()), {'channel', 'sensitive'})
