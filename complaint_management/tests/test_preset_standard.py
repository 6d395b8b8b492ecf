import base64

from odoo.tests import tagged

from .common import ComplaintCommon

PARTS = ('complaint.procedure', 'complaint.stage', 'complaint.stage.gate')


@tagged('post_install', '-at_install')
class TestPresetStandard(ComplaintCommon):
    """Design section 8: the standard procedure is a preset as well, there from the start."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.preset = cls.env.ref('complaint_management.preset_standard')
        cls.install = cls.preset.install_id
        cls.second_company = cls.env['res.company'].create({'name': "Second"})

    def _count(self):
        return [self.env[model].with_context(active_test=False).search_count([]) for model in PARTS]

    def _bring(self):
        self.env['complaint.preset.install']._bring_shared('complaint_management')
        return self.env['complaint.preset.install'].search(
            [('code', '=', 'standard'), ('company_id', '=', False)]
        )

    def test_it_is_installed_once_for_every_company(self):
        for company in (self.env.company, self.second_company):
            self.assertEqual(self.preset.with_company(company).install_id, self.install)
        self.assertFalse(self.install.company_id)
        self.assertEqual(self.install.procedure_id, self.procedure)
        self.assertFalse(self.procedure.company_id)
        loader = self.env['complaint.preset.loader']
        rows = {row.id for file in loader._read_folders('standard') for row in file.rows}
        self.assertEqual(set(loader._get_records(self.install)), rows)
        self.assertTrue(all(loader._get_data(self.install).mapped('noupdate')))

    def test_an_update_keeps_what_was_edited_here(self):
        stage = self.stages['assessment']
        stage.name = "Triage"
        before = self._count()
        kept = self.install._update()
        self.assertEqual(stage.name, "Triage")
        self.assertTrue(any("Triage" in sentence for sentence in kept))
        self.assertEqual(self._count(), before)

    def test_records_of_an_earlier_version_are_taken_over(self):
        """Upgrade: nothing is lost, doubled or set back."""
        self.install.unlink()
        stage = self.stages['assessment']
        stage.name = "Triage"
        before = self._count()
        install = self._bring()
        self.assertEqual(install.procedure_id, self.procedure)
        self.assertEqual(self._count(), before)
        self.assertEqual(stage.name, "Triage")
        self.assertTrue(any("Triage" in sentence for sentence in install._update()))
        self.assertEqual(self._bring(), install)

    def test_what_is_removed_stays_away_until_it_is_installed_again(self):
        case = self._create_case()
        self.assertTrue(self.install._remove())
        self.assertFalse(self.procedure.active)
        self.assertFalse(self._bring())
        self.assertTrue(case.stage_id.exists())
        install = self.preset._install(self.env.company)
        self.assertEqual(install.procedure_id, self.procedure)
        self.assertTrue(self.procedure.active)

    def test_a_round_trip_is_equal(self):
        self.env['res.lang']._activate_lang('zh_CN')
        # Only what the preset brings: other procedures of a test database stay out of it.
        exporter = self.env['complaint.preset.exporter']
        content = exporter._export(self.procedure)
        wizard = self.env['complaint.preset.import'].create(
            {'file': base64.b64encode(content), 'company_id': self.second_company.id}
        )
        copy = self.env['complaint.procedure'].browse(wizard.action_import()['res_id'])
        self.assertEqual(copy.company_id, self.second_company)
        self.assertEqual(exporter._export(copy), content)
