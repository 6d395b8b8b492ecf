from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common_forms import FormsCommon


@tagged('post_install', '-at_install')
class TestFormChoice(FormsCommon):
    """Which forms a case is offered, and that a click prints one (design 9)."""

    def _get_offered(self, cases, user=None):
        action = cases.with_user(user or self.manager).action_print_form()
        return self.env[action['res_model']].search(action['domain'])

    def test_forms_by_condition(self):
        offered = self._get_offered(self.short)
        self.assertIn(self._get_form('handling'), offered)
        self.assertIn(self._get_form('case_sheet'), offered)
        for name in ('source', 'callback', 'panel', 'letter_refusal', 'letter_closing', 'eightd'):
            self.assertNotIn(self._get_form(name), offered, name)
        self.assertIn(self._get_form('source'), self._get_offered(self.long))
        self.procedure.use_8d = True
        self.assertIn(self._get_form('eightd'), self._get_offered(self.short))

    def test_forms_of_other_records_are_not_offered(self):
        for name in ('return', 'handover', 'lesson', 'inspection'):
            self.assertNotIn(self._get_form(name), self._get_offered(self.short))

    def test_forms_by_procedure(self):
        other = self.procedure.copy({'name': "Other", 'code': 'other'})
        form = self._get_form('special')
        form.procedure_id = other
        self.assertNotIn(form, self._get_offered(self.short))

    def test_a_procedures_own_form_stands_for_the_general_one(self):
        """PROPERTY-5.1.2-A1: which form is filled in follows from the class of the complaint."""
        general = self._get_form('consultation')
        values = {'procedure_id': self.procedure.id, 'domain': "[('priority', '=', '2')]"}
        own = general.copy({**values, 'name': "Ours"})
        self.assertFalse(self._get_offered(self.short) & (own | general))
        self.short.priority = '2'
        self.assertEqual(self._get_offered(self.short) & (own | general), own)

    def test_what_suits_the_stage_stands_first(self):
        action = self.short.with_user(self.manager).action_print_form()
        forms = self.env[action['res_model']].with_context(**action['context'])
        offered = forms.search(action['domain'])
        suggested = offered.filtered('is_suggested')
        self.assertTrue(suggested)
        self.assertEqual(offered[: len(suggested)], suggested)
        self.assertIn(self._get_form('registration'), suggested)
        self.assertNotIn(self._get_form('handling'), suggested)
        rest = offered - suggested
        self.assertEqual(rest, rest.with_context(**action['context']).sorted('sequence'))
        self.assertFalse(self.env['complaint.form'].search([]).filtered('is_suggested'))

    def test_to_whom_a_report_goes_is_chosen_before_it_is_printed(self):
        """PROPERTY-5.1.2-C2: any partner."""
        choice = self.short.with_user(self.manager).action_print_form()
        forms = self.env['complaint.form'].with_user(self.manager)
        form = forms.with_context(**choice['context']).browse(self._get_form('special').id)
        self.assertTrue(form.can_address)
        dialog = form.action_address()
        self.assertEqual((dialog['res_model'], dialog['res_id']), ('complaint.case', self.short.id))
        both = (self.short | self.long).with_user(self.manager).action_print_form()
        self.assertFalse(form.with_context(**both['context']).can_address)
        handling = forms.with_context(**choice['context']).browse(self._get_form('handling').id)
        self.assertFalse(handling.can_address)

    def test_several_cases_are_offered_what_fits_them_all(self):
        offered = self._get_offered(self.short | self.long)
        self.assertIn(self._get_form('handling'), offered)
        self.assertNotIn(self._get_form('source'), offered)

    def test_forms_by_group_of_the_report(self):
        form = self._get_form('handling')
        form.report_id.group_ids = self.env.ref('complaint_management.group_complaint_auditor')
        self.assertNotIn(form, self._get_offered(self.short))
        self.assertIn(form, self._get_offered(self.short, self.auditor))

    def test_a_form_that_is_put_away_is_not_offered(self):
        form = self._get_form('handling')
        form.active = False
        self.assertNotIn(form, self._get_offered(self.short))

    def test_a_click_prints(self):
        cases = (self.short | self.chinese).with_user(self.handler)
        cases.sudo().handler_id = self.handler
        choice = cases.action_print_form()
        form = self.env['complaint.form'].with_user(self.handler).with_context(**choice['context'])
        action = form.browse(self._get_form('handling').id).action_print()
        self.assertEqual(action['type'], 'ir.actions.report')
        self.assertEqual(action['report_name'], 'complaint_reports.complaint_form_handling')
        self.assertEqual(action['context']['active_ids'], cases.ids)
        self.assertTrue(action['close_on_report_download'])
        with self._refused("does not fit every complaint"):
            form.browse(self._get_form('source').id).action_print()

    def test_a_wrong_condition_is_refused(self):
        with self._refused("Condition|condition", ValidationError):
            self._get_form('handling').domain = "[('no_such_field', '=', 1)]"

    def test_only_administrators_set_forms_up(self):
        form = self._get_form('handling')
        form.with_user(self.admin).code = "X-1"
        with self._refused("Printed Form", UserError):
            form.with_user(self.manager).code = "X-2"
