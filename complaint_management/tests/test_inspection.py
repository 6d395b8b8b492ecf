from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .test_access import AccessCommon


@tagged('post_install', '-at_install')
class TestInspection(AccessCommon):
    """PAWN-5.1-a, INS-8-a: sampled complaints, findings, rectification, bulletin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.inspections = cls.env['complaint.inspection']
        cls.procedure.use_inspections = True
        cls.cases = cls.env['complaint.case'].concat(
            *(cls._create_worked_case(department_id=cls.department.id) for _n in range(6))
        )
        cls.criteria = cls.env['complaint.inspection.criterion'].search([])

    def _prepare(self, user=None, **values):
        today = self.env.cr.now().date()
        return self.inspections.with_user(user or self.committee).create(
            {
                'name': "Third quarter",
                'date_from': today - timedelta(days=2),
                'date_to': today + timedelta(days=2),
                'domain': f"[('id', 'in', {self.cases.ids})]",
                'sample_size': 3,
                **values,
            }
        )

    def _draw(self, user=None, **values):
        inspection = self._prepare(user, **values)
        inspection.action_draw()
        return inspection

    def _find(self, inspection, kind='delay', **values):
        """Check everything: one finding, the rest in order; return the finding."""
        inspection.line_ids.write({'result': 'good'})
        line = inspection.line_ids[0]
        line.write(
            {
                'result': kind,
                'note': "Registered two days late.",
                'due_date': self.env.cr.now().date() + timedelta(days=7),
                **values,
            }
        )
        return line

    def test_a_draw_by_chance_can_be_repeated(self):
        inspection = self._draw()
        self.assertEqual(inspection.population, 6)
        self.assertEqual(inspection.case_count, 3)
        self.assertGreater(inspection.seed, 0)
        again = self._prepare()
        again.sudo()._write_internal({'seed': inspection.seed})
        again.action_draw()
        self.assertEqual(again.line_ids.case_id, inspection.line_ids.case_id)
        samples = {tuple(again._pick(list(range(100)), seed)) for seed in range(20)}
        self.assertGreater(len(samples), 15)

    def test_a_draw_by_rule_takes_all_that_fit(self):
        inspection = self._draw(method='rule', sample_size=0)
        self.assertEqual(inspection.line_ids.case_id, self.cases)
        self.assertEqual(len(inspection.line_ids), 6 * len(self.criteria))
        tomorrow = self.env.cr.now().date() + timedelta(days=2)
        with self._refused("No complaint fits"):
            self._draw(date_from=tomorrow)
        with self._refused("between 1 and 200", ValidationError):
            self._prepare(sample_size=0)

    def test_a_criterion_may_be_of_one_procedure(self):
        other = self.env['complaint.procedure'].create({'name': "Other", 'code': 'other_one'})
        self.criteria[0].procedure_id = other
        self.assertNotIn(self.criteria[0], self._draw().line_ids.criterion_id)

    def test_off_unless_a_procedure_turns_it_on(self):
        menu = self.env.ref('complaint_management.complaint_menu_inspection')
        menus = self.env['ir.ui.menu'].with_user(self.committee)
        self.assertIn(menu.id, menus._visible_menu_ids())
        self.assertNotIn(menu.id, menus._load_menus_blacklist())
        self.env['complaint.procedure'].search([]).use_inspections = False
        self.assertIn(menu.id, menus._load_menus_blacklist())
        with self._refused("can turn it on"):
            self._draw()

    def test_findings_become_rectification_measures(self):
        inspection = self._draw()
        with self._refused("checks have no result"):
            inspection.action_finish()
        line = self._find(inspection, owner_id=self.handler.id, rectification="Register at once")
        line.note = False
        with self._refused("Say of each finding"):
            inspection.action_finish()
        line.note = "Registered two days late."
        inspection.action_finish()
        measure = line.measure_id.sudo()
        self.assertEqual(
            (measure.kind, measure.name, measure.owner_id, measure.due_date, measure.state),
            ('rectification', "Register at once", self.handler, line.due_date, 'todo'),
        )
        self.assertEqual(measure.department_id, self.department)
        self.assertEqual(inspection.finding_count, 1)
        self.assertEqual(inspection.action_view_measures()['domain'], [('id', 'in', measure.ids)])
        with self._refused("stays as it is"):
            line.note = "Other"
        with self._refused("stays as it is"):
            inspection.name = "Other"

    def test_no_road_past_the_buttons(self):
        inspection = self._draw()
        for vals in ({'state': 'done'}, {'seed': 1}, {'population': 9}):
            with self._refused("Use the buttons"):
                inspection.write(vals)
        with self._refused("stays as it is"):
            inspection.domain = "[]"
        with self._refused("Use the buttons"):
            inspection.line_ids[0].criterion_id = self.criteria[-1]
        with self._refused("(?i)kept"):
            inspection.unlink()
        with self._refused("draw it|not allowed"):
            self.env['complaint.inspection.line'].with_user(self.committee).create(
                {'inspection_id': inspection.id, 'case_id': self.cases[0].id}
            )

    def test_who_sees_what(self):
        """T16: nobody inspects a case from which he is recused; auditors read, handlers do not."""
        self.cases[0].accused_employee_ids = [Command.set(self.employees['manager'].ids)]
        inspection = self._draw(self.manager, method='rule')
        self.assertEqual(inspection.line_ids.case_id, self.cases - self.cases[0])
        wide = self._draw(method='rule', responsible_id=self.manager.id)
        self.assertIn(self.cases[0], wide.line_ids.case_id)
        seen = self._as(self.manager, wide)
        self.assertNotIn(self.cases[0], seen.line_ids.case_id)
        self.assertEqual(self._as(self.auditor, wide).case_count, 6)
        with self.assertRaises(AccessError):
            wide.line_ids[0].with_user(self.auditor).result = 'good'
        for user in (self.handler, self.receiver, self.outsider):
            with self.assertRaises(AccessError):
                self._as(user, wide).read(['name'])
        self.assertFalse(
            self.inspections.with_user(self.department_head).search_count(
                [('id', '=', inspection.id)]
            )
        )

    def test_the_bulletin(self):
        """INS-8-a, RE-30: delays, errors and breaches; nobody recused learns of his case."""
        inspection = self._draw(bulletin_user_ids=[Command.set((self.manager | self.legal).ids)])
        line = self._find(inspection, 'breach')
        with self._refused("Finish the inspection"):
            inspection.action_send_bulletin()
        inspection.action_finish()
        line.sudo().case_id.accused_employee_ids = [Command.set(self.employees['legal'].ids)]
        inspection.action_send_bulletin()
        self.assertTrue(inspection.bulletin_sent_at)
        messages = (
            self.env['mail.message']
            .search([('model', '=', inspection._name), ('res_id', '=', inspection.id)])
            .filtered(lambda message: "Bulletin" in (message.subject or ''))
        )
        bodies = {message.notified_partner_ids: message.body for message in messages}
        self.assertEqual(len(bodies), 2)
        told = bodies[self.manager.partner_id]
        for words in ("Breach of rules", line.case_id.number, "Registered two days late."):
            self.assertIn(words, told)
        self.assertNotIn(line.case_id.number, bodies[self.legal.partner_id])
        self.assertIn("No delays", bodies[self.legal.partner_id])
