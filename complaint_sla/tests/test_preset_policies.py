import base64
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.complaint_management.tests.common_walk import WalkCommon
from odoo.addons.complaint_management.tools import preset_files


@tagged('post_install', '-at_install')
class TestPresetPolicies(WalkCommon):
    """Design section 8: presets bring time limits, keep local edits, and carry them elsewhere."""

    preset_code = 'telecom'

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('zh_CN')
        cls.preset = cls.env['complaint.preset'].search([('code', '=', cls.preset_code)])
        cls.install = cls.preset.with_company(cls.company).install_id
        cls.first_contact = cls.records['policy_first_contact']

    def _take_in(self):
        return self._create_case(category_id=self.records['category_service'].id)

    def _get_policies(self, company):
        policies = self.env['complaint.sla.policy'].with_context(active_test=False)
        return policies.search([('company_id', '=', company.id), ('current_id', '=', False)])

    def _update_with(self, **cells):
        """Update the installation as if the file of the addon said this of the first contact."""
        loader = type(self.env['complaint.preset.loader'])
        files = self.env['complaint.preset.loader']._read_folders(self.preset_code)
        for file in files:
            for row in file.rows:
                if row.id == 'policy_first_contact':
                    row.cells.update(cells)
        with patch.object(loader, '_read_folders', lambda model, code: files):
            return self.install._update()

    # === INSTALLATION === #

    def test_policies_belong_to_the_procedure_and_its_company(self):
        policies = self._get_policies(self.company)
        self.assertEqual(policies.procedure_id, self.procedure)
        self.assertIn(self.first_contact, policies)
        self.assertEqual(self.first_contact.name, "Reply by the unit of first contact (example)")
        chinese = self.first_contact.with_context(lang='zh_CN')
        self.assertEqual(chinese.name, "首问单位按时回复（示例）")
        self.assertIn("示例", chinese.note)

    def test_what_is_off_starts_no_clock(self):
        case = self._take_in()
        self.assertEqual(case.sudo().sla_clock_ids.policy_id, self.first_contact)

    # === UPDATE === #

    def test_an_update_keeps_the_limit_that_a_company_set(self):
        self.first_contact.limit_value = 7
        kept = self._update_with(limit_value='2', note="New words")
        self.assertEqual(self.first_contact.limit_value, 7)
        self.assertEqual(self.first_contact.note, "New words")
        self.assertEqual(len(kept), 1)
        self.assertIn("Reply by the unit of first contact", kept[0])

    def test_an_update_makes_a_version_of_what_clocks_run_by(self):
        clock = self._take_in().sudo().sla_clock_ids
        deadline = clock.deadline
        self.assertFalse(self._update_with(limit_value='2'))
        self.assertEqual((self.first_contact.limit_value, self.first_contact.version), (2, 2))
        self.assertEqual((clock.policy_version, clock.deadline), (1, deadline))

    # === REMOVAL === #

    def test_policies_without_clocks_come_off(self):
        self.assertFalse(self.install._remove())
        self.assertFalse(self._get_policies(self.company))

    def test_policies_with_clocks_are_archived_and_said(self):
        case = self._take_in()
        archived = self.install._remove()
        self.assertTrue(any("Reply by the unit of first contact" in words for words in archived))
        self.assertEqual(self._get_policies(self.company), self.first_contact)
        self.assertEqual(self.first_contact.state, 'archived')
        self.assertEqual(case.sudo().sla_clock_ids.mapped('state'), ['cancelled'])

    # === EXPORT AND IMPORT === #

    def test_time_limits_travel_with_the_procedure(self):
        self._take_in()
        self.first_contact.limit_value = 4  # the version before stays here
        self.records['policy_order'].state = 'archived'
        self.records['policy_progress'].cancel_milestone_ids = False
        content = self.env['complaint.preset.exporter']._export(self.procedure)
        _code, files = preset_files.read_zip(content)
        exported = next(file for file in files if file.model == 'complaint.sla.policy')
        self.assertEqual(exported.addon, 'complaint_sla')
        self.assertEqual(len(exported.rows), len(self._get_policies(self.company)))
        other = self.env['res.company'].create({'name': "The other house"})
        wizard = self.env['complaint.preset.import'].create(
            {'file': base64.b64encode(content), 'company_id': other.id}
        )
        procedure = self.env['complaint.procedure'].browse(wizard.action_import()['res_id'])
        copies = self._get_policies(other)
        self.assertEqual(copies.procedure_id, procedure)
        by_name = {policy.name: policy for policy in copies}
        self.assertEqual(by_name[self.first_contact.name].limit_value, 4)
        self.assertEqual(by_name["Enter the order"].state, 'archived')
        book = by_name["Opinion book: handled on the day of the entry"]
        self.assertEqual((book.limit_kind, book.limit_value), ('calendar_days', 0))
        fees = procedure.env['complaint.category'].search(
            [('procedure_id', '=', procedure.id), ('code', 'in', ('fee', 'fee_single'))]
        )
        refund = by_name["Wrong charge proven: refunded (example)"]
        self.assertEqual(refund.domain, f"[('category_id', 'in', {fees.sorted('id').ids})]")
        again = self.env['complaint.preset.exporter']._export(procedure)
        self.assertEqual(again, content)
