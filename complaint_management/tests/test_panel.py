from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .test_access import AccessCommon


@tagged('post_install', '-at_install')
class TestPanel(AccessCommon):
    """PAWN-2.1-b/c, PAWN-2.4-a, INS-5-d, DEVP-4.1.2-a, RET-5.2-b: an opinion and its minutes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_worked_case(handler_id=False)
        cls.panels = cls.env['complaint.panel']

    def _call_panel(self, *users, user=None, case=None, **values):
        return self.panels.with_user(user or self.manager).create(
            {
                'case_id': (case or self.case).id,
                'attendee_ids': [Command.set([user.id for user in users])],
                **values,
            }
        )

    def _decide(self, panel, user=None):
        panel = panel.with_user(user or self.manager)
        panel.write({'minutes': "All heads spoke.", 'opinion': "Replace the part."})
        panel.action_decide()

    def _get_invited(self, case=None):
        kind = self.env.ref('complaint_management.activity_type_panel')
        activities = (case or self.case).sudo().activity_ids
        return activities.filtered(lambda a: a.activity_type_id == kind).user_id

    def test_who_attends_opens_the_panel_from_the_case(self):
        """Issue 3: two clicks from the board, and then a form that can be filled in."""
        case = self._create_worked_case()
        self.assertFalse(case.open_panel_id)
        panel = (
            self.env['complaint.panel']
            .with_user(self.handler)
            .create({'case_id': case.id, 'attendee_ids': [(6, 0, self.legal.ids)]})
        )
        seen = self._as(self.legal, case)
        self.assertEqual(seen.open_panel_id, panel)
        action = seen.action_record_panel_opinion()
        self.assertEqual((action['res_id'], action['target']), (panel.id, 'new'))
        panel.with_user(self.legal).write({'minutes': "We read it.", 'opinion': "Pay."})
        panel.with_user(self.legal).action_decide()
        self.assertFalse(self._as(self.legal, case).open_panel_id)

    def test_calling_tells_the_attendees_and_the_history(self):
        panel = self._call_panel(self.handler, self.legal, kind='urgent')
        self.assertEqual(self._get_invited(), self.handler | self.legal)
        event = self.case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'panel_called')
        self.assertEqual(event.payload['kind'], 'urgent')
        self.assertEqual((panel.called_by_id, panel.state), (self.manager, 'called'))

    def test_the_dialog(self):
        action = self.case.with_user(self.manager).action_call_panel()
        form = Form(
            self.panels.with_user(self.manager).with_context(**action['context']),
            'complaint_management.complaint_panel_view_form_call',
        )
        form.attendee_ids.add(self.handler)
        self.assertEqual(form.save().case_id, self.case)

    def test_attendees_reach_the_case_till_they_are_let_go(self):
        self._assert_open(self.handler, self.case, False)
        panel = self._call_panel(self.handler)
        self._assert_open(self.handler, self.case, True)
        self.assertEqual(self._as(self.handler, panel).kind, 'joint')
        panel.attendee_ids = [Command.set([self.legal.id])]
        self._assert_open(self.handler, self.case, False)
        self._assert_open(self.legal, self.case, True)
        self.assertEqual(self._get_invited(), self.legal)
        panel.action_cancel()
        self._assert_open(self.legal, self.case, False)
        self.assertFalse(self._get_invited())

    def test_attendees_reach_a_restricted_case_too(self):
        flag = self.env['complaint.flag'].create({'name': "Media", 'restricts_access': True})
        self.case.sudo().flag_ids = flag
        self._assert_open(self.department_head, self.case, False)
        self._call_panel(self.department_head, user=self.committee)
        self._assert_open(self.department_head, self.case, True)

    def test_recusal_beats_a_panel(self):
        self.case.accused_employee_ids = [Command.link(self.employees['handler'].id)]
        with self._refused("Handler must not attend", ValidationError):
            self._call_panel(self.handler, self.legal)
        panel = self._call_panel(self.legal)
        with self._refused("Handler must not attend", ValidationError):
            panel.attendee_ids = [Command.link(self.handler.id)]
        self.case.accused_employee_ids = [Command.link(self.employees['legal'].id)]
        self._assert_open(self.legal, self.case, False)

    def test_who_could_not_open_the_case_is_named_as_outside(self):
        with self._refused("no role in complaints", ValidationError):
            self._call_panel(self.outsider)
        self._call_panel(outside_attendees="Prof. Wang")

    def test_another_company_beats_a_panel(self):
        company = self.env['res.company'].create({'name': "Elsewhere"})
        self.manager.company_ids |= company
        case = self._create_case(
            user=self.manager, company_id=company.id, team_id=False,
            procedure_id=self.procedure.id,
        )  # fmt: skip
        self._call_panel(self.handler, case=case)
        self._assert_open(self.handler, case, False)

    def test_an_opinion_needs_minutes_and_words(self):
        panel = self._call_panel(self.handler)
        with self._refused("Minutes and Opinion"):
            panel.action_decide()
        self._decide(panel, self.handler)
        self.assertEqual((panel.state, panel.decided_by_id), ('decided', self.handler))
        self.assertEqual(self._codes(self.case)[-1], 'panel_decided')
        self.assertFalse(self._get_invited())
        self._assert_open(self.handler, self.case, True)
        for values in ({'opinion': "No."}, {'attendee_ids': [Command.clear()]}):
            with self._refused("stays as it is"):
                panel.write(values)
        for method in ('action_decide', 'action_cancel'):
            with self._refused("stays as it is"):
                getattr(panel, method)()

    def test_a_legal_opinion_is_the_lawyers(self):
        """PAWN-2.4-a."""
        panel = self._call_panel(self.legal, self.handler, kind='legal')
        with self._refused("Only the legal department"):
            self._decide(panel, self.committee)
        self._decide(panel, self.legal)
        self.assertEqual(panel.state, 'decided')

    def test_the_limit_given_becomes_the_limit_of_the_case(self):
        panel = self._call_panel(self.handler, limit_date='2031-01-01 08:00:00')
        self.assertFalse(self.case.limit_date)
        self._decide(panel)
        self.assertEqual(str(self.case.limit_date), '2031-01-01 08:00:00')
        self.assertIn('limit_set', self._codes(self.case))

    def test_who_sits_on_two_panels_stays_invited(self):
        first, second = self._call_panel(self.handler), self._call_panel(self.handler)
        self._decide(first)
        self.assertEqual(self._get_invited(), self.handler)
        second.action_cancel()
        self.assertFalse(self._get_invited())
        self._assert_open(self.handler, self.case, True)

    def test_several_at_once(self):
        cases = [self._create_worked_case() for _i in range(2)]
        panels = self.panels.create(
            [{'case_id': case.id, 'attendee_ids': [Command.set(self.legal.ids)]} for case in cases]
        )
        with self._refused(f"{cases[0].number}.*Minutes and Opinion"):
            panels.with_user(self.manager).action_decide()
        panels.write({'minutes': "Short.", 'opinion': "Pay."})
        panels.action_decide()
        for case in cases:
            self.assertEqual(self._codes(case)[-1], 'panel_decided')

    def test_nobody_lets_himself_in(self):
        with self._refused("The software sets these fields itself"):
            self.case.panel_user_ids = [Command.link(self.handler.id)]
        with self._refused("The software sets these fields itself"):
            self._create_case(panel_user_ids=[Command.link(self.handler.id)])
        for user in (self.handler, self.outsider, self.auditor):
            with self.assertRaises(AccessError):
                self._call_panel(self.handler, user=user)
        panel = self._call_panel(self.legal)
        for values in ({'state': 'decided'}, {'called_by_id': self.legal.id}):
            with self._refused("The software sets these fields itself"):
                panel.write(values)
            with self._refused("The software sets these fields itself"):
                self._call_panel(**values)
