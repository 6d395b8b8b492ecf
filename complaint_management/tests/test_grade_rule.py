from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ComplaintCommon


@tagged('post_install', '-at_install')
class TestGradeRules(ComplaintCommon):
    """T8: the grade follows from cause, complexity, channel, topic, validity or severity."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.general, cls.complex, cls.major, cls.special = (
            cls.env.ref(f'complaint_management.grade_{code}')
            for code in ('general', 'complex', 'major', 'special')
        )
        cls.media, cls.legal_flag, cls.threat, cls.sensitive = (
            cls.env.ref(f'complaint_management.flag_{code}')
            for code in ('media', 'legal', 'threat', 'sensitive')
        )
        cls.phone = cls.env.ref('complaint_management.channel_phone')
        cls.rules = cls.env['complaint.grade.rule']

    def _rule(self, grade, domain=None, **values):
        return self.rules.create(
            {
                'name': f"{grade.name} because",
                'grade_id': grade.id,
                'domain': domain and str(domain),
                **values,
            }
        )

    def _last_payload(self, case, code):
        events = case.sudo().event_ids.sorted('sequence')
        return events.filtered(lambda e: e.milestone_id.code == code)[-1:].payload

    # === AT REGISTRATION === #

    def test_the_first_rule_that_matches_grades_a_new_case(self):
        self._rule(self.major, [('priority', '=', '2')], sequence=2)
        self._rule(self.complex, [('priority', '!=', '0')], sequence=1)
        self.assertEqual(self._create_case(priority='2').grade_id, self.complex)
        self.assertFalse(self._create_case().grade_id)

    def test_the_gravest_of_rule_flags_and_channel_wins(self):
        self._rule(self.general)
        self.media.implied_grade_id = self.special
        self.threat.implied_grade_id = self.complex
        self.phone.implied_grade_id = self.major
        flags = [Command.set((self.media | self.threat).ids)]
        self.assertEqual(self._create_case().grade_id, self.general)
        self.assertEqual(self._create_case(channel_id=self.phone.id).grade_id, self.major)
        case = self._create_case(channel_id=self.phone.id, flag_ids=flags)
        self.assertEqual(case.grade_id, self.special)
        self.assertTrue(case.grade_is_ruled)

    def test_without_a_candidate_the_category_says_it(self):
        self.category.grade_id = self.complex
        case = self._create_case(category_id=self.category.id)
        self.assertEqual(case.grade_id, self.complex)
        self._rule(self.general, [('priority', '=', '0')])
        case = self._create_case(category_id=self.category.id)
        self.assertEqual(case.grade_id, self.general, "A rule says more than a default")

    def test_grades_of_another_procedure_never_follow(self):
        other = self.env['complaint.procedure'].create({'name': "Other", 'code': 'other'})
        foreign = self.env['complaint.grade'].create(
            {'name': "Foreign", 'rank': 99, 'procedure_id': other.id}
        )
        self._rule(foreign, sequence=1)
        self.media.implied_grade_id = foreign
        self.phone.implied_grade_id = self.complex
        case = self._create_case(channel_id=self.phone.id, flag_ids=[Command.link(self.media.id)])
        self.assertEqual(case.grade_id, self.complex)

    def test_rules_serve_one_procedure_or_all(self):
        other = self.env['complaint.procedure'].create({'name': "Other", 'code': 'other'})
        self._rule(self.special, procedure_id=other.id)
        self.assertFalse(self._create_case().grade_id)

    def test_a_mail_is_graded_when_it_is_registered(self):
        self._rule(self.major)
        case = self._create_case(registered_at=False)
        self.assertFalse(case.grade_id)
        case.action_register()
        self.assertEqual(case.grade_id, self.major)
        self.assertNotIn('graded', self._codes(case))

    def test_a_batch_and_an_import_are_graded_alike(self):
        self._rule(self.major, [('description', 'ilike', 'injur')])
        values = [{'name': f"Case {n}", 'team_id': self.team.id} for n in range(3)]
        values[1]['description'] = "Somebody was injured."
        cases = self.env['complaint.case'].with_user(self.receiver).create(values)
        self.assertEqual(cases.mapped('grade_id'), self.major)
        self.assertEqual(cases[1].grade_id, self.major)
        model = self.env['complaint.case'].with_user(self.receiver)
        result = model.load(['name', 'description'], [["A", "He was injured"], ["B", "Late"]])
        self.assertEqual(
            self.env['complaint.case'].browse(result['ids']).mapped('grade_id.code'), ['major']
        )

    def test_a_graver_grade_of_the_desk_stays(self):
        self._rule(self.general)
        case = self._create_case(grade_id=self.major.id)
        self.assertEqual(case.grade_id, self.major)
        case.priority = '2'
        self.assertEqual(case.grade_id, self.major)

    def test_a_lower_grade_at_the_desk_needs_its_reason(self):
        self._rule(self.major)
        self.assertEqual(self._create_case(grade_id=self.general.id).grade_id, self.major)
        case = self._create_case(grade_id=self.general.id, grade_reason="A known prank.")
        self.assertEqual(case.grade_id, self.general)
        self.assertTrue(case.grade_is_manual)

    # === WHEN AN INPUT CHANGES === #

    def test_a_change_of_an_input_grades_again(self):
        rule = self._rule(self.major, [('priority', '=', '2')])
        case = self._create_case()
        case.priority = '2'
        self.assertEqual(case.grade_id, self.major)
        self.assertEqual(
            self._last_payload(case, 'graded'), {'from': False, 'to': "Major", 'by': rule.name}
        )
        self.category.grade_id = self.general
        case.write({'priority': '0', 'category_id': self.category.id})
        self.assertEqual(case.grade_id, self.general)
        self.assertEqual(self._codes(case).count('graded'), 2)

    def test_any_field_that_a_rule_names_is_an_input(self):
        self._rule(self.major, [('facts', 'ilike', 'injur')])
        case = self._create_case()
        case.facts = "Two people were injured."
        self.assertEqual(case.grade_id, self.major)

    def test_flags_and_rulings_grade_again(self):
        """Flags with effects; a special case may follow from the ruling."""
        self.media.implied_grade_id = self.major
        self._rule(self.special, [('validity', '=', 'valid')])
        case = self._create_case()
        case.flag_ids |= self.media
        self.assertEqual(case.grade_id, self.major)
        self.assertEqual(self._last_payload(case, 'graded')['by'], "Media involved")
        case.validity = 'valid'
        self.assertEqual(case.grade_id, self.special)
        self.assertEqual(self._codes(case)[-2:], ['ruled', 'graded'])

    def test_a_case_follows_its_category_until_somebody_grades_it(self):
        other = self.env.ref('complaint_management.category_delivery_late').copy(
            {'grade_id': self.complex.id}
        )
        self.category.grade_id = self.general
        case = self._create_case(category_id=self.category.id)
        case.category_id = other
        self.assertEqual(case.grade_id, self.complex)
        case.grade_id = self.special
        case.category_id = self.category
        self.assertEqual(case.grade_id, self.special)

    def test_closed_cases_keep_their_grade(self):
        case = self._create_worked_case(validity='valid')
        self._move(case, 'solution', 'closed')
        self._rule(self.special, [('priority', '=', '2')])
        case.priority = '2'
        self.assertEqual(case.grade_id, self.general)

    def test_a_flag_that_closes_the_case_to_who_sets_it_has_its_effects(self):
        self.sensitive.implied_grade_id = self.major
        case = self._create_case(user=self.manager, contact_owner_id=self.manager.id)
        case.with_user(self.receiver).flag_ids = [Command.link(self.sensitive.id)]
        self.assertEqual(case.grade_id, self.major)
        with self.assertRaises(AccessError):
            self._as(self.receiver, case).read(['name'])

    # === A PERSON SAYS OTHERWISE === #

    def test_another_grade_needs_a_reason(self):
        rule = self._rule(self.major)
        case = self._create_case()
        with self._refused(f"“Major” follows from “{rule.name}”.*Reason for another grade"):
            case.grade_id = self.general
        case.write({'grade_id': self.general.id, 'grade_reason': "A child's joke."})
        self.assertTrue(case.grade_is_manual)
        self.assertEqual(
            self._last_payload(case, 'graded'), {'from': "Major", 'to': "General", 'by': 'person'}
        )
        case.priority = '2'
        self.assertEqual(case.grade_id, self.general, "Rules leave it alone now")

    def test_the_reason_is_asked_for_in_the_list_too(self):
        self._rule(self.major)
        cases = self._create_case() | self._create_case()
        with self._refused(f"(?s){cases[0].number}.*{cases[1].number}"):
            cases.write({'grade_id': self.general.id})

    def test_without_rules_people_grade_freely(self):
        case = self._create_case()
        case.grade_id = self.major
        self.assertFalse(case.grade_is_manual)
        self.assertEqual(self._last_payload(case, 'graded')['by'], 'person')

    def test_without_its_reason_the_rules_grade_again(self):
        self._rule(self.major)
        case = self._create_case()
        case.write({'grade_id': self.general.id, 'grade_reason': "A joke."})
        case.grade_reason = False
        self.assertEqual(case.grade_id, self.major)
        self.assertFalse(case.grade_is_manual)
        case.write({'grade_id': self.general.id, 'grade_reason': "A joke."})
        case.grade_id = False
        self.assertEqual((case.grade_id, case.grade_reason), (self.major, False))

    def test_a_form_that_sends_the_default_of_a_category_is_no_choice(self):
        self.category.grade_id = self.general
        self._rule(self.major, [('category_id', '=', self.category.id)])
        case = self._create_case()
        with Form(case.with_user(self.receiver)) as form:
            form.category_id = self.category
            self.assertEqual(form.grade_id, self.general)
        self.assertEqual(case.grade_id, self.major)

    def test_nobody_claims_what_only_the_software_knows(self):
        case = self._create_case()
        for name in ('grade_is_manual', 'grade_is_ruled'):
            with self._refused("software sets these fields itself"):
                case.write({name: True})

    # === FLAGS === #

    def test_a_grade_brings_its_flags(self):
        """PAWN-2.4-c: legal takes part in major complaints."""
        self.major.flag_ids = self.legal_flag
        self._rule(self.major, [('priority', '=', '2')])
        case = self._create_case(priority='2')
        self.assertEqual(case.flag_ids, self.legal_flag)
        self.assertTrue(self._as(self.legal, case).name)
        self.assertEqual(self._last_payload(case, 'flagged')['names'], ["Legal dispute"])
        case.priority = '0'
        self.assertEqual(case.flag_ids, self.legal_flag, "Never taken away")

    def test_flags_that_imply_grades_that_imply_flags_come_to_rest(self):
        self.media.implied_grade_id = self.complex
        self.complex.flag_ids = self.threat
        self.threat.implied_grade_id = self.special
        self.special.flag_ids = self.media | self.legal_flag
        case = self._create_case()
        case.flag_ids |= self.media
        self.assertEqual(case.grade_id, self.special)
        self.assertEqual(case.flag_ids, self.media | self.threat | self.legal_flag)
        self.assertEqual(self._codes(case).count('flagged'), 1)

    def test_flags_are_recorded(self):
        case = self._create_case(flag_ids=[Command.link(self.media.id)])
        self.assertEqual(
            self._last_payload(case, 'flagged'),
            {'names': ["Media involved"], 'codes': ['media'], 'flag_ids': self.media.ids},
        )
        case.flag_ids = [Command.set([self.threat.id])]
        self.assertEqual(self._last_payload(case, 'flagged')['codes'], ['threat'])
        self.assertEqual(self._last_payload(case, 'unflagged')['names'], ["Media involved"])

    # === AROUND === #

    def test_a_rule_with_a_bad_condition_is_refused(self):
        with self.assertRaises(UserError):
            self._rule(self.major, [('no_such_field', '=', 1)])

    def test_only_administrators_write_rules(self):
        rule = self._rule(self.major)
        self.assertTrue(rule.with_user(self.handler).name)
        for user in (self.receiver, self.manager, self.auditor, self.committee):
            with self.assertRaises(AccessError):
                rule.with_user(user).name = "Mine"
        rule.with_user(self.admin).name = "Ours"

    def test_history_is_not_graded_again(self):
        self._rule(self.major)
        case = (
            self.env['complaint.case']
            .with_user(self.admin)
            .with_context(complaint_import='history')
            .create(
                {
                    'name': "Old",
                    'team_id': self.team.id,
                    'grade_id': self.general.id,
                    'received_at': '2020-01-01 08:00:00',
                    'stage_id': self.stages['intake'].id,
                }
            )
        )
        self.assertEqual(case.grade_id, self.general)
        self.assertEqual(self._codes(case), ['received', 'registered'])

    def test_rules_cost_no_query_at_registration(self):
        """The budget of registering a complaint, 22, holds with rules in place."""
        cases = self.env['complaint.case'].with_user(self.receiver)
        values = {
            'name': "The lift stands still",
            'complainant_name': "Zhang Min",
            'category_id': self.category.id,
            'team_id': self.team.id,
        }
        plain = self._count_queries(lambda: cases.create(dict(values)))
        self._rule(self.major, [('priority', '=', '0')])
        ruled = self._count_queries(lambda: cases.create(dict(values)))
        self.assertLessEqual(ruled, plain + 1, "the name of the grade")
        batch = self._count_queries(lambda: cases.create([dict(values) for _n in range(30)]))
        self.assertLessEqual(batch, ruled + 3)
