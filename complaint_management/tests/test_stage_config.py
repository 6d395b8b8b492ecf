from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..const import PHASES
from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestStageInUse(ComplaintCommon):
    """F1 of the peers: a stage cannot be taken away from under its cases."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.used = cls.stages['acknowledgement'].copy({'name': "Used"})
        cls.free = cls.stages['acknowledgement'].copy({'name': "Free"})
        cls.case = cls._create_case(stage_id=cls.used.id)

    def test_a_stage_in_use_is_not_deleted_and_is_named(self):
        with self._refused(r"move them first: Used \(1\)"):
            (self.used | self.free).with_user(self.admin).unlink()
        self.assertTrue(self.free.exists())
        self.free.with_user(self.admin).unlink()

    def test_a_stage_in_use_is_not_archived(self):
        for archive in (
            lambda stages: stages.action_archive(),
            lambda stages: stages.write({'active': False}),
        ):
            with self._refused(r"Used \(1\)"):
                archive((self.used | self.free).with_user(self.admin))
        self.assertTrue(self.used.active and self.free.active)
        self.free.with_user(self.admin).action_archive()
        self.assertFalse(self.free.active)

    def test_cases_that_the_administrator_cannot_see_count_too(self):
        self.case.flag_ids = self.env['complaint.flag'].create(
            {'name': "Secret", 'restricts_access': True}
        )
        self.env.invalidate_all()
        self.assertFalse(self.case.with_user(self.admin).has_access('read'))
        with self._refused(r"Used \(1\)"):
            self.used.with_user(self.admin).unlink()

    def test_a_stage_in_use_does_not_go_to_another_procedure(self):
        other = self.env['complaint.procedure'].create({'name': "Other", 'code': 'other'})
        with self._refused(r"Used \(1\)"):
            self.used.procedure_id = other
        self.free.procedure_id = other

    def test_a_stage_in_use_does_not_turn_into_an_end_or_a_beginning(self):
        with self._refused(r"Used \(1\)"):
            self.used.phase = 'closed_normal'
        self.used.phase = 'investigation'
        self.assertEqual(self.case.phase, 'investigation')
        self.free.phase = 'closed_normal'
        self.assertTrue(self.free.is_closed)

    def test_a_procedure_in_use_is_not_deleted(self):
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.procedure.unlink()

    def test_only_administrators_configure(self):
        for user in (self.manager, self.committee, self.auditor):
            for model in (
                'complaint.stage',
                'complaint.stage.gate',
                'complaint.procedure',
                'complaint.team',
                'complaint.milestone',
                'complaint.category',
                'complaint.kind',
                'complaint.document.type',
                'complaint.channel',
                'complaint.grade',
                'complaint.flag',
                'complaint.cause',
                'complaint.closing.reason',
            ):
                record = self.env[model].with_user(user).search([], limit=1)
                self.assertTrue(record, f"{user.name} reads {model}")
                for operation in ('write', 'create', 'unlink'):
                    with self.assertRaises(AccessError):
                        record.check_access(operation)


@tagged('post_install', '-at_install')
class TestGateConditions(ComplaintCommon):
    """Design 5, complaint.stage.gate: a condition that cannot be read is refused at once."""

    def _gate(self, **values):
        return self.env['complaint.stage.gate'].create(
            {'stage_id': self.stages['acknowledgement'].id, 'name': "Sentence", **values}
        )

    def test_conditions_that_cannot_be_read_are_refused(self):
        for domain in (
            "[",
            "nonsense",
            "[('name',)]",
            "[('name', '=')]",
            "[('no_such_field', '=', 1)]",
            "[('partner_id.no_such_field', '=', 1)]",
            "['|', ('name', '=', 'x')]",
            "[('name', 'no_such_operator', 'x')]",
            "[('received_at', '>', 'not a date')]",
            "[('round', '=', 'abc')]",
            "[('id', 'child_of', {})]",
            "'text'",
            "5",
            "{}",
            "{'a': 1}",
            "[('create_uid', '=', uid)]",
            "[('name', '=', open('/etc/passwd'))]",
        ):
            with self.subTest(domain=domain), self._refused("cannot be read"):
                self._gate(domain=domain)

    def test_conditions_that_can_be_read_are_taken_and_work(self):
        case = self._create_case()
        for domain, met in (
            ("[('partner_id.name', '=', 'Li Wei')]", True),
            ("['|', ('name', '=', 'x'), ('priority', '=', '0')]", True),
            ("[('category_id', 'child_of', 1)]", False),
            ("[('received_at', '>', 'today -1d')]", True),
            ("[('event_ids.milestone_id.code', '=', 'registered')]", True),
            ("[('event_ids', 'any', [('round', '=', 9)])]", False),
            ("[('flag_ids', '!=', False)]", False),
        ):
            with self.subTest(domain=domain):
                obstacle = self._gate(domain=domain)._get_obstacle(case)
                self.assertEqual(obstacle, None if met else "Sentence")

    def test_a_gate_asks_for_something_in_words(self):
        with self._refused("needs a condition or at least one field"):
            self._gate()
        with self._refused("needs a condition or at least one field"):
            self.env['complaint.stage.gate'].create({'stage_id': self.stages['acknowledgement'].id})
        with self._refused("Write the sentence"):
            self._gate(name=False, domain="[('priority', '=', '1')]")
        field = self.env.ref('complaint_management.field_complaint_case__cause_id')
        gate = self._gate(name=False, field_ids=[Command.link(field.id)])
        self.assertEqual(gate._get_obstacle(self._create_case()), "Fill in: Cause.")
        with self._refused("needs a condition or at least one field"):
            gate.field_ids = False

    def test_an_empty_text_list_or_property_counts_as_not_filled(self):
        names = ('facts', 'flag_ids', 'handler_id', 'limit_date')
        case = self._create_case(facts=False)
        for name in names:
            field = self.env.ref(f'complaint_management.field_complaint_case__{name}')
            gate = self._gate(name=False, field_ids=[Command.link(field.id)])
            self.assertIn(field.field_description, gate._get_obstacle(case))
        case.facts = "  "
        gate = self._gate(
            name="Facts.",
            field_ids=[
                Command.link(self.env.ref('complaint_management.field_complaint_case__facts').id)
            ],
        )
        self.assertEqual(gate._get_obstacle(case), "Facts.", "Blanks are no facts")


@tagged('post_install', '-at_install')
class TestMilestoneConfig(ComplaintCommon):
    """Design 5: the software finds its milestones by code; administrators add their own."""

    def test_codes_that_the_software_uses_stay(self):
        milestone = self.env.ref('complaint_management.milestone_registered').with_user(self.admin)
        with self._refused("Change the name instead"):
            milestone.code = 'other'
        milestone.name = "Taken in"
        with self._refused("archive them instead: Taken in"):
            milestone.unlink()
        with self._refused("cannot be changed"):
            milestone.is_system = False
        milestone.active = False
        case = self._create_case()
        self.assertEqual(self._codes(case), ['received', 'registered'], "Archived ones work on")

    def test_a_code_exists_once(self):
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            self.env['complaint.milestone'].create({'name': "Again", 'code': 'registered'})

    def test_an_own_milestone_is_stamped_at_once_and_from_a_stage(self):
        case = self._create_case()
        with self._refused("“examined”"):
            case._stamp('examined')
        milestone = self.env['complaint.milestone'].create(
            {'name': "Examined, papers to finance", 'code': 'examined', 'manual': True}
        )
        case._stamp('examined')
        self.stages['acknowledgement'].milestone_id = milestone
        self._move(case, 'acknowledgement')
        self.assertEqual(self._codes(case)[2:], ['examined', 'examined'])
        milestone.code = 'checked'
        case._stamp('checked')
        with self._refused("“examined”"):
            case._stamp('examined')

    def test_a_milestone_in_a_history_is_not_deleted(self):
        milestone = self.env['complaint.milestone'].create({'name': "Own", 'code': 'own'})
        self._create_case()._stamp('own')
        with self.assertRaises(IntegrityError), mute_logger('odoo.sql_db'), self.env.cr.savepoint():
            milestone.unlink()


@tagged('post_install', '-at_install')
class TestTrees(ComplaintCommon):
    """Design 5: categories and causes are trees, shown, found and imported by their path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        categories = cls.env['complaint.category']
        cls.root = categories.create({'name': "Repairs", 'code': 'rep'})
        cls.leaf = categories.create({'name': "Leaks", 'parent_id': cls.root.id})
        cls.twig = categories.create({'name': "Roof", 'parent_id': cls.leaf.id})
        cls.other_root = categories.create({'name': "Building"})
        cls.other_leaf = categories.create({'name': "Leaks", 'parent_id': cls.other_root.id})

    def _found(self, text):
        return [found for found, _name in self.env['complaint.category'].name_search(text)]

    def test_a_term_is_shown_with_its_path_also_after_a_rename(self):
        self.assertEqual(self.twig.display_name, "Repairs / Leaks / Roof")
        self.root.name = "Mending"
        self.assertEqual(self.twig.display_name, "Mending / Leaks / Roof")

    def test_a_term_is_found_by_path_name_and_code(self):
        self.assertEqual(self._found("Repairs / Leaks"), self.leaf.ids)
        self.assertEqual(self._found("repairs / leaks / roof"), self.twig.ids)
        self.assertEqual(self._found("Leaks / Roof"), self.twig.ids)
        self.assertEqual(set(self._found("Leaks")), set((self.leaf | self.other_leaf).ids))
        self.assertIn(self.root.id, self._found("rep"))
        self.assertEqual(self._found("Repairs / Nothing"), [])

    def test_the_whole_path_finds_exactly_one_term(self):
        deeper = self.env['complaint.category'].create([{'name': "Top"}, {'name': "Repairs"}])
        deeper[1].parent_id = deeper[0]
        inner = self.env['complaint.category'].create({'name': "Leaks", 'parent_id': deeper[1].id})
        search = self.env['complaint.category'].name_search
        self.assertEqual([r[0] for r in search("Repairs / Leaks", operator='=')], self.leaf.ids)
        self.assertEqual([r[0] for r in search("Top / Repairs / Leaks", operator='=')], inner.ids)

    def test_an_import_names_a_category_by_its_path(self):
        result = (
            self.env['complaint.case']
            .with_user(self.receiver)
            .load(
                ['name', 'team_id', 'category_id'],
                [["One", "Care", "Repairs / Leaks"], ["Two", "Care", "Building / Leaks"]],
            )
        )
        self.assertFalse(result['messages'])
        cases = self.env['complaint.case'].browse(result['ids'])
        self.assertEqual(cases.mapped('category_id'), self.leaf | self.other_leaf)

    def test_an_unknown_category_of_an_import_is_named(self):
        result = (
            self.env['complaint.case']
            .with_user(self.receiver)
            .load(['name', 'category_id'], [["One", "Repairs / Nothing"]])
        )
        self.assertFalse(result['ids'])
        self.assertIn("Repairs / Nothing", result['messages'][0]['message'])

    def test_an_ambiguous_name_of_an_import_is_told(self):
        result = (
            self.env['complaint.case']
            .with_user(self.receiver)
            .load(['name', 'category_id'], [["One", "Leaks"]])
        )
        self.assertTrue(result['messages'], "Nobody guesses which Leaks is meant")

    def test_a_tree_has_no_cycle(self):
        with self.assertRaises(UserError):
            self.root.parent_id = self.twig
        cause = self.env['complaint.cause'].create({'name': "Machine"})
        with self.assertRaises(UserError):
            cause.parent_id = cause

    def test_a_term_in_use_is_not_deleted(self):
        self._create_case(category_id=self.twig.id)
        for term in (self.root, self.twig):
            with (
                self.assertRaises(IntegrityError),
                mute_logger('odoo.sql_db'),
                self.env.cr.savepoint(),
            ):
                term.unlink()

    def test_searching_below_a_term(self):
        case = self._create_case(category_id=self.twig.id)
        domain = [('category_id', 'child_of', self.root.id)]
        self.assertEqual(self.env['complaint.case'].search(domain), case)


