from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestUndo(ComplaintCommon):
    """Design 5: who moved a case takes it back within ten minutes; nothing is rewritten."""

    def test_undo_goes_back_and_keeps_both_in_the_history(self):
        case = self._move(self._create_case(), 'acknowledgement')
        self.assertTrue(case.can_undo)
        self._pass_time(minutes=9, seconds=59)
        case.action_undo()
        self.assertEqual(case.stage_id, self.stages['intake'])
        self.assertEqual(self._codes(case), ['received', 'registered', 'acknowledged', 'revoked'])
        self.assertFalse(case.event_ids._get_effective(['acknowledged']))
        self.assertFalse(case._find_broken_histories())
        self.assertFalse(case.can_undo)
        with self._refused("nothing to undo"):
            case.action_undo()

    def test_undo_ends_after_ten_minutes(self):
        case = self._move(self._create_worked_case(), 'acknowledgement')
        self._pass_time(minutes=10, seconds=1)
        self.env.invalidate_all()
        self.assertFalse(case.can_undo)
        with self._refused("nothing to undo"):
            case.action_undo()

    def test_nobody_undoes_the_move_of_another(self):
        case = self._move(self._create_worked_case(), 'acknowledgement')
        for user in (self.handler, self.manager, self.auditor):
            self.assertFalse(case.with_user(user).can_undo)
            with self.assertRaises(UserError):
                case.with_user(user).action_undo()
        self.assertEqual(case.stage_id, self.stages['acknowledgement'])

    def test_several_steps_are_taken_back_one_by_one(self):
        case = self._move(self._create_worked_case(), 'acknowledgement', 'assessment')
        case.action_undo()
        self.assertEqual(case.stage_id, self.stages['acknowledgement'])
        case.action_undo()
        self.assertEqual(case.stage_id, self.stages['intake'])
        with self._refused("nothing to undo"):
            case.action_undo()

    def test_a_step_forward_and_back_is_undone_as_it_was_made(self):
        case = self._move(
            self._create_worked_case(), 'acknowledgement', 'assessment', 'acknowledgement'
        )
        case.action_undo()
        self.assertEqual(case.stage_id, self.stages['assessment'])
        case.action_undo()
        self.assertEqual(case.stage_id, self.stages['acknowledgement'])

    def test_what_was_undone_can_be_done_again_and_undone_again(self):
        case = self._create_worked_case()
        for _time in range(3):
            self._move(case, 'acknowledgement')
            self._pass_time(seconds=5)
            case.action_undo()
            self.assertEqual(case.stage_id, self.stages['intake'])
        self.assertEqual(self._codes(case).count('revoked'), 3)

    def test_undoing_a_closing_opens_the_case(self):
        case = self._move(self._create_worked_case(), 'solution', 'closed')
        case.action_undo()
        self.assertEqual((case.is_closed, case.closed_at, case.round), (False, False, 1))
        self.assertEqual(case.closing_reason_id, self.reason_satisfied, "As it was before")
        self.assertFalse(case.event_ids._get_effective(['closed']))

    def test_undoing_a_reopening_closes_the_case_as_it_was(self):
        case = self._move(self._create_worked_case(closing_note="All paid."), 'closed')
        closed_at = case.closed_at
        self._pass_time(days=3)
        self._move(case, 'investigation')
        self.assertEqual(case.round, 2)
        case.action_undo()
        self.assertEqual(case.stage_id, self.stages['closed'])
        self.assertEqual((case.round, case.closed_at), (1, closed_at))
        self.assertEqual(
            (case.closing_reason_id, case.closing_note), (self.reason_satisfied, "All paid.")
        )
        self.assertFalse(case.event_ids._get_effective(['reopened', 'moved']))
        self.assertEqual(case.event_ids.sorted('sequence')[-2:].mapped('round'), [2, 2])

    def test_undoing_from_one_end_to_another_restores_the_first(self):
        case = self._move(self._create_worked_case(closing_note="Wish"), 'closed')
        closed_at = case.closed_at
        self._move(case, 'withdrawn')
        case.action_undo()
        self.assertEqual((case.phase, case.closed_at), ('closed_normal', closed_at))
        self.assertEqual(case.round, 1)

    def test_a_manager_revokes_the_last_move_of_anybody_at_any_time(self):
        case = self._move(self._create_worked_case(), 'acknowledgement', 'closed')
        self._pass_time(days=30)
        event = case.event_ids._get_effective(['closed']).with_user(self.manager)
        event._revoke("Closed the wrong one")
        self.assertEqual(case.stage_id, self.stages['acknowledgement'])
        self.assertFalse(case.closed_at)

    def test_revoking_an_earlier_move_leaves_the_case_where_it_is(self):
        case = self._move(self._create_worked_case(), 'acknowledgement', 'assessment')
        event = case.event_ids._get_effective(['acknowledged']).with_user(self.manager)
        event._revoke("Never acknowledged")
        self.assertEqual(case.stage_id, self.stages['assessment'])
        self.assertEqual(self._codes(case)[-1], 'revoked')

    def test_a_mail_that_left_the_desk_is_cancelled(self):
        template = self.env['mail.template'].create(
            {
                'name': "Acknowledgement",
                'model_id': self.env['ir.model']._get_id('complaint.case'),
                'subject': "We have your complaint",
                'body_html': "<p>Thank you.</p>",
                'email_to': '{{ object.complainant_email }}',
            }
        )
        self.stages['acknowledgement'].mail_template_id = template
        case = self._create_worked_case()
        other = self._create_worked_case()
        self._move(case | other, 'acknowledgement')
        mails = self.env['mail.mail'].search(
            [('model', '=', 'complaint.case'), ('res_id', 'in', (case | other).ids)]
        )
        mine = mails.filtered(lambda mail: mail.res_id == case.id)
        self.assertEqual((len(mine), len(mails)), (1, 2))
        case.action_undo()
        self.assertFalse(mine.exists())
        self.assertEqual(mails.exists().filtered(lambda m: m.res_id == other.id), mails - mine)

    def test_undo_does_not_reach_back_over_a_change_of_procedure(self):
        case = self._move(self._create_worked_case(), 'acknowledgement')
        other = self.env['complaint.procedure'].create(
            {
                'name': "Other",
                'code': 'other',
                'stage_ids': [Command.create({'name': "Assess", 'phase': 'assessment'})],
            }
        )
        case.write({'procedure_id': other.id})
        self.assertFalse(case.can_undo)
        with self._refused("nothing to undo"):
            case.action_undo()
        self.assertEqual(case.stage_id, other.stage_ids)


