import json

from odoo.tests import Form, tagged

from .common_preset import PresetCommon

QUAYS = [['north', "North quay"], ['south', "South quay"]]
QUAYS_ZH = [['north', "北码头"], ['south', "南码头"]]


def _get_definition(quay, quays, berth):
    return [
        {'name': 'quay', 'type': 'selection', 'string': quay, 'selection': quays},
        {'name': 'berth', 'type': 'char', 'string': berth},
    ]


ENGLISH = _get_definition("Quay", QUAYS, "Berth")
CHINESE = _get_definition("码头", QUAYS_ZH, "泊位")


@tagged('post_install', '-at_install')
class TestPresetProperties(PresetCommon):
    """Design section 8, DEVP-1-a: a preset brings the special fields of its trade."""

    def setUp(self):
        super().setUp()
        self.texts = {**self.texts}
        self._define(json.dumps(ENGLISH), json.dumps(CHINESE, ensure_ascii=False))

    def _define(self, english, chinese):
        """Let the file of the preset say this of the special fields."""

        def quote(cell):
            return '"' + cell.replace('"', '""') + '"'

        name = 'case_properties_definition'
        self.texts['complaint.procedure'] = (
            f'id,name,name@zh_CN,code,{name},{name}@zh_CN\n'
            f'procedure,Harbour,港口,harbour,{quote(english)},{quote(chinese)}\n'
        )

    def _get_labels(self, procedure):
        return [prop['string'] for prop in procedure.case_properties_definition]

    def _create_case_at(self, procedure, quay, berth):
        case = self._create_case(procedure_id=procedure.id)
        case.case_properties = {'quay': quay, 'berth': berth}
        return case

    # === IN USE === #

    def test_staff_fill_them_in_and_find_complaints_by_them(self):
        _install, procedure = self._install()
        north = self._create_case_at(procedure, 'north', "A17")
        south = self._create_case_at(procedure, 'south', "B2")
        cases = self.env['complaint.case'].with_user(self.manager)
        found = cases.search([('case_properties.berth', 'ilike', "a17")])
        self.assertEqual(found, north)
        groups = cases._read_group(
            [('id', 'in', (north + south).ids)], ['case_properties.quay'], ['__count']
        )
        self.assertEqual(groups, [('north', 1), ('south', 1)])

    def test_the_form_shows_them_before_the_complaint_is_registered(self):
        _install, procedure = self._install()
        team = self.env['complaint.team'].create(
            {'name': "Pilots", 'procedure_id': procedure.id, 'member_ids': self.receiver.ids}
        )
        form = Form(self.env['complaint.case'].with_user(self.receiver))
        form.team_id = team
        self.assertEqual([prop['name'] for prop in form.case_properties], ['quay', 'berth'])
        arch = self.env['complaint.case'].get_view(view_type='search')['arch']
        self.assertIn('name="case_properties"', arch)

    # === LANGUAGES === #

    def test_labels_are_in_the_language_of_whoever_installs(self):
        """Odoo does not translate the labels of properties."""
        _install, procedure = self._install()
        self.assertEqual(procedure.case_properties_definition, ENGLISH)
        chinese = self.preset.with_context(lang='zh_CN')
        other = chinese._install(self.other_company).procedure_id
        self.assertEqual(other.case_properties_definition, CHINESE)

    def test_an_update_by_somebody_else_keeps_the_language(self):
        chinese = self.preset.with_context(lang='zh_CN')
        install = chinese._install(self.env.company)
        self._define(
            json.dumps([*ENGLISH, {'name': 'ship', 'type': 'char', 'string': "Ship"}]),
            json.dumps([*CHINESE, {'name': 'ship', 'type': 'char', 'string': "船名"}]),
        )
        self.assertFalse(install.with_context(lang='en_US')._update())
        self.assertEqual(self._get_labels(install.procedure_id), ["码头", "泊位", "船名"])

    # === UPKEEP === #

    def test_an_update_keeps_what_was_defined_here(self):
        install, procedure = self._install()
        own = [*ENGLISH, {'name': 'tide', 'type': 'char', 'string': "Tide"}]
        procedure.case_properties_definition = own
        case = self._create_case_at(procedure, 'north', "A17")
        self._define(json.dumps(ENGLISH[:1]), json.dumps(CHINESE[:1]))
        [kept] = install._update()
        self.assertIn("Case properties", kept)
        self.assertEqual(procedure.case_properties_definition, own)
        self.assertEqual(case.case_properties['berth'], "A17")

    def test_what_was_defined_before_the_preset_knew_any_is_kept(self):
        self.texts['complaint.procedure'] = 'id,name,code\nprocedure,Harbour,harbour\n'
        install, procedure = self._install()
        own = [{'name': 'tide', 'type': 'char', 'string': "Tide"}]
        procedure.case_properties_definition = own
        self._define(json.dumps(ENGLISH), json.dumps(CHINESE))
        [kept] = install._update()
        self.assertIn("Case properties", kept)
        self.assertEqual(procedure.case_properties_definition, own)

    def test_they_travel_as_they_are_named_here(self):
        _install, procedure = self._install()
        content = self._export(procedure)
        copy = self._import(content, self.other_company)
        self.assertEqual(copy.case_properties_definition, ENGLISH)
        self.assertEqual(self._export(copy), content)

    # === ERRORS === #

    def test_what_is_no_definition_is_told_with_its_place(self):
        place = r"complaint\.procedure\.csv, line 2, column case_properties_definition: "
        for cell, sentence in (
            ("[{", "no list of properties"),
            ('{"name": "quay"}', "no list of properties"),
            ('["quay"]', "no list of properties"),
            ('[{"name": "quay", "type": "rope", "string": "Quay"}]', "rope"),
            (
                '[{"name": "quay", "type": "many2one", "string": "Quay", '
                '"comodel": "complaint.channel", "default": "ref(\'nowhere\')"}]',
                r"ref\(…\) names does not exist",
            ),
        ):
            with self.subTest(cell):
                self._define(cell, "[]")
                self._assert_refused(place + ".*" + sentence)
