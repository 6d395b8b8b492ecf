from datetime import timedelta

from odoo.exceptions import RedirectWarning
from odoo.fields import Command
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestPeerFaults(ComplaintCommon):
    """Bad inputs and faults on which the help desks that we measured stumbled, by their number.

    F1 is in `test_stage_config`, F2 in `test_two_movers`, F8 in `test_merge`.
    """

    def test_f4_nobody_to_write_to(self):
        """A case without any address is acknowledged and closed; no mail without a receiver."""
        case = self._create_worked_case(partner_id=False, complainant_name="Zhang Min")
        self._move(case, 'acknowledgement')
        self.env.flush_all()
        mails = self.env['mail.mail'].search([('model', '=', case._name), ('res_id', '=', case.id)])
        self.assertFalse(mails.filtered(lambda m: not (m.email_to or m.recipient_ids)))
        self._move(case, 'closed')
        self.assertTrue(case.is_closed)

    def test_f4_a_case_loses_its_team(self):
        case = self._create_worked_case()
        case.sudo().team_id = False
        self._move(case, 'acknowledgement', 'assessment')
        self.assertEqual(case.stage_id, self.stages['assessment'])

    def test_f6_code_stays_text(self):
        code = '<script>alert(1)</script><img src="x" onerror="alert(1)">'
        case = self._create_case(name=code, description=code)
        self.assertEqual((case.name, case.description), (code, code))
        bodies = ''.join(case.sudo().message_ids.mapped('body'))
        self.assertNotIn('<script', bodies)
        self.assertNotIn('<img src="x"', bodies)

    def test_f6_long_texts_are_kept_to_the_last_word(self):
        words = "The lift stands still. " * 500_000 + "The end."  # 11.5 million characters
        case = self._create_case(name="x" * 100_000, description=words)
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(len(case.name), 100_000)
        self.assertTrue(case.description == words, "The text was cut")

    def test_f6_an_empty_description_is_asked_for(self):
        """The subject is enough to register; nobody assesses what nobody has written down."""
        for empty in (False, ''):
            with self.subTest(empty=empty):
                case = self._move(self._create_worked_case(description=empty), 'acknowledgement')
                with self._refused("Write down what happened", RedirectWarning):
                    self._move(case, 'assessment')

    def test_f14_links_of_several_cases_at_once(self):
        cases = self._create_case() | self._create_case() | self._create_case()
        other = self._create_case()
        cases.write({'related_ids': [Command.link(other.id)]})
        self.assertEqual(other.related_ids, cases)

    def test_f15_copies_of_several_cases_at_once(self):
        cases = self._create_case() | self._create_case()
        copies = cases.copy()
        self.assertEqual(len(copies), 2)
        self.assertEqual(len({*cases.mapped('number'), *filter(None, copies.mapped('number'))}), 4)

    def test_f16_delays_are_counted_forward(self):
        received_at = self.env.cr.now().replace(microsecond=0) - timedelta(hours=5)
        case = self._create_case(received_at=received_at)
        self.assertAlmostEqual(case.entry_delay, 5, places=1)
