from odoo.exceptions import AccessError, RedirectWarning
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import ComplaintCommon


class RulingCommon(ComplaintCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case = cls._create_case(handler_id=cls.handler.id)

    def _request(self, user=None, proposed='invalid', opinion="The parcel was in time.", case=None):
        case = case or self.case
        action = case.with_user(user or self.handler).action_request_ruling()
        form = Form(
            self.env[action['res_model']]
            .with_user(user or self.handler)
            .with_context(**action['context'])
        )
        form.proposed = proposed
        form.opinion = opinion
        form.save().action_confirm()

    def _ruling_activities(self, case=None):
        kind = self.env.ref('complaint_management.activity_type_ruling')
        return (
            (case or self.case)
            .sudo()
            .activity_ids.filtered(lambda activity: activity.activity_type_id == kind)
        )

    def _last_payload(self, code, case=None):
        events = (case or self.case).sudo().event_ids.sorted('sequence')
        return events.filtered(lambda e: e.milestone_id.code == code)[-1:].payload


@tagged('post_install', '-at_install')
class TestRuling(RulingCommon):
    """DEVP-4.1.1-a, -b: who cannot decide asks, with an opinion; superiors answer."""

    # === REQUEST === #

    def test_a_revoked_ruling_holds_no_more(self):
        """Design 5: a revoked event counts as if it had not happened."""
        case = self._create_case()
        case.with_user(self.manager).validity = 'valid'
        [event] = case.sudo().event_ids._get_effective(['ruled'])
        event.with_user(self.manager)._revoke("Ruled on the wrong complaint")
        self.assertEqual((case.validity, case.ruling_state), ('undetermined', 'none'))

    def test_a_later_ruling_outlives_the_revocation_of_an_earlier_one(self):
        case = self._create_case().with_user(self.manager)
        case.validity = 'valid'
        case.validity = 'unreasonable'
        first = case.sudo().event_ids._get_effective(['ruled']).sorted('sequence')[0]
        first.with_user(self.manager)._revoke("Too early")
        self.assertEqual(case.validity, 'unreasonable')

    def test_a_request_carries_opinion_and_proposal(self):
        self._request()
        self.assertEqual(self.case.ruling_state, 'requested')
        self.assertEqual(
            self._last_payload('ruling_requested'),
            {'subject': 'validity', 'opinion': "The parcel was in time.", 'proposed': 'invalid'},
        )
        self.assertEqual(self._ruling_activities().user_id, self.manager)
        self.assertEqual(self.case.validity, 'undetermined')

    def test_everything_that_is_missing_is_told_at_once(self):
        with self._refused("(?s)your own opinion.*Propose a ruling"):
            self.case.with_user(self.handler)._request_ruling(" ", 'undetermined')
        self._request()
        with self._refused("requested already"):
            self._request()
        waiting = self._create_case(registered_at=False)
        with self._refused("registered and open"):
            waiting._request_ruling("x", 'valid')

    def test_the_leader_asks_the_leader_above(self):
        board = self.env['complaint.team'].create({'name': "Board", 'leader_id': self.committee.id})
        self.team.parent_id = board
        self._request(self.manager)
        self.assertEqual(self._ruling_activities().user_id, self.committee)

    def test_a_recused_leader_hears_nothing(self):
        board = self.env['complaint.team'].create(
            {'name': "Board", 'leader_id': self.department_head.id}
        )
        self.team.parent_id = board
        case = self._create_case(handler_id=self.handler.id)
        case.sudo().accused_employee_ids = [Command.link(self.employees['manager'].id)]
        self._request(case=case)
        self.assertEqual(self._ruling_activities(case).user_id, self.department_head)

    def test_without_any_leader_the_committee_is_asked(self):
        self.team.leader_id = False
        self._request()
        self.assertIn(self.committee, self._ruling_activities().user_id)
        self.env.ref('complaint_management.group_complaint_committee').user_ids = False
        case = self._create_case(handler_id=self.handler.id)
        with self._refused("There is nobody to rule"):
            self._request(case=case)

    def test_who_may_not_write_the_case_does_not_ask(self):
        for user in (self.legal, self.outsider, self.auditor):
            with self.assertRaises(AccessError):
                self.case.with_user(user)._request_ruling("x", 'valid')
        with self._refused("software sets these fields itself"):
            self.case.with_user(self.handler).write({'ruling_state': 'none'})

    # === WHO RULES === #

    def test_without_a_request_everybody_on_the_case_rules(self):
        self.case.with_user(self.handler).validity = 'valid'
        self.assertEqual(
            self._last_payload('ruled'),
            {'subject': 'validity', 'from': 'undetermined', 'to': 'valid'},
        )
        self.assertEqual(self.case.ruling_state, 'ruled')

    def test_after_a_request_superiors_rule_and_never_who_asked(self):
        self._request()
        with self._refused("You have asked"):
            self.case.with_user(self.handler).validity = 'invalid'
        with self._refused("only a manager of the complaint or the handling team"):
            self.case.with_user(self.receiver).validity = 'invalid'
        self.case.with_user(self.manager).validity = 'invalid'
        self.assertEqual(self.case.ruling_state, 'ruled')
        self.assertFalse(self._ruling_activities())
        with self._refused("You have asked"):
            self.case.with_user(self.handler).validity = 'valid'

    def test_a_manager_who_asked_does_not_answer(self):
        self.team.parent_id = self.env['complaint.team'].create(
            {'name': "Board", 'leader_id': self.committee.id}
        )
        self._request(self.manager)
        with self._refused("You have asked"):
            self.case.with_user(self.manager).validity = 'valid'
        self.case.with_user(self.committee).validity = 'valid'

    def test_a_manager_of_elsewhere_is_no_manager_of_the_case(self):
        self._request(self.receiver)
        self.case.sudo().followup_user_id = self.department_head
        with self._refused("only a manager of the complaint"):
            self.case.with_user(self.department_head).validity = 'valid'
        self.case.sudo().department_id = self.department
        self.case.with_user(self.department_head).validity = 'valid'

    def test_every_way_in_meets_it(self):
        self._request()
        case = self.case.with_user(self.handler)
        with self._refused("You have asked"):
            case.web_save({'validity': 'valid'}, {})
        result = case.load(['.id', 'validity'], [[str(case.id), "Valid"]])
        self.assertIn("You have asked", str(result['messages']))
        wizard = (
            self.env['complaint.case.close']
            .with_user(self.handler)
            .create({'case_id': case.id, 'validity': 'valid', 'stage_id': self.stages['closed'].id})
        )
        with self._refused("You have asked"):
            wizard.action_confirm()
        self.assertEqual(case.validity, 'undetermined')

    def test_the_dialog_starts_from_the_proposal(self):
        self._request(proposed='out_of_scope')
        action = self.case.with_user(self.manager).action_rule()
        form = Form(
            self.env[action['res_model']].with_user(self.manager).with_context(**action['context'])
        )
        self.assertEqual(form.validity, 'out_of_scope')
        form.validity_note = "The road belongs to the city."
        form.referred_to = "Road office, phone 12345"
        form.save().action_confirm()
        self.assertEqual(self.case.validity, 'out_of_scope')
        self.assertEqual(self.case.referred_to, "Road office, phone 12345")
        self.assertEqual(self._last_payload('ruled')['to'], 'out_of_scope')

    def test_a_list_edit_records_each_case_that_changes(self):
        other = self._create_case(validity='valid')
        (self.case | other).with_user(self.receiver).write({'validity': 'valid'})
        self.assertEqual(self._codes(self.case).count('ruled'), 1)
        self.assertEqual(self._codes(other).count('ruled'), 1)

    def test_a_copy_is_not_ruled(self):
        copy = self._create_case(validity='valid').copy()
        self.assertEqual(copy.validity, 'undetermined')


@tagged('post_install', '-at_install')
class TestRefusals(RulingCommon):
    """T14: invalid, unreasonable, out of scope, not liable: four refusals, each explained."""

    def setUp(self):
        super().setUp()
        self.reason = self.env.ref('complaint_management.closing_reason_explained')

    def test_each_refusal_is_explained_before_it_closes(self):
        for validity in ('invalid', 'unreasonable', 'not_liable'):
            case = self._create_worked_case(validity=validity)
            label = dict(case._fields['validity'].selection)[validity]
            with self.subTest(validity):
                with self._refused(f"Explain the ruling “{label}”", RedirectWarning):
                    case.stage_id = self.stages['closed']
                case.write(
                    {'validity_note': "The parcel came in time.",
                     'stage_id': self.stages['closed'].id}
                )  # fmt: skip
                self.assertTrue(case.is_closed)

    def test_out_of_scope_says_where_to_go(self):
        case = self._create_worked_case(validity='out_of_scope')
        with self._refused(
            "(?s)Explain the ruling.*where the customer was referred", RedirectWarning
        ):
            case.stage_id = self.stages['closed']
        with self._refused(
            "(?s)closing explanation.*where the customer was referred", RedirectWarning
        ):
            case.stage_id = self.stages['refused']
        case.referred_to_id = self.customer
        case.write({'closing_note': "Not ours.", 'stage_id': self.stages['refused'].id})
        self.assertEqual(case.phase, 'refused')

    def test_nobody_types_it_twice(self):
        case = self._create_worked_case(validity='invalid', closing_note="It came in time.")
        case.stage_id = self.stages['closed']
        self.assertTrue(case.is_closed)
        case = self._create_worked_case(validity='invalid', validity_note="It came in time.")
        case.stage_id = self.stages['refused']
        self.assertEqual(case.phase, 'refused')

    def test_the_dialog_of_closing_refuses_with_everything(self):
        case = self._create_worked_case(validity='undetermined')
        form = Form(
            self.env['complaint.case.close']
            .with_user(self.receiver)
            .with_context(default_case_id=case.id)
        )
        form.stage_id = self.stages['refused']
        form.validity = 'out_of_scope'
        form.referred_to = "City hall"
        form.closing_note = "Not ours."
        form.save().action_confirm()
        self.assertEqual((case.phase, case.referred_to), ('refused', "City hall"))

    def test_withdrawing_asks_for_none_of_it(self):
        case = self._create_worked_case(validity='invalid', closing_note="Found it.")
        case.stage_id = self.stages['withdrawn']
        self.assertEqual(case.phase, 'withdrawn')

    # === LETTER === #

    def _refuse(self, **values):
        case = self._create_worked_case(**values)
        case.stage_id = self.stages['refused']
        mail = self.env['mail.mail'].search(
            [('model', '=', 'complaint.case'), ('res_id', '=', case.id)]
        )
        self.assertEqual(len(mail), 1)
        return mail

    def test_the_letter_says_why_and_where_to_go(self):
        words = {
            'invalid': "does not confirm",
            'unreasonable': "goes beyond",
            'out_of_scope': "not ours to decide",
            'not_liable': "does not lie with us",
        }
        for validity, sentence in words.items():
            with self.subTest(validity):
                mail = self._refuse(
                    validity=validity,
                    validity_note="The road\nbelongs to the city.",
                    referred_to="Road office",
                )
                self.assertIn(sentence, mail.body_html)
                self.assertIn("belongs to the city", mail.body_html)
                self.assertIn("Road office", mail.body_html)
                others = set(words.values()) - {sentence}
                self.assertFalse([other for other in others if other in mail.body_html])
        self.assertEqual(mail.recipient_ids, self.customer)

    def test_words_of_the_case_do_not_become_html(self):
        mail = self._refuse(validity='invalid', validity_note="<script>alert(1)</script>")
        self.assertNotIn("<script>", mail.body_html)


@tagged('post_install', '-at_install')
class TestLegalStrategy(RulingCommon):
    """PAWN-2.4-b: the risk and the strategy of a possible dispute are read by few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.case.sudo().write(
            {
                'flag_ids': [Command.link(cls.env.ref('complaint_management.flag_legal').id)],
                'legal_risk': 'high',
                'legal_strategy': "Settle before the hearing",
            }
        )

    def test_legal_and_committee_read_and_write_it(self):
        for user in (self.legal, self.committee):
            case = self._as(user, self.case)
            self.assertEqual(case.legal_strategy, "Settle before the hearing")
            case.legal_risk = 'medium'
            self.assertIn('legal_strategy', case.get_view(view_type='form')['arch'])

    def test_nobody_else_reads_it_by_any_way(self):
        export = self.env.ref('base.group_allow_export')
        for user in (self.handler, self.receiver, self.manager, self.auditor, self.admin):
            user.group_ids |= export
            case = self._as(user, self.case)
            cases = case.browse()
            for name in ('legal_strategy', 'legal_risk'):
                with self.subTest(user.login, field=name):
                    with self.assertRaises(AccessError):
                        case.read([name])
                    with self.assertRaises(AccessError):
                        cases.search([(name, '!=', False)])
                    with self.assertRaises(AccessError):
                        case.export_data([name])
                    with self.assertRaises(AccessError):
                        cases._read_group([], [name])
                    with self.assertRaises(AccessError):
                        cases.search([], order=name)
                    self.assertNotIn(name, cases.fields_get())
                    self.assertNotIn(name, cases.get_view(view_type='form')['arch'])
                    self.assertNotIn(name, case.read()[0])
                    with self.assertRaises(AccessError):
                        case.write({name: False})