@tagged('post_install', '-at_install')
class TestProcedureChange(ComplaintCommon):
    """Design 5: a case that changes procedure keeps its phase; dropped properties are kept."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env['complaint.procedure'].create(
            {
                'name': "Pawn shop",
                'code': 'pawn',
                'stage_ids': [
                    Command.create({'name': name, 'phase': phase, 'sequence': sequence})
                    for sequence, (name, phase) in enumerate(
                        [
                            ("In", 'intake'),
                            ("Look", 'assessment'),
                            ("Look again", 'assessment'),
                            ("Solve", 'solution'),
                            ("Done", 'closed_normal'),
                        ]
                    )
                ],
            }
        )

    def test_the_case_keeps_its_phase(self):
        for name, expected in (
            ('intake', "In"),
            ('assessment', "Look"),
            ('investigation', "Look again"),
            ('communication', "Solve"),
            ('closed', "Done"),
        ):
            case = self._create_worked_case()
            if name != 'intake':
                self._move(case, name)
            closed_at, round_before = case.closed_at, case.round
            case.write({'procedure_id': self.other.id})
            self.assertEqual(case.stage_id.name, expected)
            self.assertEqual((case.closed_at, case.round), (closed_at, round_before))
            self.assertEqual(case.is_closed, name == 'closed')

    def test_a_closed_case_stays_closed_in_another_procedure(self):
        case = self._move(self._create_worked_case(closing_note="Wish"), 'withdrawn')
        case.write({'procedure_id': self.other.id})
        self.assertTrue(case.is_closed)
        self.assertTrue(case.closed_at)

    def test_a_closed_case_does_not_come_to_a_procedure_without_an_end(self):
        case = self._move(self._create_worked_case(), 'closed')
        self.other.stage_ids.filtered('is_closed').unlink()
        with self._refused("“Pawn shop” has no stage"):
            case.write({'procedure_id': self.other.id})

    def test_an_open_case_does_not_come_to_a_procedure_with_ends_only(self):
        self.other.stage_ids.filtered(lambda stage: not stage.is_closed).unlink()
        with self._refused("“Pawn shop” has no stage"):
            self._create_worked_case().write({'procedure_id': self.other.id})

    def test_the_history_keeps_the_dropped_properties(self):
        self.procedure.case_properties_definition = [
            {'name': 'floor', 'string': "Floor", 'type': 'char'},
            {'name': 'lift', 'string': "Lift", 'type': 'many2one', 'comodel': 'res.partner'},
            {'name': 'empty', 'string': "Empty", 'type': 'char'},
        ]
        case = self._create_worked_case(
            case_properties={'floor': "third", 'lift': self.customer.id}
        )
        case.write({'procedure_id': self.other.id})
        event = case.event_ids.sorted('sequence')[-1]
        self.assertEqual(event.milestone_id.code, 'procedure_changed')
        self.assertEqual(event.payload['to_procedure'], "Pawn shop")
        dropped = event.payload['dropped_properties']
        self.assertEqual(set(dropped), {"Floor", "Lift"})
        self.assertEqual(dropped["Floor"], "third")
        self.assertIn("Li Wei", dropped["Lift"])
        self.assertFalse(case._find_broken_histories())

    def test_a_batch_changes_procedure_together(self):
        cases = self._create_case() | self._create_case()
        cases.write({'procedure_id': self.other.id})
        self.assertEqual(cases.stage_id.mapped('name'), ["In"])

    def test_procedure_and_stage_in_one_write(self):
        case = self._create_worked_case()
        look = self.other.stage_ids.filtered(lambda stage: stage.name == "Solve")
        case.write({'procedure_id': self.other.id, 'stage_id': look.id})
        self.assertEqual(case.stage_id, look)
        self.assertEqual(self._codes(case)[-2:], ['procedure_changed', 'moved'])

    def test_the_number_stays(self):
        case = self._create_case()
        number = case.number
        sequence = self.env['ir.sequence'].create({'name': "Pawn", 'prefix': 'P-'})
        self.other.number_sequence_id = sequence
        case.write({'procedure_id': self.other.id})
        self.assertEqual(case.number, number)

    def test_a_procedure_of_another_company_is_refused(self):
        self.other.company_id = self.env['res.company'].create({'name': "Branch"})
        case = self._create_case()
        with self.assertRaises(UserError):
            case.sudo().write({'procedure_id': self.other.id})
