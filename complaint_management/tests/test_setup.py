from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..tools import preset_files
from .common_setup import SetupCommon

HIDDEN = {
    'complaint.case': 'id',
    'complaint.event': 'case_id',
    'mail.message': 'res_id',
    'mail.followers': 'res_id',
    'mail.activity': 'res_id',
}


@tagged('post_install', '-at_install')
class TestSetup(SetupCommon):
    """Design section 8: from the installation to a board with three examples in one dialog."""

    def test_one_dialog_makes_preset_people_and_examples(self):
        sequence = self.company.complaint_sequence_id
        following = sequence.number_next_actual
        mails = self.env['mail.mail'].search_count([])
        setup = self._prepare_setup(phone="+86 10 5555 0101")
        self.assertTrue(setup.leader_gets_role)
        self.assertEqual(setup.headless_names, "Repairs")
        action = setup.action_set_up()
        procedure = self.bank.with_company(self.company).install_id.procedure_id
        self.assertEqual(procedure.company_id, self.company)
        self.assertEqual(action['context']['default_procedure_id'], procedure.id)
        self.assertTrue(self.leader.has_group('complaint_management.group_complaint_manager'))
        self.assertFalse(self.leader.has_group('complaint_management.group_complaint_admin'))
        self.assertEqual(self.company.phone, "+86 10 5555 0101")
        examples = self._get_examples()
        team = examples.team_id
        self.assertEqual((team.procedure_id, team.leader_id), (procedure, self.leader))
        self.assertFalse(team.child_ids)
        self.assertEqual(len(examples), 3)
        self.assertEqual(len(examples.stage_id), 3)
        self.assertTrue(all(examples.mapped('is_example')))
        self.assertEqual(examples[1:].handler_id, self.leader)
        self.assertEqual(examples[1:].department_id, self.repairs)
        self.assertEqual(examples.mapped('number'), ["Example A", "Example B", "Example C"])
        self.assertFalse(examples._find_broken_histories())
        # No number is used up, nobody is written to.
        self.assertEqual(sequence.number_next_actual, following)
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)

    def test_examples_are_told_in_the_language_of_the_user(self):
        self.env['res.lang']._activate_lang('zh_CN')
        self.admin.lang = 'zh_CN'
        self._prepare_setup(user=self.admin.with_context(lang='zh_CN')).with_context(
            lang='zh_CN'
        ).action_set_up()
        self.assertIn("手机银行转账失败款项已扣", self._get_examples().mapped('name'))

    def test_several_trades_and_the_standard_one(self):
        presets = self.bank | self.env.ref('complaint_management.preset_standard')
        self._prepare_setup(preset_ids=[(6, 0, presets.ids)]).action_set_up()
        self.assertTrue(self.bank.with_company(self.company).is_installed)
        standard = self.env['complaint.team'].search(
            [('company_id', '=', self.company.id), ('procedure_id', '=', self.procedure.id)]
        )
        self.assertEqual(standard.leader_id, self.leader)
        self.assertEqual(self._get_examples().procedure_id, self.procedure)
        # A second time installs and doubles nothing.
        self._prepare_setup(preset_ids=[(6, 0, presets.ids)]).action_set_up()
        self.assertEqual(len(self._get_examples()), 3)

    def test_what_is_missing_is_told_at_once(self):
        setup = self._prepare_setup(preset_ids=False, leader_id=False)
        with self._refused("Choose your trade[^§]*who leads"):
            setup.action_set_up()
        with self._refused("cannot lead the team"):
            self._prepare_setup(leader_id=self.handler.id).action_set_up()
        self.assertFalse(self.bank.with_company(self.company).is_installed)

    def test_every_preset_has_three_examples_that_fit_it(self):
        for preset in self.env['complaint.preset'].search([]):
            install = preset.with_company(self.company).install_id
            install = install or preset._install(self.company)
            rows = install._read_examples()
            with self.subTest(preset.code):
                self.assertEqual(len(rows), 3)
                self.assertEqual([row['is_near'] for row in rows].count(True), 1)
                for row in rows:
                    values = row['values']
                    stage = self.env['complaint.stage'].browse(values['stage_id'])
                    self.assertEqual(stage.procedure_id, install.procedure_id)
                    self.assertTrue(values['category_id'] and values['channel_id'])
                for raw in preset_files.read_examples(preset.code):
                    self.assertTrue(all(raw[h] for h in raw if h.endswith('@zh_CN')))

    # === THE GUIDE === #

    def test_the_guide_offers_what_is_to_be_done(self):
        cases = self.env['complaint.case'].with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(cases.with_user(self.manager).get_setup_guide(), {})
        guide = cases.with_user(self.admin).get_setup_guide()
        self.assertEqual(guide, {'examples': 0, 'is_empty': True})
        self._prepare_setup().action_set_up()
        guide = cases.with_user(self.admin).get_setup_guide()
        self.assertEqual(guide, {'examples': 3, 'is_empty': False})
        cases.with_user(self.admin).action_delete_examples()
        guide = cases.with_user(self.admin).get_setup_guide()
        self.assertEqual(guide, {'examples': 0, 'is_empty': False})  # it has been set up

    # === DELETING === #

    def _count_traces(self, examples):
        counts = {}
        for model, column in HIDDEN.items():
            domain = [(column, 'in', examples.ids)]
            if column == 'res_id':
                name = 'model' if 'model' in self.env[model]._fields else 'res_model'
                domain.append((name, '=', 'complaint.case'))
            records = self.env[model].with_context(active_test=False)
            counts[model] = records.search_count(domain)
        return counts

    def test_one_click_takes_the_examples_away_without_a_trace(self):
        self._prepare_setup().action_set_up()
        examples = self._get_examples()
        real = self._create_case(user=self.admin, company_id=self.company.id, team_id=False)
        real.sudo().parent_id = examples[0]
        procedure = examples.procedure_id
        tombstones = self.env['complaint.tombstone'].search_count([])
        self.assertTrue(self._count_traces(examples)['complaint.event'])
        self.env['complaint.case'].with_user(self.admin).action_delete_examples()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(set(self._count_traces(examples).values()), {0})
        self.assertEqual(self.env['complaint.tombstone'].search_count([]), tombstones)
        self.assertTrue(real.exists())
        self.assertFalse(real.parent_id)
        # Who did it stays with the procedure.
        self.assertIn("Examples of the set-up deleted: 3", procedure.message_ids[0].body)
        self.assertEqual(procedure.message_ids[0].author_id, self.admin.partner_id)

    def test_examples_of_a_demo_database_stay(self):
        demo = self._create_case(
            user=self.env.user, is_example=True, company_id=self.company.id, team_id=False
        )
        self.env['complaint.case'].with_user(self.admin).action_delete_examples()
        self.assertTrue(demo.exists())

    def test_a_stage_of_an_example_sends_no_mail(self):
        self._prepare_setup().action_set_up()
        example = self._get_examples()[0]
        example.write({'partner_id': self.customer.id, 'complainant_email': "li@customer.example"})
        mails = self.env['mail.mail'].search_count([])
        contacts = len(example.contact_ids)
        template = self.env.ref('complaint_management.mail_template_acknowledgement')
        example._send_stage_mail(template)
        self.assertEqual(self.env['mail.mail'].search_count([]), mails)
        self.assertEqual(len(example.contact_ids), contacts)

    # === ATTACKERS === #

    def test_only_administrators_set_up_and_delete(self):
        self._prepare_setup().action_set_up()
        examples = self._get_examples()
        for user in (self.receiver, self.manager, self.committee, self.auditor, self.outsider):
            with self.assertRaises(AccessError):
                self.env['complaint.setup'].with_user(user).create({})
            with self.assertRaises(AccessError):
                self.env['complaint.case'].with_user(user).action_delete_examples()
        self.assertEqual(len(examples.exists()), 3)

    def test_nobody_makes_a_real_complaint_an_example(self):
        case = self._create_case()
        for values in ({'is_setup_example': True}, {'is_setup_example': True, 'is_example': True}):
            with self._refused("sets these fields itself"):
                case.with_user(self.admin).write(values)
            with self.assertRaises(UserError):
                self._create_case(user=self.admin, **values)
        forged = self.env['complaint.case'].with_user(self.admin)
        forged = forged.with_context(default_is_setup_example=True, default_is_example=True)
        sneaked = forged.create({'name': "Real", 'team_id': self.team.id})
        self.assertFalse(sneaked.is_setup_example or sneaked.is_example)
        case.with_user(self.admin).action_delete_examples()
        self.assertTrue(case.exists() and sneaked.exists())

    def test_nobody_gives_roles_that_he_may_not_give(self):
        self.admin.group_ids -= self.env.ref('base.group_erp_manager')
        with self._refused("you may not give roles"):
            self._prepare_setup().action_set_up()
        self.assertFalse(self.leader.has_group('complaint_management.group_complaint_user'))
        # Who has the role already can be named; the company stays as it is.
        self.manager.company_ids |= self.company
        self._prepare_setup(leader_id=self.manager.id, phone="+86 10 0").action_set_up()
        self.assertNotEqual(self.company.phone, "+86 10 0")
