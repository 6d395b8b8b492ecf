import random
from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import SQL

from .common import ComplaintCommon

LINKS = (
    *('stage_id', 'grade_id', 'team_id', 'department_id'),
    *('handler_id', 'investigator_id', 'contact_owner_id', 'followup_user_id'),
)


@tagged('post_install', '-at_install')
class TestAsOf(ComplaintCommon):
    """Issue 6, item 5 (C8): a case as it was known at a moment, and nothing guessed."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case()
        cls.flags = cls.env['complaint.flag'].create(
            [{'name': f"Flag {number}", 'code': f'as_of_{number}'} for number in range(3)]
        )
        cls.grades = cls.env['complaint.grade'].search(
            [('procedure_id', 'in', (False, cls.procedure.id))], limit=3
        )
        cls.other_department = cls.env['hr.department'].create({'name': "Stores"})
        cls.other_team = cls.env['complaint.team'].create(
            {'name': "Board", 'procedure_id': cls.procedure.id, 'leader_id': cls.manager.id}
        )

    def _later(self, **span):
        """End the transaction, as far as tracking goes, and begin the next one later."""
        self.env.cr.flush()
        self.env.cr.precommit.run()
        self.env.cr.flush()
        return self._pass_time(**(span or {'minutes': 7})).replace(microsecond=0)

    def _now(self):
        return self.env.cr.now().replace(microsecond=0)

    def _as_of(self, moment, case=None):
        [found] = (case or self.case).with_user(self.manager).get_as_of(moment)
        return found['values']

    def _snapshot(self, case):
        case = case.sudo()
        return {
            **{name: case[name].id for name in LINKS},
            'round': case.round,
            'flag_ids': sorted(case.flag_ids.ids),
            'answer_state': case.answer_state,
            'answered_at': str(case.answered_at) if case.answered_at else False,
        }

    # === A RANDOM LIFE === #

    def _get_steps(self, case, dice):
        """Return things that may happen to a case, as functions."""
        case = case.with_user(self.manager)
        people = [self.handler, self.receiver, self.manager, self.department_head]

        def write(**values):
            return lambda: case.write(values)

        def reject():
            if case.answer_state == 'answered':
                case._reject_answer("Not good enough")

        def undo():
            if case.can_undo:
                case.action_undo()

        def flag():
            command = Command.unlink if case.flag_ids and dice.random() < 0.5 else Command.link
            case.write({'flag_ids': [command(dice.choice(self.flags).id)]})

        def move(name):
            if not case.is_closed:
                case.write({'stage_id': self.stages[name].id})

        return [
            write(handler_id=dice.choice(people).id),
            write(investigator_id=dice.choice(people).id),
            write(contact_owner_id=dice.choice(people).id),
            write(followup_user_id=dice.choice(people).id),
            write(department_id=dice.choice(self.department | self.other_department).id),
            write(team_id=dice.choice(self.team | self.other_team).id),
            write(grade_id=dice.choice(self.grades).id),
            flag,
            lambda: move(dice.choice(['assessment', 'assignment', 'investigation'])),
            lambda: case._answer("We are sorry."),
            lambda: case._stamp('answered', case.received_at, "Told by phone before"),
            reject,
            undo,
        ]

    def test_every_moment_of_a_random_life_is_told_as_it_was(self):
        """Snapshots taken along the way agree with the look back, whatever happened since."""
        for seed in (3, 8):
            dice = random.Random(seed)
            case = self._create_worked_case()
            self._later(hours=1)
            snapshots = {}
            for _step in range(28):
                dice.choice(self._get_steps(case, dice))()
                now = self._now()
                after = self._later(minutes=dice.choice([1, 9, 50]))
                snapshots[now] = snapshots[after - timedelta(seconds=1)] = self._snapshot(case)
            self.env.invalidate_all()
            self.assertGreater(case.event_count, 15)
            for moment, expected in snapshots.items():
                found = self._as_of(moment, case)
                self.assertTrue(all(found[name]['known'] for name in expected), found)
                told = {name: found[name]['value'] for name in expected}
                self.assertEqual(told, expected, f"seed {seed}, {moment}")
                self._assert_changes_tell(case, moment, expected)

    def _assert_changes_tell(self, case, moment, expected):
        """What changed since, laid over what is now, is what was."""
        changed = self.env['complaint.case'].sudo()._read_changed_since(moment)
        told = self._snapshot(case)
        told |= {
            name: answers[case.id]['value']
            for name, answers in changed.items()
            if case.id in answers and name in told
        }
        answer = {'answer_state', 'answered_at'}  # is not what complaints are counted by
        self.assertEqual(
            {name: value for name, value in told.items() if name not in answer},
            {name: value for name, value in expected.items() if name not in answer},
        )

    # === WHAT COUNTS === #

    def test_known_goes_by_recording_not_by_business_time(self):
        """An answer that is entered two hours late was not known meanwhile."""
        self._later(hours=3)
        answered_at = self._now() - timedelta(hours=2)
        self.case.with_user(self.receiver)._answer(
            "It comes on Friday.", occurred_at=answered_at, late_reason="The line was down"
        )
        recorded_at = self._now()
        self._later()
        before = self._as_of(recorded_at - timedelta(seconds=1))
        self.assertEqual(before['answer_state']['value'], 'none')
        self.assertFalse(before['answered_at']['value'] or before['answer']['value'])
        found = self._as_of(recorded_at)
        self.assertEqual(found['answer_state']['value'], 'answered')
        self.assertEqual(found['answered_at']['value'], str(answered_at))
        self.assertEqual(found['answer']['value'], "It comes on Friday.")

    def test_what_was_revoked_later_counted_until_then(self):
        self._later()
        self.case.with_user(self.receiver)._answer("It comes on Friday.")
        self._later()
        known_at = self._now()
        answers = self.case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'answered')
        self._later()
        answers.with_user(self.manager)._revoke("Wrong customer")
        revoked_at = self._now()
        self._later()
        self.assertEqual(self._as_of(known_at)['answer_state']['value'], 'answered')
        self.assertEqual(self._as_of(revoked_at)['answer_state']['value'], 'none')

    def test_words_that_were_corrected_since_are_unknown(self):
        self._later()
        contact = self.case.with_user(self.receiver)._answer("It comes on Friday.")
        self._later()
        before = self._now()
        self._later()
        contact.with_user(self.manager).content = "It comes on Monday."
        self._later()
        self.assertFalse(self._as_of(before)['answer']['known'])
        self.assertEqual(self._as_of(self._now())['answer']['value'], "It comes on Monday.")

    def test_a_case_that_was_not_there_yet_has_no_values(self):
        [found] = self.case.get_as_of(self._now() - timedelta(days=1))
        self.assertEqual((found['recorded'], found['values']), (False, {}))

    def test_names_are_those_of_today(self):
        self.case.department_id = self.department
        self._later()
        moment = self._now()
        self.department.name = "Workshops"
        self._later()
        self.case.department_id = self.other_department
        self._later()
        self.case.department_id = self.department
        self._later()
        then = self._as_of(moment)['department_id']
        self.assertEqual(then['value'], self.case.department_id.id)
        self.assertEqual(then['name'], "Workshops")

    # === NOTHING IS GUESSED === #

    def test_a_change_whose_tracking_is_gone_makes_it_unknown(self):
        moments = []
        for handler in (self.receiver, self.manager, self.handler):
            self._later()
            moments.append(self._now())
            self.case.with_user(self.manager).handler_id = handler
        self._later()
        field = self.env['ir.model.fields']._get('complaint.case', 'handler_id')
        changes = self.env['mail.tracking.value'].search(
            [('field_id', '=', field.id), ('mail_message_id.res_id', '=', self.case.id)]
        )
        changes.sorted('id')[1].unlink()
        self.assertFalse(self._as_of(moments[1])['handler_id']['known'])
        self.assertFalse(self._as_of(moments[1])['handler_id']['value'])
        self.assertEqual(self._as_of(moments[2])['handler_id']['value'], self.handler.id)

    def test_a_stage_that_the_history_contradicts_is_unknown(self):
        self._later()
        self._move(self.case.with_user(self.manager), 'assessment')
        self._later()
        moment = self._now()
        self._later()
        self.env.cr.execute(
            SQL(
                "UPDATE complaint_case SET stage_id = %s WHERE id = %s",
                self.stages['assignment'].id,
                self.case.id,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE mail_tracking_value SET new_value_integer = %s FROM mail_message m "
                "WHERE m.id = mail_message_id AND res_id = %s AND new_value_integer = %s",
                self.stages['assignment'].id,
                self.case.id,
                self.stages['assessment'].id,
            )
        )
        self.env.invalidate_all()
        self.assertFalse(self._as_of(moment)['stage_id']['known'])

    def test_no_context_of_a_client_hides_a_change(self):
        self._later()
        moment = self._now()
        self._later()
        silent = {'tracking_disable': True, 'mail_notrack': True}
        self.case.with_user(self.manager).with_context(**silent).handler_id = self.receiver
        self._later()
        self.assertEqual(self._as_of(moment)['handler_id']['value'], self.handler.id)

    def test_flags_before_registration_leave_no_events(self):
        case = self.env['complaint.case'].create(
            {
                'name': "By mail",
                'team_id': self.team.id,
                'partner_id': self.customer.id,
                'registered_at': False,
                'flag_ids': [Command.set(self.flags[0].ids)],
            }
        )
        self._later()
        moment = self._now()
        self._later()
        case.action_register()
        self._later()
        self.assertFalse(self._as_of(moment, case)['flag_ids']['known'])
        self.assertEqual(self._as_of(self._now(), case)['flag_ids']['value'], self.flags[0].ids)

    # === ALL CASES AT ONCE === #

    def test_only_what_changed_since_is_told(self):
        other = self._create_worked_case()
        self.case.priority = '1'
        self._later()
        moment = self._now()
        self._later()
        self.case.with_user(self.manager).write({'priority': '2', 'category_id': False})
        self._later()
        late = self._create_worked_case()
        self._later()
        late.with_user(self.manager).handler_id = self.receiver
        self._later()
        cases = self.env['complaint.case'].sudo()
        found = cases._read_changed_since(moment)
        of_ours = {name for name, answers in found.items() if self.case.id in answers}
        self.assertEqual(of_ours, {'priority', 'category_id'})
        self.assertEqual(found['priority'][self.case.id]['value'], '1')
        self.assertEqual(found['category_id'][self.case.id]['value'], self.category.id)
        for answers in found.values():
            self.assertNotIn(other.id, answers)
            self.assertNotIn(late.id, answers, "It was not there yet")
        self.assertFalse(cases._read_changed_since(moment, other.ids))
        self.assertFalse(cases._read_changed_since(self._now()))

    def test_a_choice_whose_label_is_not_there_any_more_is_unknown(self):
        """Tracking keeps what a person read, and no code."""
        self._later()
        moment = self._now()
        self._later()
        self.case.with_user(self.manager).validity = 'invalid'
        self._later()
        field = self.env['ir.model.fields']._get('complaint.case', 'validity')
        change = self.env['mail.tracking.value'].search(
            [('field_id', '=', field.id), ('mail_message_id.res_id', '=', self.case.id)]
        )
        cases = self.env['complaint.case'].sudo()

        def tell():
            return cases._read_changed_since(moment)['validity'][self.case.id]

        self.assertEqual((tell()['known'], tell()['value']), (True, 'valid'))
        change.old_value_char = "Founded"
        self.assertEqual((tell()['known'], tell()['value']), (False, False))

    def test_no_context_hides_a_change_of_what_complaints_are_counted_by(self):
        self._later()
        moment = self._now()
        self._later()
        silent = {'tracking_disable': True, 'mail_notrack': True}
        self.case.with_user(self.manager).with_context(**silent).validity = 'invalid'
        self._later()
        found = self.env['complaint.case'].sudo()._read_changed_since(moment)
        self.assertEqual(found['validity'][self.case.id]['value'], 'valid')

    # === ASKING === #

    def test_a_moment_that_is_none_is_refused(self):
        for moment in (None, "", "yesterday", 7, [1]):
            with self._refused("date and a time"):
                self.case.get_as_of(moment)
        with self._refused("past moment"):
            self.case.get_as_of(self._now() + timedelta(days=1))

    def test_only_who_may_read_the_case_looks_back(self):
        with self.assertRaises(AccessError):
            self.case.with_user(self.outsider).get_as_of(self._now())
        recused = self._create_case(accused_employee_ids=self.employees['manager'].ids)
        with self.assertRaises(AccessError):
            (self.case | recused).with_user(self.manager).get_as_of(self._now())

    def test_a_batch_costs_the_same_number_of_queries(self):
        cases = self.env['complaint.case'].union(
            *(self._create_worked_case(flag_ids=self.flags[:1].ids) for _number in range(16))
        )
        self._later()
        cases.write({'handler_id': self.receiver.id, 'department_id': self.other_department.id})
        cases.with_user(self.receiver)._answer("It comes on Friday.")
        moment = self._now()
        self._later()
        cases.write({'handler_id': self.manager.id})
        self._later()

        def count(some):
            return self._count_queries(lambda: some.with_user(self.auditor).get_as_of(moment))

        self.assertEqual(count(cases[:2]), count(cases))

    def test_the_dialog_shows_both_and_marks_what_differs(self):
        self._later()
        moment = self._now()
        self._later()
        self.case.with_user(self.manager).handler_id = self.receiver
        self._later()
        action = self.case.with_user(self.auditor).action_open_as_of()
        dialog = self.env[action['res_model']].with_user(self.auditor)
        dialog = Form(dialog.with_context(**action['context']))
        dialog.moment = moment
        self.assertRegex(dialog.comparison, r'(?s)table-warning.*Handler.*Receiver')
        self.assertEqual(str(dialog.comparison).count('table-warning'), 1)
        dialog.moment = moment - timedelta(days=400)
        self.assertIn("not recorded yet", dialog.comparison)
