from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import ComplaintCommon

# What an administrator chooses in the menu of procedures: no two agree (requirements 3.1).
SWITCHES = {
    'telecom': {
        'followup_owner': 'contact_owner',
        'answer_by': 'contact_owner',
        'callback_mode': 'none',
        'max_rounds': 1,
        'after_max_rounds': 'level_up',
        'reopen_window_days': 0,
        'allow_anonymous': True,
    },
    'pawn': {
        'followup_owner': 'team_leader',
        'answer_by': 'followup_owner',
        'callback_mode': 'after',
        'max_rounds': 0,
        'after_max_rounds': 'again',
        'reopen_window_days': 90,
        'allow_anonymous': False,
    },
    'developer': {
        'followup_owner': 'handler',
        'answer_by': 'handler',
        'callback_mode': 'gate',
        'max_rounds': 1,
        'after_max_rounds': 'abnormal',
        'reopen_window_days': 7,
        'allow_anonymous': True,
    },
}


@tagged('post_install', '-at_install')
class TestContradictingProcedures(ComplaintCommon):
    """TELECOM-HALL, PAWN and DEVELOPER-GRADED side by side in one company, each by its own rules.

    Everything that differs is a record or a switch that an administrator set in menus.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        presets = cls.env['complaint.preset'].search([('code', 'in', list(SWITCHES))])
        cls.procedures = {
            preset.code: preset._install(cls.company).procedure_id for preset in presets
        }
        for code, switches in SWITCHES.items():
            cls.procedures[code].with_user(cls.admin).write(switches)
        teams = cls.env['complaint.team'].with_user(cls.admin)
        cls.upper = teams.create({'name': "Upper", 'leader_id': cls.committee.id})
        cls.teams = {
            code: teams.create(
                {
                    'name': code,
                    'procedure_id': procedure.id,
                    'parent_id': cls.upper.id,
                    'leader_id': cls.manager.id,
                    'member_ids': [Command.set([cls.receiver.id, cls.handler.id])],
                }
            )
            for code, procedure in cls.procedures.items()
        }

    def _register(self, code, **values):
        """Take a complaint in by the procedure of a trade, complete in every respect."""
        category = self.env['complaint.category'].search(
            [('procedure_id', '=', self.procedures[code].id), ('child_ids', '=', False)], limit=1
        )
        return self._create_case(
            team_id=self.teams[code].id,
            procedure_id=self.procedures[code].id,
            channel_id=self.env.ref('complaint_management.channel_phone').id,
            category_id=category.id,
            expected_solution="An apology.",
            department_id=self.department.id,
            investigator_id=self.handler.id,
            **{'handler_id': self.handler.id, **values},
        )

    def _get_end(self, code):
        stages = self.procedures[code].stage_ids
        return stages.filtered(lambda stage: stage.phase == 'closed_normal')[:1]

    def test_who_follows_to_the_end(self):
        """T1: the first contact, the leader of customer service, or the handler."""
        expected = {'telecom': self.receiver, 'pawn': self.manager, 'developer': self.handler}
        for code, user in expected.items():
            with self.subTest(code):
                self.assertEqual(self._register(code).followup_user_id, user)

    def test_who_tells_the_customer(self):
        """T2: each procedure lets another person answer, and tells the others who it is."""
        people = {'telecom': self.receiver, 'pawn': self.manager, 'developer': self.handler}
        for code, who in people.items():
            for user in set(people.values()):
                with self.subTest(code, user=user.name):
                    case = self._register(code).with_user(user)
                    if user == who:
                        case._answer("We are sorry.", means='phone')
                        self.assertIn('answered', self._codes(case))
                    else:
                        with self._refused(who.name, RedirectWarning):
                            case._answer("We are sorry.", means='phone')
                        self.assertNotIn('answered', self._codes(case))

    def test_whether_a_callback_gates_the_end(self):
        """T4: only the developer's complaint waits for the customer's consent."""
        for code in SWITCHES:
            with self.subTest(code):
                case = self._register(code)
                sentences = case._get_move_obstacles(self._get_end(code)).get(case, [])
                asks = [text for text in sentences if "Call the customer back" in text]
                self.assertEqual(bool(asks), code == 'developer')

    def test_what_follows_when_the_customer_stays_unhappy(self):
        """T5: one level up, handled again without end, or an abnormal end."""
        outcomes = {}
        for code in SWITCHES:
            case = self._register(code)
            answerer = case._get_answerers()
            for _round in range(2):
                self._pass_time(minutes=1)
                case.with_user(answerer)._answer("We are sorry.", means='phone')
                self._pass_time(minutes=1)
                case.with_user(answerer)._reject_answer("Still not mended.")
                self.env.invalidate_all()
                if case.team_id == self.upper or case.round == 1:
                    break
            outcomes[code] = (case.team_id == self.upper, case.round)
        self.assertEqual(outcomes['telecom'], (True, 1))  # the limits run on (INS-3.1-f)
        self.assertEqual(outcomes['pawn'], (False, 3))
        self.assertEqual(outcomes['developer'][0], False)
        self.assertLess(outcomes['developer'][1], 3)

    def test_whether_the_complainant_may_stay_anonymous(self):
        """T11: contact required by the pawnshop, not by the others."""
        nobody = {'partner_id': False, 'complainant_name': False}
        for code in ('telecom', 'developer'):
            with self.subTest(code):
                self.assertTrue(self._register(code, **nobody).number)
        with self._refused("Say who complains"):
            self._register('pawn', **nobody)

    def test_an_administrator_changes_one_of_them_in_menus(self):
        """A gate, a switch and a rule that are added to one procedure leave the others alone."""
        telecom = self.procedures['telecom'].with_user(self.admin)
        telecom.callback_mode = 'gate'
        self.env['complaint.stage.gate'].with_user(self.admin).create(
            {
                'stage_id': self._get_end('telecom').id,
                'name': "Write down what the customer expects in full.",
                'domain': "[('expected_solution', 'ilike', 'in full')]",
            }
        )
        grade = (
            self.env['complaint.grade']
            .with_user(self.admin)
            .create({'name': "Burning", 'rank': 9, 'procedure_id': telecom.id})
        )
        self.env['complaint.grade.rule'].with_user(self.admin).create(
            {
                'name': "Very urgent is burning",
                'procedure_id': telecom.id,
                'domain': "[('priority', '=', '2')]",
                'grade_id': grade.id,
            }
        )
        for code in SWITCHES:
            with self.subTest(code):
                case = self._register(code, priority='2')
                text = ' '.join(case._get_move_obstacles(self._get_end(code)).get(case, []))
                self.assertEqual(case.grade_id == grade, code == 'telecom')
                self.assertEqual("in full" in text, code == 'telecom')
                self.assertEqual("Call the customer back" in text, code != 'pawn')

    def test_a_handler_changes_nothing_of_it(self):
        """Configuration is the administrator's: a handler is refused (TEL-1.10)."""
        for user in (self.handler, self.receiver, self.manager):
            with self.subTest(user.name), self.assertRaises(UserError):
                self.procedures['pawn'].with_user(user).write({'callback_mode': 'none'})
