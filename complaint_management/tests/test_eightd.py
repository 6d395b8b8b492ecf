from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import ComplaintCommon
from .common_walk import REFUSALS


@tagged('post_install', '-at_install')
class TestEightd(ComplaintCommon):
    """Requirements 1.4: team, causes, trace-back, supplier, the same defect never twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.use_8d = True
        cls.cause = cls.env['complaint.cause'].search([], limit=1)
        cls.member = new_test_user(
            cls.env,
            login='complaint_member',
            name="Member",
            groups='base.group_user,complaint_management.group_complaint_user',
        )

    def _create_defect(self, lot="K2-0931", product="Kettle K2", **values):
        case = self._create_worked_case(**{'cause_id': self.cause.id, **values})
        self.env['complaint.document'].create({'case_id': case.id, 'lot': lot, 'product': product})
        self._pass_time(minutes=1)
        return case

    def test_the_team_reads_the_case(self):
        """D1, 8D-4-a."""
        case = self._create_defect()
        self._as(self.manager, case).write(
            {'eightd_leader_id': self.handler.id, 'eightd_member_ids': [(4, self.member.id)]}
        )
        self.assertEqual(self._as(self.member, case).name, case.name)
        with self._refused("write", AccessError):
            self._as(self.member, case).name = "Mine"
        self._as(self.manager, case).eightd_leader_id = self.manager
        self.assertEqual(self._codes(case).count('team_named'), 1)
        self._as(self.manager, case).eightd_member_ids = [(5,)]
        self.assertNotIn(self.member, case.improvement_user_ids)
        with self._refused("cannot be in the 8D team", ValidationError):
            self._as(self.manager, case).eightd_member_ids = [(4, self.outsider.id)]

    def test_the_accused_is_not_in_the_team(self):
        """T16."""
        employee = self.env['hr.employee'].create({'name': "M", 'user_id': self.member.id})
        case = self._create_defect()
        case.accused_employee_ids = self.env['hr.employee.public'].browse(employee.id)
        with self._refused("cannot be in the 8D team", ValidationError):
            self._as(self.manager, case).eightd_member_ids = [(4, self.member.id)]

    def test_the_same_defect_is_linked_before_it_is_answered(self):
        """8D-2-c: past quality information; the earlier 8D is named."""
        first = self._create_defect()
        same_lot = self._create_defect(lot="k2 0931", product="Another")
        self.assertEqual(same_lot.recurrence_ids, first)
        self.assertFalse(first.recurrence_ids)
        with self._refused(f"same defect was worked on before: {first.number}", REFUSALS):
            self._as(self.manager, same_lot).stage_id = self.stages['closed']
        self._as(self.manager, same_lot).action_link_recurrences()
        self.assertEqual(first.related_ids, same_lot)
        self._move(self._as(self.manager, same_lot), 'closed')
        other = self._create_defect(lot="K9", product="Pan")
        self.assertFalse(other.recurrence_ids)
        same_product = self._create_defect(lot=False, product="KETTLE k2")
        self.assertEqual(same_product.recurrence_ids, first)
        self.procedure.use_8d = False
        self._move(self._as(self.manager, same_product), 'closed')

    def test_traced_lots_count_as_lots_of_the_defect(self):
        """8D-2-b."""
        first = self._create_defect(lot="A1", product=False)
        later = self._create_worked_case(cause_id=self.cause.id)
        self.assertFalse(later.recurrence_ids)
        self.env['complaint.trace'].create({'case_id': later.id, 'lot': "a-1"})
        self.env.invalidate_all()
        self.assertEqual(later.recurrence_ids, first)
        with self._refused("more pieces are affected", ValidationError):
            later.trace_ids.write({'quantity': 5, 'quantity_affected': 6})

    def test_what_is_out_of_reach_is_named_by_its_number_only(self):
        other_team = self.env['complaint.team'].create(
            {'name': "Other", 'procedure_id': self.procedure.id}
        )
        first = self._create_defect(
            user=self.admin, name="Secret", team_id=other_team.id, handler_id=False
        )
        later = self._create_defect()
        seen = self._as(self.handler, later)
        self.assertFalse(seen.recurrence_ids)
        self.assertFalse(seen.browse(first.id).has_access('read'))
        with self._refused(f"before: {first.number}. Link", REFUSALS):
            seen.stage_id = self.stages['closed']

    def test_the_supplier_works_on_his_part_in_a_linked_case(self):
        """8D-4-d, FO-36."""
        case = self._create_defect()
        with self._refused("Name the supplier"):
            self._as(self.manager, case).action_open_supplier_8d()
        self._as(self.manager, case).supplier_id = self.customer
        action = self._as(self.manager, case).action_open_supplier_8d()
        cases = self.env['complaint.case'].with_user(self.manager)
        child = cases.with_context(**action['context']).create({})
        self.assertEqual(case.supplier_8d_ids, child)
        self.assertEqual((child.supplier_id, child.team_id), (self.customer, self.team))
        hidden = self._create_case(user=self.admin, team_id=False)
        with self._refused("access|read", AccessError):
            self.env['complaint.case'].with_user(self.handler).create(
                {'name': "X", 'supplier_8d_of_id': hidden.id}
            )

    def test_the_disciplines_show_how_far_they_are(self):
        """8D-6-d: D1 to D8."""
        case = self._create_defect()
        self.assertIn("D1 Team", case.eightd_progress)
        before = case.eightd_progress.count("Not reached yet")
        self._as(self.manager, case).eightd_leader_id = self.handler
        self.env['complaint.measure'].create(case._prepare_measure_values('corrective', "Mend"))
        self.env.invalidate_all()
        self.assertEqual(case.eightd_progress.count("Not reached yet"), before - 1)
        self.assertRegex(case.eightd_progress, r"0 / 1\s+measures")
        self.procedure.use_8d = False
        self.env.invalidate_all()
        self.assertFalse(case.eightd_progress)

    def test_looking_for_the_same_defect_costs_the_same_for_many(self):
        cases = self.env['complaint.case'].browse()
        for _number in range(8):
            cases |= self._create_defect()
        few = self._count_queries(lambda: cases[:2]._find_recurrences())
        self.assertLessEqual(self._count_queries(cases._find_recurrences), few)
