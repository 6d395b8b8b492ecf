from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestDuty(ComplaintCommon):
    """PROPERTY-5.1.2-C1: the duty log, linked to complaints where an entry is about one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case(name="Noise of the metro")
        cls.colleague = new_test_user(
            cls.env,
            login='complaint_receiver2',
            groups='base.group_user,complaint_management.group_complaint_receiver',
        )
        cls.team.member_ids |= cls.colleague

    def _write_sheet(self, user=None):
        """Return the sheet that a user gets by the menu, with one entry, and that entry."""
        user = user or self.receiver
        sheets = self.env['complaint.duty'].with_user(user)
        sheet = sheets.browse(sheets.action_write()['res_id'])
        with Form(sheet) as form, form.line_ids.new() as line:
            line.content = "The gate does not open."
            line.informant = "Guard"
            line.handed_to = "Works"
        return sheet, sheet.line_ids[-1:]

    def test_a_shift_is_written_and_signed(self):
        sheet, line = self._write_sheet()
        self.assertEqual((sheet.user_id, sheet.team_id), (self.receiver, self.team))
        self.assertTrue(line.occurred_at)
        again, _line = self._write_sheet()
        self.assertEqual(again, sheet, "One goes on with the sheet that is not signed")
        self.assertEqual((sheet.line_count, sheet.open_count), (2, 2))
        with self._refused("What was noted in the duty log is kept"):
            sheet.unlink()
        with self._refused("Receiver was on duty and signs"):
            self._as(self.manager, sheet).action_sign()
        sheet.action_sign()
        self.assertEqual((sheet.state, bool(sheet.signed_at)), ('signed', True))
        with self._refused("signed already"):
            sheet.action_sign()
        for values in ({'content': "Else"}, {'informant': "Else"}, {'occurred_at': '2026-01-01'}):
            with self._refused("only what became of an entry"):
                line.write(values)
        with self._refused("only what became of an entry"):
            line.unlink()
        with self._refused("is not changed"):
            sheet.note = "x"
        other, _line = self._write_sheet()
        self.assertNotEqual(other, sheet)
        self.assertFalse(other.filtered_domain([('state', '=', 'signed')]))
        with self._refused("Note what happened"):
            empty = self.env['complaint.duty'].with_user(self.handler).create({})
            empty.action_sign()

    def test_only_the_button_signs(self):
        sheet, _line = self._write_sheet()
        with self._refused("The software sets these fields itself"):
            sheet.state = 'signed'
        with self._refused("The software sets these fields itself"):
            self.env['complaint.duty'].with_user(self.receiver).create({'state': 'signed'})

    def test_the_next_shift_reads_it_and_says_what_became_of_it(self):
        sheet, line = self._write_sheet()
        sheet.action_sign()
        seen = self._as(self.colleague, line)
        seen.write({'outcome': "Mended.", 'is_done': True})
        self.assertEqual(self._as(self.colleague, sheet).open_count, 0)
        with self.assertRaises(AccessError):
            seen.content = "Else"
        with self.assertRaises(AccessError):
            self._as(self.colleague, sheet).line_ids.create(
                {'duty_id': sheet.id, 'content': "In another's name"}
            )
        for user in (self.handler, self.outsider):
            self.assertFalse(
                self.env['complaint.duty.line'].with_user(user).has_access('read')
                and self.env['complaint.duty.line'].with_user(user).search_count([])
            )

    def test_a_complaint_is_noted_with_one_click(self):
        action = self._as(self.receiver, self.case).action_note_in_duty_log()
        sheet = self.env['complaint.duty'].with_user(self.receiver).browse(action['res_id'])
        self.assertEqual(sheet.line_ids.case_id, self.case)
        self.assertEqual(sheet.line_ids.content, "Noise of the metro")
        self.assertNotIn("Li Wei", str(sheet.line_ids.read()))
        self.assertEqual(self._as(self.receiver, self.case).duty_line_ids, sheet.line_ids)

    def test_entries_about_a_complaint_are_for_who_may_read_it(self):
        """Recusal (TEL-2.7-a): neither the entry nor its number among the others."""
        sheet, plain = self._write_sheet()
        entry = sheet.line_ids.create(
            {'duty_id': sheet.id, 'content': "About him", 'case_id': self.case.id}
        )
        lines = self.env['complaint.duty.line']
        domain = [('duty_id', '=', sheet.id)]
        colleague = lines.with_user(self.colleague)
        self.assertEqual(colleague.search(domain), plain | entry)
        employee = self.env['hr.employee'].create(
            {'name': "Colleague", 'user_id': self.colleague.id}
        )
        self.case.sudo().accused_employee_ids = [Command.link(employee.id)]
        self.env.invalidate_all()
        self.assertEqual(colleague.search(domain), plain)
        self.assertEqual(self._as(self.colleague, sheet).line_count, 1)
        self.assertEqual(colleague.search_count([('content', 'ilike', "About him")]), 0)
        with self.assertRaises(AccessError):
            self._as(self.colleague, entry).read(['content'])
        self._as(self.colleague, plain).read(['content'])

    def test_nobody_notes_what_he_may_not_read(self):
        foreign = self._create_case(
            user=self.env.user, team_id=self.env['complaint.team'].create({'name': "Stranger"}).id
        )
        sheet, line = self._write_sheet()
        for call in (
            lambda: line.write({'case_id': foreign.id}),
            lambda: sheet.line_ids.create(
                {'duty_id': sheet.id, 'content': "x", 'case_id': foreign.id}
            ),
            lambda: foreign.with_user(self.receiver).action_note_in_duty_log(),
        ):
            with self.assertRaises(AccessError):
                call()
        # Whoever only reads a complaint may note it all the same.
        self.case.handler_id = self.manager
        self.case.department_id = self.department
        own = self.env['complaint.duty'].with_user(self.handler).create({})
        entry = own.line_ids.create({'duty_id': own.id, 'content': "x", 'case_id': self.case.id})
        self.assertTrue(entry.exists())
