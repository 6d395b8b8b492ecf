import base64
from unittest.mock import patch

from odoo.exceptions import UserError

from ..tools import preset_files
from .common import ComplaintCommon

PROCEDURE = 'id,name,name@zh_CN,code\nprocedure,Harbour,港口,harbour\n'
GRADES = (
    'id,name,name@zh_CN,procedure_id,rank\n'
    'grade_low,Low,低,procedure,1\n'
    'grade_high,High,高,procedure,2\n'
)
STAGES = (
    'id,name,name@zh_CN,procedure_id,sequence,phase,milestone_id,guidance,guidance@zh_CN,fold\n'
    'stage_in,Quay,码头,procedure,10,intake,,<p>Ask.</p><p>Write.</p>,<p>问。</p><p>记。</p>,\n'
    'stage_work,Hold,船舱,procedure,20,investigation,'
    'complaint_management.milestone_investigated,,,\n'
    'stage_out,Sea,出海,procedure,30,closed_normal,complaint_management.milestone_closed,,,True\n'
)
GATES = (
    'id,name,name@zh_CN,stage_id,field_ids,domain\n'
    'gate_high,Only grave ones.,仅限重大投诉。,stage_work,'
    'complaint_management.field_complaint_case__facts,'
    '"[(\'grade_id\', \'in\', [ref(\'grade_high\')])]"\n'
)


class PresetCommon(ComplaintCommon):
    """A preset of its own, “Harbour”; `texts` are its files, to be changed by a test."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('zh_CN')
        cls.preset = cls.env['complaint.preset'].create({'name': "Harbour", 'code': 'harbour'})
        cls.texts = {
            'complaint.procedure': PROCEDURE,
            'complaint.grade': GRADES,
            'complaint.stage': STAGES,
            'complaint.stage.gate': GATES,
        }
        cls.other_company = cls.env['res.company'].create({'name': "Second harbour"})

    def setUp(self):
        super().setUp()
        loader = type(self.env['complaint.preset.loader'])

        def read(model, code):
            files = [
                preset_files.parse('complaint_management', name, text)
                for name, text in self.texts.items()
            ]
            return model._sort(files) if code == 'harbour' else []

        self.startPatcher(patch.object(loader, '_read_folders', read))

    def _install(self, company=None):
        install = self.preset._install(company or self.env.company)
        return install, install.procedure_id

    def _export(self, procedure):
        return self.env['complaint.preset.exporter']._export(procedure)

    def _import(self, content, company, user=None):
        wizard = self.env['complaint.preset.import'].with_user(user or self.env.user)
        wizard = wizard.with_context(allowed_company_ids=company.ids).create(
            {'file': base64.b64encode(content), 'company_id': company.id}
        )
        action = wizard.action_import()
        return self.env['complaint.procedure'].browse(action['res_id'])

    def _assert_refused(self, sentence):
        count = self.env['complaint.procedure'].search_count([])
        with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
            self._install()
        self.assertEqual(self.env['complaint.procedure'].search_count([]), count)
