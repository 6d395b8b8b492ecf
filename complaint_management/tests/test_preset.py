from unittest.mock import patch

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import tagged

from ..tools import preset_files
from .common_preset import GATES, GRADES, PROCEDURE, PresetCommon


@tagged('post_install', '-at_install')
class TestPreset(PresetCommon):
    """Design section 8: a trade's rules are CSV files; installed, updated, removed, carried."""

    # === INSTALLATION === #

    def test_an_installation_makes_everything_the_files_say(self):
        _install, procedure = self._install()
        self.assertEqual(procedure.company_id, self.env.company)
        self.assertEqual(procedure.stage_ids.mapped('name'), ["Quay", "Hold", "Sea"])
        self.assertEqual(
            procedure.with_context(lang='zh_CN').stage_ids.mapped('name'), ["码头", "船舱", "出海"]
        )
        first = procedure.stage_ids[0]
        self.assertEqual(first.guidance, "<p>Ask.</p><p>Write.</p>")
        self.assertEqual(first.with_context(lang='zh_CN').guidance, "<p>问。</p><p>记。</p>")
        self.assertEqual(procedure.stage_ids[1].milestone_id.code, 'investigated')
        self.assertEqual(procedure.stage_ids.mapped('fold'), [False, False, True])

    def test_a_domain_names_records_of_the_installation(self):
        _install, procedure = self._install()
        grade = procedure.grade_ids.filtered(lambda g: g.name == "High")
        gate = procedure.stage_ids.gate_ids
        self.assertEqual(gate.domain, f"[('grade_id', 'in', [{grade.id}])]")
        case = self._create_case(
            procedure_id=procedure.id, team_id=False, facts="Wet.", complainant_name="Li"
        )
        with self.assertRaisesRegex(RedirectWarning, "Only grave ones"):
            case._move_to(procedure.stage_ids[1])
        case.grade_id = grade
        case._move_to(procedure.stage_ids[1])
        self.assertEqual(case.stage_id.name, "Hold")

    def test_two_companies_have_their_own_records(self):
        _first, procedure = self._install()
        _second, other = self._install(self.other_company)
        self.assertNotEqual(procedure, other)
        self.assertEqual(other.company_id, self.other_company)
        self.assertFalse(procedure.stage_ids & other.stage_ids)

    def test_a_second_installation_for_the_same_company_is_refused(self):
        self._install()
        with self.assertRaisesRegex(UserError, "already installed"):
            self._install()

    def test_records_are_not_touched_by_an_update_of_the_addon(self):
        install, _procedure = self._install()
        data = self.env['complaint.preset.loader']._get_data(install)
        self.assertEqual(len(data), 7)
        self.assertTrue(all(data.mapped('noupdate')))
        self.assertEqual(
            data.filtered(lambda d: d.model == 'complaint.procedure').complete_name,
            f'complaint_management.{self.env.company.id}_harbour_procedure',
        )

    def test_a_language_activated_later_gets_its_texts(self):
        french = PROCEDURE.replace('name@zh_CN', 'name@fr_FR').replace('港口', 'Le port')
        self.texts = {**self.texts, 'complaint.procedure': french}
        _install, procedure = self._install()
        self.assertEqual(procedure.name, "Harbour")
        self.env['res.lang']._activate_lang('fr_FR')
        self.env.invalidate_all()
        self.assertEqual(procedure.with_context(lang='fr_FR').name, "Le port")

    def test_a_language_activated_later_leaves_the_texts_of_the_others_alone(self):
        _install, procedure = self._install()
        procedure.with_context(lang='zh_CN').name = "我们的港口"
        self.env['res.lang']._activate_lang('fr_FR')
        self.env.invalidate_all()
        self.assertEqual(procedure.with_context(lang='zh_CN').name, "我们的港口")

    # === ERRORS === #

    def test_an_unknown_column_is_named_with_its_file(self):
        self.texts = {**self.texts, 'complaint.grade': 'id,name,weight\ngrade_low,Low,1\n'}
        with self.assertRaises(preset_files.PresetFileError) as caught:
            self._install()
        self.assertEqual(
            (caught.exception.file, caught.exception.line, caught.exception.column),
            ('complaint.grade.csv', 1, 'weight'),
        )

    def test_a_wrong_value_is_named_with_file_line_and_column(self):
        self.texts = {
            **self.texts,
            'complaint.grade': GRADES.replace('High,高,procedure,2', 'High,高,procedure,two'),
        }
        self._assert_refused("complaint.grade.csv, line 3, column rank")

    def test_an_unknown_reference_is_named(self):
        self.texts = {**self.texts, 'complaint.stage.gate': GATES.replace('grade_high', 'grade_x')}
        self._assert_refused("complaint.stage.gate.csv, line 2, column domain")

    def test_a_repeated_id_is_refused(self):
        with self.assertRaises(preset_files.PresetFileError) as caught:
            preset_files.parse('complaint_management', 'complaint.grade', 'id,name\na,A\na,B\n')
        self.assertEqual((caught.exception.line, caught.exception.column), (3, 'id'))

    # === UPDATE === #

    def test_an_update_brings_what_is_new_and_keeps_what_was_edited_here(self):
        install, procedure = self._install()
        low, high = procedure.grade_ids.sorted('rank')
        low.name = "Our own name"
        self.texts = {
            **self.texts,
            'complaint.grade': GRADES.replace('Low', 'Lower').replace('High,高', 'Higher,更高')
            + 'grade_top,Top,顶,procedure,3\n',
        }
        kept = install._update()
        self.assertEqual((low.name, high.name), ("Our own name", "Higher"))
        self.assertEqual(high.with_context(lang='zh_CN').name, "更高")
        self.assertEqual(procedure.grade_ids.sorted('rank')[-1].name, "Top")
        self.assertEqual(len(kept), 1)
        self.assertIn("Our own name", kept[0])
        install._update()
        self.assertEqual(low.name, "Our own name")

    def _bring_addon(self, **texts):
        """Let an addon with these files be installed now."""
        files = [
            preset_files.parse('complaint_management', name.replace('_', '.'), text)
            for name, text in texts.items()
        ]
        loader = type(self.env['complaint.preset.loader'])

        def read(model, addons, code):
            return model._sort(files) if (addons, code) == (['crane'], 'harbour') else []

        with patch.object(loader, '_read_addon_folders', read):
            self.env['complaint.preset.install']._complete('crane')

    def test_an_addon_that_comes_later_completes_what_is_installed(self):
        """Design section 8: in every company; what a company deleted is not missed."""
        install, procedure = self._install()
        _second, other = self._install(self.other_company)
        other.grade_ids.filtered(lambda grade: grade.name == "Low").unlink()
        self._bring_addon(
            complaint_grade='id,name,name@zh_CN,procedure_id,rank\ngrade_top,Top,顶,procedure,3\n',
            complaint_grade_rule=(
                'id,name,name@zh_CN,procedure_id,domain,grade_id\n'
                'rule_top,To the top,升顶,procedure,'
                '"[(\'grade_id\', \'=\', ref(\'grade_low\'))]",grade_top\n'
                'rule_high,Up,升级,procedure,,grade_high\n'
            ),
        )
        for of in (procedure, other):
            top = of.grade_ids.sorted('rank')[-1]
            self.assertEqual((top.name, top.with_context(lang='zh_CN').name), ("Top", "顶"))
        rules = self.env['complaint.grade.rule']
        self.assertEqual(
            rules.search([('procedure_id', '=', procedure.id)]).mapped('name'), ["To the top", "Up"]
        )
        self.assertEqual(rules.search([('procedure_id', '=', other.id)]).mapped('name'), ["Up"])
        self.assertEqual(install.baseline['grade_top']['name'], "Top")
        self.assertFalse(install._remove())

    def test_an_imported_procedure_is_complete_as_it_is(self):
        _install, procedure = self._install()
        copy = self._import(self._export(procedure), self.other_company)
        self._bring_addon(
            complaint_grade='id,name,name@zh_CN,procedure_id,rank\ngrade_top,Top,顶,procedure,3\n'
        )
        self.assertIn("Top", procedure.grade_ids.mapped('name'))
        self.assertNotIn("Top", copy.grade_ids.mapped('name'))

    def test_a_milestone_that_is_there_already_is_taken_over(self):
        self.texts = {
            'complaint.milestone': (
                'id,name,code,manual\nmilestone_own,Moored,harbour_moored,True\n'
            ),
            **self.texts,
        }
        first, _procedure = self._install()
        second, _other = self._install(self.other_company)
        moored = self.env['complaint.milestone'].search([('code', '=', 'harbour_moored')])
        self.assertEqual(len(moored), 1)
        first._remove()
        self.assertTrue(moored.exists())
        second._remove()
        self.assertFalse(moored.exists())

    def test_a_milestone_that_people_made_stays_when_the_presets_go(self):
        own = self.env['complaint.milestone'].create({'name': "Moored", 'code': 'harbour_moored'})
        self.texts = {
            'complaint.milestone': 'id,name,code\nmilestone_own,Moored,harbour_moored\n',
            **self.texts,
        }
        installs = [self._install()[0], self._install(self.other_company)[0]]
        for install in installs:
            self.assertFalse(install._remove())
        self.assertTrue(own.exists())

    def test_an_update_keeps_what_was_entered_where_the_files_said_nothing(self):
        install, procedure = self._install()
        stage = procedure.stage_ids[1]
        stage.guidance = "<p>Our own.</p>"
        stage.with_context(lang='zh_CN').portal_label = "在船舱"
        self.texts = {
            **self.texts,
            'complaint.stage': (
                'id,guidance,portal_label,portal_label@zh_CN,fold\n'
                'stage_work,<p>Look.</p>,In the hold,舱内,True\n'
            ),
        }
        kept = install._update()
        self.assertEqual(stage.guidance, "<p>Our own.</p>")
        self.assertEqual(stage.with_context(lang='zh_CN').portal_label, "在船舱")
        self.assertTrue(stage.fold)
        self.assertEqual(len(kept), 1)

    def test_a_language_activated_later_is_kept_as_edited_too(self):
        french = PROCEDURE.replace('name@zh_CN', 'name@fr_FR').replace('港口', 'Le port')
        self.texts = {**self.texts, 'complaint.procedure': french}
        install, procedure = self._install()
        self.env['res.lang']._activate_lang('fr_FR')
        self.env.invalidate_all()
        procedure.with_context(lang='fr_FR').name = "Notre port"
        self.assertEqual(len(install._update()), 1)
        self.assertEqual(procedure.with_context(lang='fr_FR').name, "Notre port")

    # === REMOVAL === #

    def test_an_unused_installation_comes_off_without_a_trace(self):
        before = {m: self.env[m].search_count([]) for m in self.texts}
        install, _procedure = self._install()
        prefix = f'{self.env.company.id}_harbour_'
        self.assertFalse(install._remove())
        self.assertEqual({m: self.env[m].search_count([]) for m in self.texts}, before)
        data = self.env['ir.model.data'].search([('name', '=like', prefix + '%')])
        self.assertFalse(data)
        self.assertFalse(self.preset.is_installed)

    def test_what_is_used_is_archived_and_said(self):
        install, procedure = self._install()
        case = self._create_case(procedure_id=procedure.id, team_id=False)
        archived = install._remove()
        self.assertTrue(case.exists())
        self.assertFalse(procedure.active)
        self.assertTrue(any("Harbour" in sentence for sentence in archived))
        self.assertTrue(case.stage_id.exists())

    def test_what_was_archived_is_taken_up_again(self):
        self.texts = {
            **self.texts,
            'complaint.closing.reason': (
                'id,name,kind,procedure_id,active\nreason_old,Sold,normal,procedure,False\n'
            ),
        }
        install, procedure = self._install()
        case = self._create_case(procedure_id=procedure.id, team_id=False)
        install._remove()
        again, same = self._install()
        self.assertEqual(same, procedure)
        self.assertTrue(procedure.active)
        self.assertEqual(len(procedure.stage_ids), 3)
        reasons = self.env['complaint.closing.reason'].with_context(active_test=False)
        [reason] = reasons.search([('procedure_id', '=', procedure.id)])
        self.assertFalse(reason.active)
        case.sudo()._erase("Done.")
        self.assertFalse(again._remove())
        self.assertFalse(procedure.exists())

    # === EXPORT AND IMPORT === #

    def test_a_round_trip_is_equal(self):
        _install, procedure = self._install()
        content = self._export(procedure)
        copy = self._import(content, self.other_company)
        self.assertEqual(copy.company_id, self.other_company)
        self.assertEqual(copy.stage_ids.mapped('name'), ["Quay", "Hold", "Sea"])
        gate = copy.stage_ids.gate_ids
        high = copy.grade_ids.sorted('rank')[-1]
        self.assertEqual(gate.domain, f"[('grade_id', 'in', [{high.id}])]")
        self.assertEqual(self._export(copy), content)

    def test_the_standard_procedure_can_be_carried_too(self):
        content = self._export(self.procedure)
        code, files = preset_files.read_zip(content)
        self.assertEqual(code, 'standard')
        stages = next(file for file in files if file.model == 'complaint.stage')
        self.assertEqual(len(stages.rows), len(self.procedure.stage_ids))
        copy = self._import(content, self.other_company)
        self.env.invalidate_all()  # lines stand in the order of the database
        self.assertEqual(copy.stage_ids.mapped('phase'), self.procedure.stage_ids.mapped('phase'))
        teams = self.env['complaint.team'].search([('procedure_id', '=', copy.id)])
        self.assertFalse(any(teams.mapped('is_public')))  # a form is opened where it stands

    def test_a_foreign_record_is_refused_by_name(self):
        _install, procedure = self._install()
        gate = procedure.stage_ids.gate_ids
        gate.domain = f"[('handler_id', '=', {self.handler.id})]"
        with self.assertRaisesRegex(UserError, self.handler.name):
            self._export(procedure)

    def test_a_zip_that_is_none_is_refused_with_a_sentence(self):
        with self.assertRaisesRegex(UserError, "cannot be read"):
            self._import(b"no zip", self.other_company)
        with self.assertRaisesRegex(UserError, "does not belong into a preset"):
            self._import(preset_files.write_zip({'virus.exe': "x"}), self.other_company)

    def test_only_administrators_install(self):
        with self.assertRaises(AccessError):
            self.preset.with_user(self.manager).action_install()
        self.assertTrue(self.preset.with_user(self.admin).action_install())
