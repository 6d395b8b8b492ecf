import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import preset_files
from .common_preset import GATES, PresetCommon


@tagged('post_install', '-at_install')
class TestPresetCarry(PresetCommon):
    """Design section 8: a company carries the rules it made itself to another database."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.env['complaint.procedure'].create(
            {
                'name': "Boat trips",
                'code': 'boat_trips',
                'company_id': cls.env.company.id,
                'allow_anonymous': False,
                'callback_mode': 'gate',
                'callback_max_attempts': 0,
                'policy_html': "<p>One.</p><p>Two.</p>",
                'case_properties_definition': [
                    {'name': 'boat', 'type': 'char', 'string': "Boat"},
                    {
                        'name': 'channel',
                        'type': 'many2one',
                        'string': "Booked by",
                        'comodel': 'complaint.channel',
                        'default': cls.env.ref('complaint_management.channel_phone').id,
                        'domain': "[('active', '=', True)]",
                    },
                ],
            }
        )
        cls.own.with_context(lang='zh_CN').name = "游船"
        cls.own.number_sequence_id = cls.env['ir.sequence'].create(
            {'name': "Boats", 'prefix': 'BOAT-', 'padding': 4, 'number_next': 17}
        )
        cls._add_rules()

    @classmethod
    def _add_rules(cls):
        """Give the procedure a record of every kind, as an administrator makes them in menus."""
        own = {'procedure_id': cls.own.id}
        grades = cls.env['complaint.grade'].create(
            [{'name': name, 'rank': rank, **own} for rank, name in enumerate(("Low", "High"), 1)]
        )
        cls._add_stages(own)
        high = f"[('grade_id', '=', {grades[1].id})]"
        cls.env['complaint.stage.gate'].create(
            {'name': "Only grave ones.", 'stage_id': cls.own_stages[1].id, 'domain': high}
        )
        remedy = cls.env['complaint.remedy.rule'].create({'name': "Half the fare", **own})
        parent = cls.env['complaint.category'].create({'name': "Water", **own})
        cls.env['complaint.category'].create(
            {'name': "Wet", 'parent_id': parent.id, 'remedy_rule_id': remedy.id, **own}
        )
        cls.env['complaint.cause'].create({'name': "Leak", **own})
        cls.env['complaint.closing.reason'].create({'name': "Dry again", 'kind': 'normal', **own})
        team = cls.env['complaint.team'].create({'name': "Crew", **own})
        cls.own.handling_complaint_team_id = cls.env['complaint.team'].create(
            {'name': "Deck", 'parent_id': team.id, **own}
        )
        cls.env['complaint.grade.rule'].create(
            {'name': "Up", 'grade_id': grades[1].id, 'domain': high, **own}
        )
        criterion = cls.env['complaint.approval.criterion'].create({'name': "Dry", 'code': 'dry'})
        cls.env['complaint.approval.rule'].create(
            [
                {'name': "Captain", 'criterion_ids': criterion.ids, **own},
                {'name': "Owner", 'approver': 'user', 'user_id': cls.manager.id, **own},
            ]
        )
        cls.env['complaint.assignment.rule'].create(
            {
                **{'name': "To the mate", 'team_id': team.id, **own},
                **{'handler_mode': 'fixed', 'handler_id': cls.handler.id},
            }
        )
        closed = cls.env.ref('complaint_management.milestone_closed')
        cls.env['complaint.inform.rule'].create(
            [
                {
                    **{'name': "The leader", 'role': 'team_leader', **own},
                    **{'milestone_ids': closed.ids, 'note': "All dry."},
                },
                {
                    **{'name': "One person", 'user_ids': cls.handler.ids, **own},
                    'milestone_ids': closed.ids,
                },
            ]
        )

    @classmethod
    def _add_stages(cls, own):
        # A name that the standard procedure has too.
        cls.own_stages = cls.env['complaint.stage'].create(
            [
                {'name': cls.procedure.stage_ids[0].name, 'phase': 'intake', **own},
                {'name': "Ashore", 'phase': 'closed_normal', 'sequence': 20, **own},
            ]
        )
        cls.template = cls.env['mail.template'].create(
            {
                'name': "Back ashore",
                'model_id': cls.env['ir.model']._get('complaint.case').id,
                'subject': "{{ object.number }}",
                'body_html': "<p>We are back: ref('x').</p>",
                'complaint_purpose': 'answer',
            }
        )
        cls.template.with_context(lang='zh_CN').subject = "回来了 {{ object.number }}"
        cls.own_stages[1].mail_template_id = cls.template

    def _read(self, content):
        """Return {model: PresetFile} of a zip."""
        return {file.model: file for file in preset_files.read_zip(content)[1]}

    # === WHAT TRAVELS === #

    def test_a_procedure_made_by_hand_is_the_same_after_a_round_trip(self):
        content = self._export(self.own)
        copy = self._import(content, self.other_company)
        self.env.invalidate_all()
        self.assertEqual(self._export(copy), content)
        self.assertEqual(copy.with_context(lang='zh_CN').name, "游船")
        self.assertEqual((copy.callback_max_attempts, copy.allow_anonymous), (0, False))
        categories = self.env['complaint.category'].search([('procedure_id', '=', copy.id)])
        names = {(category.name, category.parent_id.name) for category in categories}
        self.assertEqual(names, {("Water", False), ("Wet", "Water")})
        self.assertEqual(categories.remedy_rule_id.procedure_id, copy)
        self.assertEqual(copy.handling_complaint_team_id.procedure_id, copy)
        self.assertEqual(copy.handling_complaint_team_id.name, "Deck")

    def test_its_numbering_travels_and_starts_anew(self):
        copy = self._import(self._export(self.own), self.other_company)
        sequence = copy.number_sequence_id
        self.assertNotEqual(sequence, self.own.number_sequence_id)
        self.assertEqual(sequence.company_id, self.other_company)
        self.assertEqual((sequence.prefix, sequence.padding), ('BOAT-', 4))
        self.assertEqual(sequence.number_next_actual, 1)

    def test_two_numberings_of_one_company_are_still_kept_apart(self):
        other = self.own.copy({'code': 'other', 'number_sequence_id': False})
        with self.assertRaisesRegex(ValidationError, "needs a prefix"):
            other.number_sequence_id = self.env['ir.sequence'].create(
                {'name': "Too", 'prefix': 'BOAT-'}
            )

    def test_its_mails_travel_in_both_languages(self):
        copy = self._import(self._export(self.own), self.other_company)
        template = copy.stage_ids[1].mail_template_id
        self.assertNotEqual(template, self.template)
        self.assertEqual(template.model, 'complaint.case')
        self.assertEqual(template.complaint_purpose, 'answer')
        self.assertEqual(template.body_html, "<p>We are back: ref('x').</p>")
        chinese = template.with_context(lang='zh_CN')
        self.assertEqual(chinese.subject, "回来了 {{ object.number }}")

    def test_a_mail_of_the_software_is_named_not_copied(self):
        own = self.env['mail.template'].search(
            [('model', '=', 'complaint.case'), ('complaint_purpose', '=', 'closing')], limit=1
        )
        self.own_stages[1].mail_template_id = own
        content = self._export(self.own)
        self.assertNotIn('mail.template', self._read(content))
        copy = self._import(content, self.other_company)
        self.assertEqual(copy.stage_ids[1].mail_template_id, own)

    def test_special_fields_travel(self):
        copy = self._import(self._export(self.own), self.other_company)
        self.assertEqual(copy.case_properties_definition, self.own.case_properties_definition)
        definition = self._read(self._export(copy))['complaint.procedure'].rows[0].cells
        channel = json.loads(definition['case_properties_definition'])[1]
        self.assertEqual(channel['default'], "ref('complaint_management.channel_phone')")

    def test_people_stay_in_their_database(self):
        files = self._read(self._export(self.own))
        [assignment] = files['complaint.assignment.rule'].rows
        self.assertEqual(assignment.cells['handler_mode'], 'none')
        self.assertTrue(assignment.cells['team_id'])
        self.assertEqual(
            [row.cells['name'] for row in files['complaint.inform.rule'].rows], ["The leader"]
        )

    # === WHAT IS REFUSED === #

    def test_a_mail_to_somebody_by_number_is_refused_by_name(self):
        self.template.partner_to = f"{{{{ object.partner_id.id }}}},{self.customer.id}"
        with self.assertRaisesRegex(UserError, self.customer.name):
            self._export(self.own)

    def test_a_record_of_another_procedure_is_refused_by_name(self):
        elsewhere = self.env['complaint.team'].create(
            {'name': "Lifeboat", 'procedure_id': self.procedure.id}
        )
        self.own.handling_complaint_team_id = elsewhere
        with self.assertRaisesRegex(UserError, "Lifeboat"):
            self._export(self.own)

    def test_a_special_field_that_names_a_foreign_record_is_refused(self):
        own = self.env['complaint.channel'].create({'name': "Flag signals", 'code': 'flags'})
        definition = self.own.case_properties_definition
        definition[1]['default'] = own.id
        self.own.case_properties_definition = definition
        with self.assertRaisesRegex(UserError, "Flag signals"):
            self._export(self.own)

    def test_a_code_that_names_no_folder_is_refused(self):
        for code in ("two words", "a/b", "..", "a.b"):
            with self.subTest(code), self.assertRaisesRegex(ValidationError, "letters, digits"):
                self.own.code = code
        self.own.code = "游船_2"
        copy = self._import(self._export(self.own), self.other_company)
        self.assertEqual(copy.code, "游船_2")

    @mute_logger('odoo.sql_db')
    def test_a_name_instead_of_an_id_is_told_with_its_place(self):
        """Two procedures share the name of a stage; files name rows, so it does not matter."""
        name = self.procedure.stage_ids[0].name
        self.texts = {
            **self.texts,
            'complaint.stage.gate': GATES.replace(',stage_work,', f',{name},'),
        }
        self._assert_refused(r"complaint\.stage\.gate\.csv, line 2, column stage_id.*" + name)

    @mute_logger('odoo.sql_db')
    def test_a_row_of_another_model_is_told_with_its_place(self):
        self.texts = {
            **self.texts,
            'complaint.stage.gate': GATES.replace(',stage_work,', ',grade_high,'),
        }
        self._assert_refused(r"complaint\.stage\.gate\.csv, line 2, column stage_id")

    # === PREFIXES === #

    def test_a_code_may_begin_like_another_one(self):
        """Removing “harbour” leaves “harbour_north” alone."""
        install, procedure = self._install()
        north = procedure.copy({'code': 'harbour_north'})
        stage = procedure.stage_ids[0].copy({'procedure_id': north.id})
        company = self.env.company
        content = self._export(north)
        stage.unlink()
        north.unlink()
        north = self._import(content, company)
        self.assertFalse(install._remove())
        self.assertTrue(north.exists())
        self.assertTrue(north.stage_ids)

    def test_an_administrator_of_complaints_brings_and_removes_it(self):
        content = self._export(self.own)
        (self.manager | self.admin).company_ids |= self.other_company
        with self.assertRaises(AccessError):
            self._import(content, self.other_company, self.manager)
        sentence = r"mail\.template\.csv, line 2: .*Template Editor"
        with self.assertRaisesRegex(UserError, sentence), self.env.cr.savepoint():
            self._import(content, self.other_company, self.admin)
        # Whoever may not write a mail template in menus cannot bring one either.
        self.admin.group_ids |= self.env.ref('mail.group_mail_template_editor')
        procedure = self._import(content, self.other_company, self.admin)
        sequence = procedure.number_sequence_id
        self.assertEqual(sequence.prefix, 'BOAT-')
        install = self.env['complaint.preset.install'].search([('code', '=', 'boat_trips')])
        self.assertFalse(install.with_user(self.admin)._remove())
        self.assertFalse(procedure.exists())
        self.assertFalse(sequence.exists())