@tagged('post_install', '-at_install')
class TestBoard(ComplaintCommon):
    """Design 5, complaint.stage: the board shows one procedure with all its stages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env['complaint.procedure'].create(
            {
                'name': "Pawn shop",
                'code': 'pawn',
                'stage_ids': [
                    Command.create({'name': f"Stage {n}", 'sequence': n}) for n in (2, 1)
                ],
            }
        )
        cls.cases = cls.env['complaint.case'].with_user(cls.receiver)

    def _columns(self, domain, **context):
        result = self.cases.with_context(read_group_expand=True, **context).web_read_group(
            domain, groupby=['stage_id'], aggregates=['__count']
        )
        return [group['stage_id'][0] for group in result['groups']]

    def test_all_stages_of_the_one_procedure_are_columns_in_their_order(self):
        case = self._create_case()
        stages = self.procedure.stage_ids.sorted('sequence')
        self.assertEqual(self._columns([('id', '=', case.id)]), stages.ids)
        self.assertEqual(
            self._columns([('id', '=', 0)], default_procedure_id=self.other.id),
            self.other.stage_ids.sorted('sequence').ids,
        )

    def test_cases_of_two_procedures_show_the_stages_where_they_stand(self):
        cases = self._create_case() | self._create_case(procedure_id=self.other.id)
        self.assertEqual(set(self._columns([('id', 'in', cases.ids)])), set(cases.stage_id.ids))

    def test_without_a_procedure_the_phases_are_the_columns(self):
        case = self._create_case()
        groups = self.cases.with_context(read_group_expand=True).web_read_group(
            [('id', '=', case.id)], groupby=['phase'], aggregates=['__count']
        )['groups']
        self.assertEqual(
            [(group['phase'], group['__count']) for group in groups],
            [(phase, int(phase == 'intake')) for phase, _label in PHASES],
        )

    def test_the_board_of_the_last_procedure_is_remembered(self):
        action = self.cases.action_open_board()
        self.assertEqual(action['context']['default_procedure_id'], self.procedure.id)
        self.other.with_user(self.receiver).action_open_cases()
        self.assertEqual(self.receiver.complaint_procedure_id, self.other)
        action = self.cases.action_open_board()
        self.assertEqual(action['context']['default_procedure_id'], self.other.id)
        self.other.active = False
        action = self.cases.action_open_board()
        self.assertEqual(action['context']['default_procedure_id'], self.procedure.id)

    def test_the_board_of_a_team_shows_its_cases_only(self):
        action = self.team.with_user(self.receiver).action_open_cases()
        self.assertEqual(action['context']['search_default_team_id'], self.team.id)
        self.assertEqual(action['context']['default_procedure_id'], self.procedure.id)

    def test_a_board_of_nobody_without_procedure_opens(self):
        self.env['complaint.procedure'].search([]).active = False
        self.team.procedure_id = False
        self.assertNotIn('default_procedure_id', self.cases.action_open_board()['context'])

    def test_the_counters_of_a_team_count_open_and_unassigned(self):
        self._create_case()
        self._create_worked_case()
        self._move(self._create_worked_case(), 'closed')
        team = self.team.with_user(self.receiver)
        self.assertEqual((team.open_count, team.unassigned_count), (2, 1))

    def test_a_team_does_not_escalate_to_itself(self):
        child = self.env['complaint.team'].create({'name': "Night", 'parent_id': self.team.id})
        with self.assertRaises(UserError):
            self.team.parent_id = child

    def test_a_procedure_is_copied_with_a_code_of_its_own(self):
        copies = (self.procedure | self.other).copy()
        self.assertEqual(
            copies.mapped('name'), ["Standard procedure (ISO 10002) (copy)", "Pawn shop (copy)"]
        )
        self.assertEqual(len(set((copies | self.procedure | self.other).mapped('code'))), 4)
