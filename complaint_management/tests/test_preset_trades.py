import json
import re
from pathlib import Path

from odoo.tests import tagged
from odoo.tools import SQL, is_html_empty

from ..const import CLOSED_PHASES
from ..models.complaint_preset_loader import DEFINITION
from ..tools import preset_files
from .common import ComplaintCommon
from .common_walk import SIGNATURE

TRADES = (
    'pawn', 'property', 'developer', 'manufacturer', 'product', 'bank', 'insurance', 'telecom',
)  # fmt: skip

# What a source text does not classify: the general terms serve.
GENERAL = {('cause', code) for code in ('pawn', 'property', 'insurance', 'telecom')}

# Labels on boxes, which another addon prints.
PRINTED = {"shipment on hold", "production on hold"}


@tagged('post_install', '-at_install')
class TestPresetTrades(ComplaintCommon):
    """Requirements 2.4, 2.5, 2.12: each trade's stages in its own words, after one click."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env['res.lang']._activate_lang('zh_CN')
        cls.company = cls.env['res.company'].create({'name': "All trades"})
        (cls.admin | cls.manager | cls.handler).company_ids |= cls.company
        cls.house = cls.env['hr.department'].create(
            {'name': "Everything", 'company_id': cls.company.id}
        )
        cls.presets = cls.env['complaint.preset'].search([('is_shared', '=', False)])
        cls.rows_before = cls._count_rows()
        cls.procedures, cls.queries = {}, {}
        for preset in cls.presets:
            before = cls.env.cr.sql_log_count
            cls.procedures[preset.code] = preset._install(cls.company).procedure_id
            cls.env.flush_all()
            cls.queries[preset.code] = cls.env.cr.sql_log_count - before
        cls.env.invalidate_all()

    @classmethod
    def _count_rows(cls):
        """Return {table: number of rows} of the whole database, links between records too."""
        cls.env.flush_all()
        tables = cls.env.execute_query(
            SQL("SELECT tablename FROM pg_tables WHERE schemaname = current_schema ORDER BY 1")
        )
        counts = [
            SQL("SELECT %s, count(*) FROM %s", name, SQL.identifier(name)) for (name,) in tables
        ]
        return dict(cls.env.execute_query(SQL(" UNION ALL ").join(counts)))

    def test_every_source_regime_has_its_preset(self):
        self.assertEqual(set(self.procedures), set(TRADES))

    def test_an_installation_asks_the_database_little(self):
        """Issue 8: quick, however many records a trade has; Odoo's import needs some for each."""
        loader = self.env['complaint.preset.loader']
        for preset in self.presets:
            with self.subTest(preset.code):
                install = preset.with_company(self.company).install_id
                allowed = 300 + 8 * len(loader._get_records(install))
                self.assertLess(self.queries[preset.code], allowed)

    def test_they_stand_side_by_side_in_one_company(self):
        for code, procedure in self.procedures.items():
            with self.subTest(code):
                self.assertEqual(procedure.code, code)
                self.assertEqual(procedure.company_id, self.company)
                self.assertTrue(procedure.grade_ids)
                self.assertFalse(is_html_empty(procedure.policy_html))
                self.assertTrue(self._get_teams(procedure))

    def test_the_stages_lead_from_intake_to_every_kind_of_end(self):
        for code, procedure in self.procedures.items():
            with self.subTest(code):
                phases = procedure.stage_ids.mapped('phase')
                self.assertEqual(phases[0], 'intake')
                self.assertLessEqual(set(CLOSED_PHASES), set(phases))
                ends = procedure.stage_ids.filtered('is_closed')
                self.assertTrue(all(ends.mapped('fold')))
                self.assertTrue(all(s.guidance for s in procedure.stage_ids - ends))

    def test_a_trade_offers_its_own_words_and_general_ones_only_where_it_has_none(self):
        """Requirements 2.4: nobody chooses a category that the rules of the trade do not know."""
        standard = self.env.ref('complaint_management.procedure_standard')
        for name in ('category', 'cause', 'grade'):
            terms = self.env[f'complaint.{name}']
            for code, procedure in {**self.procedures, 'standard': standard}.items():
                with self.subTest(code, terms=name):
                    offered = terms.search([('offered_procedure_id', '=', procedure.id)])
                    own = terms.search([('procedure_id', '=', procedure.id)])
                    self.assertEqual(offered, own or terms.search([('procedure_id', '=', False)]))
                    self.assertEqual(bool(own), code != 'standard' and (name, code) not in GENERAL)

    def test_every_text_is_there_in_chinese(self):
        loader = self.env['complaint.preset.loader']
        for preset in self.presets:
            for file in loader._read_folders(preset.code):
                fields = self.env[file.model]._fields
                for row in file.rows:
                    missing = [
                        name
                        for name in row.cells
                        if '@' not in name
                        and fields.get(name)
                        and (fields[name].translate or fields[name].type == DEFINITION)
                        and not row.cells.get(f'{name}@zh_CN')
                    ]
                    with self.subTest(preset.code, file=file.name, line=row.line):
                        self.assertFalse(missing)

    def test_each_has_its_special_fields_in_both_languages(self):
        """DEVP-1-a, INS-2.2-a, RET-5.1-a and the like: the same ones, whoever installs."""
        # The standard procedure is of no trade.
        for preset in self.presets.filtered(lambda preset: preset.code != 'standard'):
            with self.subTest(preset.code):
                english, chinese = self._get_special_fields(preset.code)
                self.assertTrue(english)
                shapes = [
                    [
                        (prop['name'], prop['type'], [key for key, _l in prop.get('selection', [])])
                        for prop in definition
                    ]
                    for definition in (english, chinese)
                ]
                self.assertEqual(*shapes)
                for prop in chinese:
                    self.assertRegex(prop['string'], r'[一-鿿]')
                definition = self.procedures[preset.code].case_properties_definition
                self.assertEqual(definition, english)

    def _get_special_fields(self, code):
        """Return the definitions in the file of a preset, in English and in Chinese."""
        name = 'case_properties_definition'
        for file in self.env['complaint.preset.loader']._read_folders(code):
            if file.model == 'complaint.procedure':
                cells = file.rows[0].cells
                return json.loads(cells[name]), json.loads(cells[f'{name}@zh_CN'])
        return [], []

    def test_what_a_text_quotes_is_called_so_on_screen(self):
        """Requirements 2.5: whoever follows the guidance finds the button, tab or choice."""
        po = Path(__file__).parents[1].joinpath('i18n', 'zh_CN.po').read_text('utf-8')
        words = {
            '': {*re.findall(r'^msgid "(.*)"$', po, re.M), *PRINTED},
            '@zh_CN': set(re.findall(r'^msgstr "(.*)"$', po, re.M)),
        }
        loader = self.env['complaint.preset.loader']
        for preset in self.presets:
            files = {file.model: file for file in loader._read_folders(preset.code)}
            for lang, known in words.items():
                rows = [row for file in files.values() for row in file.rows]
                names = known | {row.cells.get(f'name{lang}') for row in rows}
                for model, column in (
                    ('complaint.stage', f'guidance{lang}'),
                    ('complaint.stage.gate', f'name{lang}'),
                ):
                    for row in files[model].rows:
                        quoted = re.findall('“([^”]+)”', row.cells.get(column) or '')
                        with self.subTest(preset.code, row=row.id, column=column):
                            self.assertFalse({word.rstrip('.,') for word in quoted} - names)

    def _get_teams(self, procedure):
        """Return the teams of a procedure, those that take complaints in first."""
        teams = self.env['complaint.team'].search([('procedure_id', '=', procedure.id)])
        return teams.sorted(lambda team: len(team.child_ids))

    def _prepare_case(self, procedure):
        """Return a case on which everything is filled in that a gate may ask for."""
        teams = self._get_teams(procedure)
        teams.leader_id = self.manager
        first = {'order': 'id', 'limit': 1}
        scope = ['|', ('procedure_id', '=', procedure.id), ('procedure_id', '=', False)]
        own = [('procedure_id', '=', procedure.id)]
        causes = self.env['complaint.cause']
        categories = self.env['complaint.category'].search(own)
        return self.env['complaint.case'].create(
            {
                'company_id': self.company.id,
                'team_id': teams[0].id,
                'procedure_id': procedure.id,
                'description': "It does not work.",
                'partner_id': self.customer.id,
                'source_partner_id': self.customer.id,
                'source_reference': "2026/17",
                'expected_solution': "Mend it.",
                'channel_id': self.env.ref('complaint_management.channel_phone').id,
                'category_id': categories.filtered(lambda c: not c.child_ids)[:1].id,
                'grade_id': procedure.grade_ids.sorted('rank')[:1].id,
                'cause_id': causes.search(scope, **first).id,
                'department_id': self.house.id,
                'handler_id': self.handler.id,
                'investigator_id': self.handler.id,
                'followup_user_id': self.manager.id,
                'contact_owner_id': self.manager.id,
                'facts': "Broken.",
                'basis': "Contract.",
                'basis_kind': 'contract',
                'complexity': 'ordinary',
                'validity': 'valid',
                'priority': '2',
                'limit_date': '2031-01-01',
            }
        )

    def _record_what_people_do(self, case):
        """Record by hand every milestone that staff may record, as if all was done."""
        for milestone in self.env['complaint.milestone'].search([('manual', '=', True)]):
            case._stamp(milestone.code)
        case._confirm_statement({'means': 'phone'})
        case._record_contact(
            {
                'purpose': 'progress',
                'content': "We mend it.",
                'promise': "It is mended.",
                'promise_date': '2031-01-01',
            }
        )
        self._improve(case)
        callback = self.env['complaint.callback'].create(
            {'case_id': case.id, 'satisfaction': 'satisfied', 'customer_agrees': 'yes'}
        )
        callback.action_done()
        case.solution_proposal = "We mend it."
        case.action_submit_solution()
        self._approve(case)
        case.action_execute_solution()
        headings = case.procedure_id._get_feedback_headings(case.grade_id)
        case._answer_department(dict.fromkeys(headings, "Mended."))
        case._answer("We mended it.")
        case._accept_answer()
        case._confirm_by_customer('signature', "Li Wei", proof={'signature': SIGNATURE})
        if case.category_id.publish_result:
            case.public_notice = "Mended."
            case.action_publish()

    def _improve(self, case):
        """Plan, carry out and prove measures, as if all was done."""
        proof = self.env['ir.attachment'].create({'name': "proof", 'raw': b'1'})
        measures = self.env['complaint.measure'].create(
            [
                case._prepare_measure_values(
                    kind, "Mend", place='stock', owner_id=self.handler.id, due_date='2031-01-01',
                    result="Mended.", effect_metric="Faults", value_before=1,
                    attachment_ids=proof.ids,
                )
                for kind in ('containment', 'corrective', 'training')
            ]
        )  # fmt: skip
        measures.deployment_ids.create(
            {'measure_id': measures[1].id, 'target': "All", 'note': "Seen."}
        )
        measures.action_complete()
        measures[1].action_verify()
        measures[1].deployment_ids.action_confirm()
        if case.use_8d:
            case.write({'eightd_leader_id': self.handler.id, 'escape_cause_id': case.cause_id.id})
            self.env['complaint.trace'].create({'case_id': case.id, 'lot': "17"})

    def _approve(self, case):
        """Let everybody who is asked approve, one after the other."""
        while pending := case._get_pending_approvals():
            for approval in pending:
                approver = approval.approver_ids[:1]
                approval.with_user(approver)._approve(criteria=approval.criterion_ids)

    def _walk_to_the_end(self, procedure):
        """Bring a complaint on which everything is done through the stages of its procedure.

        :return: (complaint.case, complaint.stage of the path, those that refused it)
        """
        case = self._prepare_case(procedure)
        self._record_what_people_do(case)
        reason = self.env['complaint.closing.reason'].search(
            [('procedure_id', '=', procedure.id), ('kind', '=', 'normal')], limit=1
        )
        self.assertTrue(reason)
        case.write({'closing_reason_id': reason.id, 'closing_note': "Mended."})
        path = procedure.stage_ids.filtered(
            lambda stage: not stage.is_closed or stage.phase == 'closed_normal'
        )
        refused = path.browse()
        for stage in path[1:]:
            # A side path (for one grade, one kind) is closed to this case, and says so.
            if case._get_move_obstacles(stage):
                refused |= stage
                continue
            case._move_to(stage)
            self._approve(case)
            if stage.is_closed:
                break
        return case, path, refused

    def test_a_complaint_walks_through_the_regime_to_its_end(self):
        for code, procedure in self.procedures.items():
            with self.subTest(code):
                case, path, refused = self._walk_to_the_end(procedure)
                self.assertEqual(case.phase, 'closed_normal', case._get_move_obstacles(path[-1]))
                self.assertLess(len(refused), len(path) / 2)
                self.assertFalse(case._find_broken_histories())

    def test_a_bare_complaint_is_stopped_by_a_sentence(self):
        for code, procedure in self.procedures.items():
            with self.subTest(code):
                team = self._get_teams(procedure)[0]
                case = self.env['complaint.case'].create(
                    {'company_id': self.company.id, 'team_id': team.id, 'name': "Bare",
                     'complainant_name': "Li", 'registered_at': False}
                )  # fmt: skip
                stopped = [s for s in procedure.stage_ids if case._get_move_obstacles(s)]
                self.assertGreater(len(stopped), 3)

    def _unzip(self, content):
        """Return {model: rows}, which a failing test can show."""
        files = preset_files.read_zip(content)[1]
        return {file.model: [row.cells for row in file.rows] for file in files}

    def test_a_round_trip_of_each_is_equal(self):
        exporter = self.env['complaint.preset.exporter']
        other = self.env['res.company'].create({'name': "Another"})
        for code, procedure in self.procedures.items():
            with self.subTest(code):
                content = exporter._export(procedure)
                install = self.env['complaint.preset.install'].create(
                    {'code': code, 'company_id': other.id}
                )
                loader = self.env['complaint.preset.loader']
                install._load(loader._sort(preset_files.read_zip(content)[1]))
                self.env.invalidate_all()
                again = exporter._export(install.procedure_id)
                self.assertEqual(self._unzip(again), self._unzip(content))
                self.assertEqual(again, content)

    def _remove(self, code):
        """Remove a preset; return what was archived instead, in words."""
        preset = self.presets.filtered(lambda preset: preset.code == code)
        return preset.with_company(self.company).install_id._remove()

    def test_all_are_used_at_once_and_come_off_without_a_trace(self):
        cases = self.env['complaint.case']
        for procedure in self.procedures.values():
            cases |= self._walk_to_the_end(procedure)[0]
        self._assert_archived_and_taken_up_again(self.procedures['telecom'])
        cases._erase("The presets were only tried.")
        for code in self.procedures:
            with self.subTest(code):
                self.assertFalse(self._remove(code))
        rows = self._count_rows()
        # What stays of a complaint is its number.
        rows['complaint_tombstone'] -= len(cases)
        for name in ('bus_bus', 'ir_cron_trigger'):  # what was to be done or shown at that moment
            rows[name] = self.rows_before[name]
        changed = {
            name: (self.rows_before[name], count)
            for name, count in rows.items()
            if count != self.rows_before[name]
        }
        self.assertEqual(changed, {})

    def _assert_archived_and_taken_up_again(self, procedure):
        """Removing a preset that is used archives it and says so; it can be installed again."""
        archived = self._remove(procedure.code)
        self.assertTrue([words for words in archived if procedure.name in words], archived)
        self.assertFalse(procedure.active)
        preset = self.presets.filtered(lambda preset: preset.code == procedure.code)
        self.assertEqual(preset._install(self.company).procedure_id, procedure)
        self.assertTrue(procedure.active)
        self.assertTrue(self._get_teams(procedure))
