from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon
from .common_walk import REFUSALS


@tagged('post_install', '-at_install')
class TestMeasure(ComplaintCommon):
    """Requirements 2.15, 8D-3-a…8D-6-c, PAWN-5.2-c, PAWN-5.3-c, PROD-4-e, T25: measures."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Works in another department: knows only what he is given.
        cls.owner = new_test_user(
            cls.env,
            login='complaint_owner',
            name="Measure Owner",
            groups='base.group_user,complaint_management.group_complaint_user',
        )
        cls.case = cls._create_worked_case()

    def _add(self, kind='corrective', user=None, **values):
        """Return a measure as the handler plans it."""
        return (
            self.env['complaint.measure']
            .with_user(user or self.handler)
            .create(
                self._as(self.handler, self.case)._prepare_measure_values(
                    kind, "New test step", owner_id=self.owner.id, **values
                )
            )
        )

    def _attach(self, measure, user):
        file = self.env['ir.attachment'].with_user(user).create({'name': "proof", 'raw': b'1'})
        measure.with_user(user).write({'attachment_ids': [(4, file.id)]})
        return file

    def _complete(self, measure, **values):
        measure = self._as(self.owner, measure)
        measure.write({'result': "Done on line 2.", **values})
        measure.action_complete()
        return measure

    def _verify(self, measure):
        measure = self._as(self.owner, measure)
        self._attach(measure, self.owner)
        measure.write({'effect_metric': "Rejects, %", 'value_before': 2.1, 'value_after': 0})
        measure.action_verify()
        return measure

    def _get_reminders(self, measure):
        return self.env['mail.activity'].search(
            [('res_model', '=', 'complaint.measure'), ('res_id', 'in', measure.ids)]
        )

    # === COURSE === #

    def test_a_measure_is_begun_carried_out_and_proven(self):
        measure = self._add(due_date='2031-01-01')
        self.assertEqual((measure.state, measure.discipline), ('todo', 'd5'))
        self.assertTrue(measure.needs_check and measure.is_open)
        self._as(self.owner, measure).action_start()
        with self._refused("Write down what was done"):
            self._as(self.owner, measure).action_complete()
        self._complete(measure)
        self.assertEqual(measure.state, 'done')
        self.assertTrue(measure.is_open, "its effect is not proven yet")
        self._verify(measure)
        self.assertEqual((measure.state, measure.is_open), ('effective', False))
        self.assertEqual(measure.checked_by_id, self.owner)
        with self._refused("stays as it is"):
            self._as(self.handler, measure).name = "Something else"

    def test_no_effect_without_evidence_and_figures(self):
        """8D-5-a: hard evidence is required."""
        measure = self._complete(self._add())
        with self._refused("(?s)Attach the evidence.*what is measured.*no improvement"):
            measure.action_verify()
        measure.write({'effect_metric': "Rejects, %", 'value_before': 2, 'value_after': 1})
        with self._refused("^Attach the evidence"):
            measure.action_verify()
        self._attach(measure, self.owner)
        for goal, before, after in (
            ('lower', 2, 2), ('lower', 1, 2), ('higher', 2, 1), ('lower', 0, 0),
        ):  # fmt: skip
            measure.write({'effect_goal': goal, 'value_before': before, 'value_after': after})
            with self._refused("show no improvement"):
                measure.action_verify()
        measure.write({'value_before': 2.5, 'value_after': 0})
        measure.action_verify()
        event = self.case.sudo().event_ids.filtered(lambda e: e.milestone_id.code == 'verified')
        self.assertEqual(event.note, "New test step: Rejects, % 2.5 → 0")

    def test_a_measure_without_effect_is_under_way_again(self):
        measure = self._complete(self._add())
        with self._refused("why the measure has no effect"):
            measure.action_not_effective()
        measure.effect_note = "Still 2 %."
        measure.action_not_effective()
        self.assertEqual((measure.state, measure.done_at), ('doing', False))
        self.assertIn('obstacle', self._codes(self.case))
        self.assertTrue(self._get_reminders(measure))

    def test_only_buttons_lead_it_on(self):
        for values in (
            {'state': 'effective'},
            {'checked_by_id': self.owner.id},
            {'is_open': False},
        ):
            with self._refused("The software sets these fields itself"):
                self._as(self.handler, self._add()).write(values)
        with self._refused("The software sets these fields itself"):
            self._add(state='effective')
        context = {'default_state': 'effective', 'complaint_internal_write': True}
        measure = self.env['complaint.measure'].with_user(self.handler).with_context(**context)
        values = self.case._prepare_measure_values('corrective', "Trick")
        self.assertEqual(measure.create(values).state, 'todo')
        with self._refused("cancelled, not deleted|not allowed to delete", REFUSALS):
            self._as(self.handler, self._add()).unlink()

    def test_each_kind_asks_for_its_own(self):
        """8D-3-a: where the goods are; 8D-6-c: the training record; 8D-4-c: ECR and ECN."""
        measure = self._add('containment')
        with self._refused("where the contained goods are"):
            self._complete(measure)
        with self._refused("More goods are blocked", ValidationError):
            measure.write({'quantity_checked': 5, 'quantity_blocked': 6})
        training = self._add('training')
        with self._refused("Attach the training record"):
            self._complete(training)
        change = self._add(
            document_type_id=self.env.ref('complaint_management.document_type_ecr').id
        )
        with self._refused("number of the changed document"):
            self._complete(change)
        self._complete(change, document_number="ECR-17")

    def test_who_handles_the_case_gives_it_up(self):
        measure = self._add()
        with self._refused("not allowed to modify|write", AccessError):
            self._as(self.owner, measure).action_cancel()
        with self._refused("why the measure is given up"):
            self._as(self.handler, measure).action_cancel()
        self._as(self.handler, measure).result = "Another one does it."
        self._as(self.handler, measure).action_cancel()
        self.assertEqual((measure.state, measure.is_open), ('cancelled', False))
        self.assertFalse(self._get_reminders(measure))

    # === PEOPLE === #

    def test_the_owner_reads_the_case_and_writes_only_the_measure(self):
        other = self._create_case()
        measure = self._add()
        self.assertEqual(self._as(self.owner, self.case).name, self.case.name)
        with self._refused("not allowed to modify|write", AccessError):
            self._as(self.owner, self.case).name = "Mine"
        self._as(self.owner, measure).description = "With the new gauge."
        with self._refused("access|read", AccessError):
            self._as(self.owner, other).read(['name'])
        with self._refused("'create' access", AccessError):
            self.env['complaint.measure'].with_user(self.owner).create(
                {'case_id': self.case.id, 'name': "Another", 'kind': 'corrective'}
            )
        measure.with_user(self.handler).owner_id = self.handler
        self.assertFalse(self._as(self.owner, self.env['complaint.measure']).search([]))

    def test_measures_stay_alive_after_the_case_is_closed(self):
        """Issue 5: measures outlive the closing of the case."""
        measure = self._add()
        self._move(self.case.with_user(self.manager), 'closed')
        self.assertTrue(self.case.is_closed)
        found = self._as(self.owner, self.env['complaint.measure']).search([('is_open', '=', True)])
        self.assertEqual(found, measure)
        self._as(self.owner, measure).write({'due_date': '2031-01-01'})
        self._verify(self._complete(measure))
        self.assertTrue(self.case.is_closed)
        self.assertEqual(self._codes(self.case)[-1], 'effect_verified')
        self.assertFalse(self.case._find_broken_histories())

    def test_the_recused_own_and_see_no_measure(self):
        """T16: recusal beats everything."""
        employee = self.env['hr.employee'].create({'name': "O", 'user_id': self.owner.id})
        measure = self._add()
        self.case.accused_employee_ids = self.env['hr.employee.public'].browse(employee.id)
        self.assertFalse(self._as(self.owner, self.env['complaint.measure']).search([]))
        with self._refused("access", AccessError):
            self._as(self.owner, measure).description = "Nothing."
        with self._refused("cannot own a measure", ValidationError):
            self._add()
        with self._refused("cannot own a measure", ValidationError):
            self._as(self.handler, measure).owner_id = self.outsider

    def test_the_owner_is_reminded_at_the_date(self):
        measure = self._add(due_date='2031-01-05')
        reminder = self._get_reminders(measure)
        self.assertEqual(reminder.user_id, self.owner)
        self.assertEqual(str(reminder.date_deadline), '2031-01-05')
        self._as(self.handler, measure).due_date = '2031-02-01'
        self.assertEqual(str(self._get_reminders(measure).date_deadline), '2031-02-01')
        self._as(self.handler, measure).owner_id = self.manager
        self.assertEqual(self._get_reminders(measure).user_id, self.manager)
        self.assertNotIn(self.owner.partner_id, measure.message_partner_ids)
        measure.with_user(self.manager).write({'result': "Done."})
        self._as(self.manager, measure).action_complete()
        self.assertFalse(self._get_reminders(measure))

    # === MILESTONES AND GATES === #

    def test_measures_stamp_what_they_reach(self):
        """8D-3-b, 8D-4-b, 8D-5-a, 8D-6-c: the last of its kind stamps the milestone."""
        containments = [self._add('containment', place=p) for p in ('line', 'transit', 'stock')]
        for measure in containments[:2]:
            self._complete(measure)
        self.assertNotIn('contained', self._codes(self.case))
        self._complete(containments[2], quantity_checked=300, quantity_blocked=12)
        self.assertEqual(self._codes(self.case).count('contained'), 1)
        self._complete(self._add('containment', place='customer'))
        self.assertEqual(self._codes(self.case).count('contained'), 1)
        corrective, preventive = self._add(), self._add('preventive')
        self._complete(corrective)
        self.assertNotIn('permanent_measure', self._codes(self.case))
        self._complete(preventive)
        self.assertIn('permanent_measure', self._codes(self.case))
        self._verify(corrective)
        self.assertNotIn('effect_verified', self._codes(self.case))
        self._verify(preventive)
        self.assertIn('effect_verified', self._codes(self.case))
        training = self._add('training')
        self._attach(training, self.owner)
        self._complete(training)
        self.assertIn('lesson_trained', self._codes(self.case))

    def test_gates_demand_measures(self):
        """T25: where measures are mandatory, a gate says so."""
        gates = self.env['complaint.stage.gate']
        for name, domain in (
            ("Plan a containment.", "[('measure_ids', 'any', [('kind', '=', 'containment')])]"),
            (
                "Contain it first.",
                "[('measure_ids', 'not any', "
                "[('kind', '=', 'containment'), ('is_open', '=', True)])]",
            ),
        ):
            gates.create({'stage_id': self.stages['closed'].id, 'name': name, 'domain': domain})
        case = self._as(self.manager, self.case)
        with self._refused("Plan a containment", REFUSALS):
            case.stage_id = self.stages['closed']
        measure = self._add('containment', place='stock')
        with self._refused("Contain it first", REFUSALS):
            self._as(self.manager, self.case).stage_id = self.stages['closed']
        self._complete(measure)
        self._move(self._as(self.manager, self.case), 'closed')

    # === DEPLOYMENT AND THE FLOOR === #

    def test_a_measure_is_deployed_to_others_and_confirmed_on_the_floor(self):
        """8D-6-b, 8D-6-c: platform models, each confirmed; the people on the floor."""
        measure = self._add()
        lines = (
            self.env['complaint.measure.deployment']
            .with_user(self.owner)
            .create(
                [
                    {'measure_id': measure.id, 'target': "K3"},
                    {'measure_id': measure.id, 'kind': 'line', 'target': "Line 4"},
                ]
            )
        )
        self.assertEqual(lines.case_id, self.case)
        with self._refused("Carry the measure out here"):
            lines[0].action_confirm()
        with self._refused("Only a measure that was|Carry the measure out"):
            self._as(self.owner, measure).action_confirm_floor()
        self._complete(measure)
        with self._refused("how the measure was verified there"):
            self._as(self.owner, lines).action_confirm()
        lines.write({'note': "Sample of 50."})
        lines[0].action_confirm()
        self.assertEqual(measure.deployment_open_count, 1)
        self.assertNotIn('deployed', self._codes(self.case))
        lines[1].action_confirm()
        self.assertEqual(self._codes(self.case).count('deployed'), 1)
        with self._refused("A confirmed deployment stays"):
            lines[0].target = "K4"
        with self._refused("who on the floor"):
            self._as(self.owner, measure).action_confirm_floor()
        measure.with_user(self.owner).floor_people = "Zhao, Qian"
        self._as(self.owner, measure).action_confirm_floor()
        self.assertEqual(measure.floor_confirmed_by_id, self.owner)
        self.assertIn('floor_confirmed', self._codes(self.case))

    # === SUGGESTIONS === #

    def test_a_suggestion_is_assessed_adopted_and_rewarded(self):
        """PAWN-4.1-d, PAWN-5.2-c."""
        measure = self._add(
            'suggestion', suggested_by='staff', suggester_id=self.owner.partner_id.id
        )
        self.assertEqual((measure.state, measure.is_open), ('proposed', True))
        self.assertFalse(self._get_reminders(measure))
        with self._refused("decide on suggestions", AccessError):
            self._as(self.handler, measure).action_adopt()
        with self._refused("Write the assessment"):
            self._as(self.manager, measure).action_adopt()
        self._as(self.manager, measure).write({'assessment': "Saves a day.", 'reward': "Tea"})
        with self._refused("Only an adopted suggestion"):
            self._as(self.manager, measure).action_reward()
        self._as(self.manager, measure).action_adopt()
        self.assertEqual((measure.state, measure.assessed_by_id), ('todo', self.manager))
        self.assertEqual(self._get_reminders(measure).user_id, self.owner)
        self._as(self.manager, measure).action_reward()
        self.assertEqual(measure.rewarded_by_id, self.manager)
        with self._refused("rewarded already"):
            self._as(self.manager, measure).action_reward()
        declined = self._add('suggestion', assessment="Too dear.")
        self._as(self.manager, declined).action_decline()
        self.assertEqual((declined.state, declined.is_open), ('declined', False))
        with self._refused("stays one"):
            self._as(self.handler, self._add()).kind = 'suggestion'

    # === THE REST === #

    def test_an_erased_case_leaves_nothing_of_its_measures(self):
        measure = self._add()
        ids = measure.ids
        self._as(self.admin, self.case)._erase("Asked for.")
        self.assertFalse(self.env['complaint.measure'].search([('id', 'in', ids)]))
        for model in ('mail.message', 'mail.activity'):
            domain = [('res_id', 'in', ids)]
            domain.append(
                ('model' if model == 'mail.message' else 'res_model', '=', 'complaint.measure')
            )
            self.assertFalse(self.env[model].with_context(active_test=False).search(domain))

    def test_many_measures_cost_as_many_queries_as_few(self):
        def make(count):
            rows = [
                self.case._prepare_measure_values(
                    'containment', "Look", place='stock', result="Looked.", owner_id=self.owner.id
                )
                for _number in range(count)
            ]
            return self.env['complaint.measure'].create(rows)

        few, many = make(6), make(61)  # one stays open: the milestone is stamped by none
        queue = {'few': list(few.ids), 'many': list(many.ids)}

        def complete(key, count):
            ids = [queue[key].pop() for _number in range(count)]
            self.env['complaint.measure'].browse(ids).action_complete()

        costs = self._count_queries(lambda: complete('few', 2))
        self.assertLessEqual(self._count_queries(lambda: complete('many', 20)), costs + 2)

    def test_dates_are_days(self):
        """TL-022: each change has its own finish date; overdue ones are found."""
        today = self.env.cr.now().date()
        late = self._add(due_date=today - timedelta(days=1))
        self._add(due_date=today + timedelta(days=1))
        found = self.env['complaint.measure'].search(
            [('is_open', '=', True), ('due_date', '<', 'today'), ('case_id', '=', self.case.id)]
        )
        self.assertEqual(found, late)
