import base64
from datetime import timedelta

from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import Form, tagged

from .common import ComplaintCommon

PIXEL = (
    b'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg'
    b'=='
)


@tagged('post_install', '-at_install')
class TestConfirmation(ComplaintCommon):
    """T17: signature (INS), consent by phone (DEVG), file; INS-3.1-e demands the signature."""

    def _file(self, user=None):
        return (
            self.env['ir.attachment']
            .with_user(user or self.receiver)
            .create({'name': "form.pdf", 'datas': base64.b64encode(b"signed")})
        )

    def test_a_signature_on_the_screen(self):
        case = self._create_worked_case()
        action = case.action_confirm_by_customer()
        form = Form(
            self.env[action['res_model']].with_user(self.receiver).with_context(**action['context'])
        )
        self.assertEqual((form.means, form.name), ('signature', "Li Wei"))
        form.signature = PIXEL
        form.save().action_confirm()
        self.assertEqual(case.confirmation_means, 'signature')
        self.assertEqual(case.confirmed_by_name, "Li Wei")
        self.assertEqual(case.confirmation_signature, PIXEL)
        event = case.sudo().event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id.code, 'customer_accepted')
        self.assertEqual(event.payload, {'means': 'signature', 'name': "Li Wei"})

    def test_the_acceptance_is_recorded_once_a_round(self):
        case = self._create_worked_case()
        case._confirm_by_customer('phone', "Li Wei")
        case._confirm_by_customer('signature', "Li Wei", proof={'signature': PIXEL})
        self.assertEqual(self._codes(case).count('customer_accepted'), 1)
        self._move(case, 'closed', 'investigation')
        case._confirm_by_customer('signature', "Li Wei", proof={'signature': PIXEL})
        self.assertEqual(self._codes(case).count('customer_accepted'), 2)
        self.assertIn("Signature of round 1", case.confirmation_attachment_ids.mapped('name'))

    def test_all_that_is_missing_is_told_at_once(self):
        case = self._create_worked_case()
        with self._refused("(?s)Say who confirmed.*Let the customer sign"):
            case._confirm_by_customer('signature', "")
        with self._refused("Add the file"):
            case._confirm_by_customer('file', "Li Wei")
        with self._refused("how the customer confirmed"):
            case._confirm_by_customer('rumour', "Li Wei")
        with self._refused("has not happened yet"):
            tomorrow = self.env.cr.now() + timedelta(days=1)
            case._confirm_by_customer('phone', "Li Wei", occurred_at=tomorrow)
        with self._refused("Say why"):
            yesterday = self.env.cr.now() - timedelta(days=1)
            case._confirm_by_customer('phone', "Li Wei", occurred_at=yesterday)

    def test_a_file_goes_to_the_case(self):
        case = self._create_worked_case()
        file = self._file()
        case._confirm_by_customer('file', "Li Wei", proof={'attachments': file})
        self.assertEqual((file.res_model, file.res_id), ('complaint.case', case.id))
        self.assertTrue(self._as(self.manager, file).has_access('read'))

    def test_nobody_takes_a_file_of_somebody_else_along(self):
        case = self._create_worked_case()
        with self.assertRaises(AccessError):
            case.with_user(self.handler)._confirm_by_customer(
                'file', "Li Wei", proof={'attachments': self._file(self.manager)}
            )

    def test_who_may_not_change_the_case_confirms_nothing(self):
        case = self._create_worked_case()
        for user in (self.legal, self.auditor, self.outsider):
            with self.assertRaises(AccessError):
                case.with_user(user)._confirm_by_customer('phone', "Li Wei")
        with self._refused("The software sets these fields itself"):
            case.write({'confirmation_means': 'signature', 'confirmation_round': 1})

    def test_a_procedure_that_demands_the_signature(self):
        """INS-3.1-e: record the opinion and get the customer's signature."""
        self.procedure.confirmation_required = 'signature'
        case = self._create_worked_case()
        for way in (
            lambda: case.write({'stage_id': self.stages['closed'].id}),
            lambda: case.sudo()._move_to(self.stages['closed']),
            lambda: self._create_worked_case(stage_id=self.stages['closed'].id),
        ):
            with self._refused("Get the customer's signature", RedirectWarning):
                way()
        case._confirm_by_customer('phone', "Li Wei")
        with self._refused("Get the customer's signature", RedirectWarning):
            self._move(case, 'closed')
        case._confirm_by_customer('signature', "Li Wei", proof={'attachments': self._file()})
        self._move(case, 'closed')

    def test_a_signature_of_an_earlier_round_does_not_count(self):
        self.procedure.confirmation_required = 'signature'
        case = self._create_worked_case()
        case._confirm_by_customer('signature', "Li Wei", proof={'signature': PIXEL})
        self._move(case, 'closed', 'investigation')
        case.closing_reason_id = self.reason_satisfied
        with self._refused("Get the customer's signature", RedirectWarning):
            self._move(case, 'closed')

    def test_any_means_and_on_the_spot(self):
        self.procedure.confirmation_required = 'any'
        case = self._create_worked_case()
        with self._refused("Get the customer's confirmation", RedirectWarning):
            self._move(case, 'closed')
        case._confirm_by_customer('message', "Li Wei")
        self._move(case, 'closed')
        spot = self.env.ref('complaint_management.closing_reason_on_the_spot')
        self._move(self._create_worked_case(closing_reason_id=spot.id), 'closed')
        self.procedure.confirmation_required = 'signature'
        with self._refused("Get the customer's signature", RedirectWarning):
            self._move(self._create_worked_case(closing_reason_id=spot.id), 'closed')

    def test_an_abnormal_end_needs_no_confirmation(self):
        self.procedure.confirmation_required = 'signature'
        unreachable = self.env.ref('complaint_management.closing_reason_unreachable')
        case = self._create_worked_case(
            closing_reason_id=unreachable.id, closing_note="Three calls."
        )
        self._move(case, 'closed_abnormal')

    def test_revoking_the_acceptance_takes_the_confirmation_back(self):
        case = self._create_worked_case()
        case._confirm_by_customer('signature', "Li Wei", proof={'signature': PIXEL})
        case.sudo().event_ids.sorted('sequence')[-1].with_user(self.receiver)._revoke("Wrong")
        self.assertFalse(case.confirmation_means or case.confirmation_round)
        self.assertTrue(case.confirmation_attachment_ids, "The proof stays on file")

    def test_the_proof_is_shown_in_a_window_of_its_own(self):
        case = self._create_worked_case()
        case._confirm_by_customer('signature', "Li Wei", proof={'signature': PIXEL})
        action = case.action_view_confirmation()
        view = self.env['ir.ui.view'].browse(action['views'][0][0])
        self.assertTrue(Form(case.with_user(self.receiver), view).confirmation_signature)
