from odoo.tests import new_test_user, tagged

from .common_walk import REFUSALS, WalkCommon


@tagged('post_install', '-at_install')
class TestRegimeManufacturer(WalkCommon):
    """Requirements 1.4, 1.9: a manufacturer; contained first, closed when the effect is proven.

    receiver: business department; manager: customer service group of quality; quality: head of the
    quality department; department_head and handler: quality control.
    """

    preset_code = 'manufacturer'

    @classmethod
    def _give_posts(cls):
        cls.quality = new_test_user(
            cls.env,
            login='complaint_quality',
            name="Quality Manager",
            groups='base.group_user,complaint_management.group_complaint_manager',
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.team.write({'leader_id': cls.manager.id, 'member_ids': [(6, 0, cls.receiver.ids)]})
        cls.records['team_quality'].leader_id = cls.quality
        cls.control = cls._create_department("Quality control", 'department_head', 'handler')

    # === STEPS === #

    def _take_in(self, **values):
        return self._create_case(
            **{
                'name': "The screen flickers",
                'description': "Lot 17",
                'category_id': self.records['category_quality_fault'].id,
                'grade_id': self.records['grade_general'].id,
                'expected_solution': "Replace it.",
                **values,
            }
        )

    def _hold(self, case):
        self._walk(case, self.manager, 'contact')
        self._as(self.manager, case)._record_contact({'means': 'phone', 'content': "We are on it."})
        return self._walk(case, self.manager, 'hold')

    def _contain(self, case):
        self._as(self.manager, case).write(
            {'department_id': self.control.id, 'handler_id': self.handler.id}
        )
        self._walk(case, self.handler, 'trace')
        self._as(self.handler, case).write({'facts': "Lot 17, 300 pieces.", 'validity': 'valid'})
        self._trace(case)
        self._walk(case, self.handler, 'containment')
        for place in ('line', 'transit', 'stock'):
            measure = self._add_measure(
                case, 'containment', place=place, quantity_checked=100, quantity_blocked=4
            )
            measure.write({'result': "Sorted by hand."})
            measure.action_complete()
        return self._walk(case, self.handler, 'interim_reply')

    def _trace(self, case):
        lines = self.env['complaint.trace'].with_user(self.handler)
        return lines.create({'case_id': case.id, 'lot': "Lot 17", 'quantity_affected': 300})

    def _add_measure(self, case, kind='corrective', **values):
        """Return a measure as quality control plans it; the handler owns it."""
        return (
            self.env['complaint.measure']
            .with_user(self.handler)
            .create(
                case._prepare_measure_values(
                    kind,
                    values.pop('name', f"{kind} measure"),
                    **{
                        'owner_id': self.handler.id,
                        'department_id': self.control.id,
                        'due_date': '2031-01-01',
                        **values,
                    },
                )
            )
        )

    def _attach(self, measure):
        file = self.env['ir.attachment'].with_user(self.handler)
        measure.attachment_ids = file.create({'name': "evidence", 'raw': b'1'})

    def _meet(self, case):
        panel = self.env['complaint.panel'].with_user(self.manager)
        panel = panel.create(
            {'case_id': case.id, 'kind': 'urgent', 'attendee_ids': [(4, self.handler.id)]}
        )
        panel.write({'minutes': "All came.", 'opinion': "Take all back."})
        panel.action_decide()

    def _receive_goods(self, case):
        """Bring a case with returned goods into the return zone; return the goods."""
        self._walk(case, self.manager, 'handling')
        goods = self.env['complaint.return'].with_user(self.receiver)
        goods = goods.create(
            {'case_id': case.id, 'name': "SR-1", 'product': "S3", 'lot': "17", 'quantity': 120}
        )
        with self._refused("due date of the returned lot"):
            goods.action_issue()
        goods.due_date = '2031-01-01'
        goods.action_issue()
        self._walk(case, self.receiver, 'return_order')
        goods = self._as(self.manager, goods)
        goods.write({'note_product': "s 3", 'note_quantity': 120})
        goods.write({'received_product': "S3", 'received_quantity': 118})
        goods.action_receive()
        self._walk(case, self.manager, 'receipt_check')
        goods.zone = "R-4"
        goods.action_store()
        self._walk(case, self.manager, 'return_zone')
        return goods

    def _inspect_goods(self, goods):
        """Issue the inspection report on returned goods."""
        goods.write(
            {
                **{'inspection_method': 'sample', 'inspected_quantity': 5},
                **{'defective_quantity': 5, 'inspection_result': 'confirmed'},
                'inspection_finding': "The cable is too short.",
            }
        )
        goods.action_inspect()

    def _answer_customer(self, case):
        self._as(self.handler, case).write(
            {
                'cause_id': self.records['cause_occurrence_method'].id,
                'escape_cause_id': self.records['cause_escape_inspection'].id,
                'eightd_leader_id': self.handler.id,
                'basis': "New test step.",
            }
        )
        self._walk(case, self.handler, 'permanent')
        if not case.measure_ids.filtered(lambda measure: measure.kind == 'corrective'):
            measure = self._add_measure(case, due_date=False)
            self._assert_barred(case, self.handler, 'report', "an owner, a department and a date")
            measure.due_date = '2031-01-01'
        self._walk(case, self.handler, 'report')
        self._as(self.receiver, case)._answer("Here is our 8D report.", means='email')
        return self._walk(case, self.receiver, 'answer')

    # === 8D === #

    def test_contained_first_and_closed_with_proof(self):
        """8D-2-a…8D-6-d, RET-5.1-a, RET-5.2-a, RET-5.3-a."""
        case = self._take_in()
        self.assertEqual(case.followup_user_id, self.manager)
        self._walk(case, self.manager, 'contact')
        self._assert_barred(case, self.manager, 'hold', "Contact the customer first")
        self._assert_barred(case, self.manager, 'trace', "hand over to the responsible department")
        self._assert_barred(case, self.manager, 'containment', "severity and reach", "is real")
        self._assert_barred(case, self.manager, 'interim_reply', "on hold first")
        self._contain(self._hold(case))
        self.assertIn(self.receiver, self._get_told(case, "interim measures stand"))
        self._assert_barred(case, self.handler, 'permanent', "established facts and the cause")
        self._assert_barred(case, self.handler, 'answer', "answers the customer first")
        with self._refused("answered by: First-contact owner", REFUSALS):
            self._as(self.handler, case)._answer("Here is our 8D report.")
        self._answer_customer(case)
        self.assertIn(self.receiver, self._get_told(case, "answer the customer"))
        self._assert_barred(case, self.handler, 'verification', "not in place yet")
        measure = case.measure_ids.filtered(lambda m: m.kind == 'corrective')
        measure = measure.with_user(self.handler)
        measure.result = "Step 7 added to the work instruction."
        measure.action_complete()
        self._walk(case, self.handler, 'verification')
        self._assert_barred(case, self.handler, 'ledger', "Hard evidence is needed")
        self._as(self.handler, case).closing_reason_id = self.records['reason_effect_proven']
        self._assert_barred(
            case,
            self.handler,
            'closed',
            "before the effect is verified",
            "are trained",
            "platform models first",
        )
        measure.write({'effect_metric': "Rejects, %", 'value_before': 2, 'value_after': 0})
        with self._refused("Attach the evidence"):
            measure.action_verify()
        self._attach(measure)
        measure.action_verify()
        self._walk(case, self.handler, 'ledger')
        self._deploy_and_train(case, measure)
        late = self._add_measure(case, 'preventive', name="Check all platforms at the year's end")
        self._walk(case, self.handler, 'closed')
        self._assert_in_order(
            case,
            *('registered', 'contacted', 'manufacturer_held', 'assigned', 'confirmed'),
            *('contained', 'team_named', 'investigated', 'permanent_measure', 'answered'),
            *('verified', 'effect_verified', 'deployed', 'manufacturer_deployed'),
            *('lesson_trained', 'closed'),
        )
        self.assertFalse(case.callback_ids)
        self._finish_after_closing(case, late)
        self.assertFalse(case._find_broken_histories())

    def _deploy_and_train(self, case, measure):
        """8D-6-b, 8D-6-c: platform models, floor, training."""
        self._assert_barred(case, self.handler, 'floor', "Deploy the measures")
        line = self.env['complaint.measure.deployment'].with_user(self.handler)
        line = line.create({'measure_id': measure.id, 'target': "S4", 'note': "20 samples."})
        self._assert_barred(case, self.handler, 'floor', "Deploy the measures")
        line.action_confirm()
        self._walk(case, self.handler, 'floor')
        self._assert_barred(case, self.handler, 'closed', "are trained")
        training = self._add_measure(case, 'training', result="12 people trained.")
        self._attach(training)
        training.action_complete()

    def _finish_after_closing(self, case, measure):
        """The measure that was still open outlives the case (issue 5)."""
        self.assertTrue(case.is_closed)
        measure = self._as(self.handler, measure)
        measure.write({'result': "Checked.", 'effect_metric': "Gaps", 'value_before': 3})
        measure.action_complete()
        self._attach(measure)
        measure.action_verify()
        self.assertEqual(measure.state, 'effective')

    def test_a_grave_complaint_needs_its_urgent_meeting(self):
        """RET-5.2-b."""
        case = self._take_in(grade_id=self.records['grade_grave'].id)
        self.assertIn(self.manager, self._get_told(case, "call an urgent meeting"))
        self._contain(self._hold(case))
        self._assert_barred(case, self.manager, 'handling', "hold the urgent meeting first")
        self._meet(case)
        self._walk(case, self.manager, 'handling')
        self._assert_in_order(case, 'panel_called', 'panel_decided', 'solution_proposed')

    def test_the_business_department_asks_where_information_differs(self):
        """8D-2-d."""
        case = self._hold(self._take_in())
        self._walk(case, self.manager, 'discrepancy')
        self.assertIn(self.receiver, self._get_told(case, "differs from our records"))
        self.assertIn(self.receiver, case.sudo().activity_ids.user_id)

    def test_a_rejected_report_goes_back_to_the_measures(self):
        """8D-4-a, T5."""
        case = self._answer_customer(self._contain(self._hold(self._take_in())))
        self._as(self.receiver, case)._reject_answer("It still flickers.")
        self.assertEqual((case.round, case.stage_id), (2, self.stages['permanent']))
        self._assert_barred(case, self.receiver, 'answer', "answers the customer first")
        self._answer_customer(case)

    # === RETURNED GOODS === #

    def test_returned_goods_are_reworked_before_everything_else(self):
        """RET-4.4-a, RET-5.4-a, RET-5.5-a…c, RET-5.6-a, b, TL-065."""
        case = self._contain(self._hold(self._take_in()))
        self._walk(case, self.manager, 'handling')
        self._assert_barred(case, self.receiver, 'return_order', "due date of the returned lot")
        self._assert_barred(case, self.manager, 'return_zone', "Check the goods on arrival")
        goods = self._receive_goods(case)
        self.assertIn(self.manager, self._get_told(case, "sales return order is issued"))
        told = "Quantity differs: return order 120, customer's note 120, goods 118."
        self.assertEqual(goods.differences, told)
        self.assertNotIn("Model differs", goods.differences)
        reminder = case.sudo().activity_ids.filtered(lambda a: "118" in (a.note or ''))
        self.assertEqual(reminder.user_id, self.receiver)
        self._assert_barred(case, self.manager, 'disposition', "decision on the goods")
        self._assert_barred(case, self.manager, 'rework', "first priority")
        goods.write({'disposition': 'rework', 'disposition_reason': "Change the cable."})
        goods.action_decide()
        self.assertEqual(case.priority, '2')
        self._assert_barred(case, self.manager, 'disposition', "Issue the inspection report")
        self._inspect_goods(goods)
        self._walk(case, self.manager, 'disposition')
        reason = self.records['reason_goods_dealt_with']
        self._as(self.manager, case).closing_reason_id = reason
        self._walk(case, self.manager, 'rework')
        self._assert_barred(case, self.manager, 'closed', "not dealt with yet")
        self._assert_barred(case, self.manager, 'goods_done', "Deal with all returned goods")
        with self._refused("(?s)what was done with the goods.*rework order.*add up to .*118"):
            goods.action_done()
        goods.write({'outcome': "New cable.", 'rework_order': "RW-9"})
        goods.write({'quantity_good': 117, 'quantity_rejected': 1})
        goods.action_done()
        self._walk(case, self.manager, 'goods_done', 'closed')
        self.assertFalse(case.sudo().approval_ids)
        self._assert_in_order(
            case, 'return_issued', 'goods_received', 'disposition_set', 'return_done', 'closed'
        )
        for code in ('return_issued', 'goods_received', 'disposition_set', 'return_done'):
            self.assertEqual(self._codes(case).count(code), 1, code)

    def test_the_authorised_person_approves_scrap(self):
        """RET-5.6-c."""
        case = self._contain(self._hold(self._take_in()))
        goods = self._receive_goods(case)
        self._assert_barred(case, self.manager, 'scrap', "why the goods are scrapped")
        goods.write({'disposition': 'scrap', 'disposition_reason': "The glass is broken."})
        self._inspect_goods(goods)
        goods.action_decide()
        self._walk(case, self.manager, 'disposition', 'scrap')
        approval = self._assert_asked(case, 'disposition', self.quality)
        for user in (self.manager, self.handler):
            with self._refused("you are not asked|nobody approves"):
                approval.with_user(user).action_approve()
        goods.write({'outcome': "Crushed.", 'scrap_report': "Daily report, line 3"})
        with self._refused("The disposition needs the approval of: Quality"):
            goods.action_done()
        self._assert_barred(
            case, self.manager, 'goods_done', "The disposition needs the approval of: Quality"
        )
        approval._refuse("Sort them first.")
        self._assert_barred(case, self.manager, 'goods_done', "refused by Quality Manager: Sort")
        with self._refused("refused by Quality Manager: Sort"):
            goods.action_done()
        goods.action_decide_anew()
        goods.disposition_reason = "Sorted: all are broken."
        goods.action_decide()
        self._assert_asked(case, 'disposition', self.quality).action_approve()
        goods.action_done()
        self._walk(case, self.manager, 'goods_done')
        self._close(case, self.manager, 'closed', self.records['reason_goods_dealt_with'])

    def test_dealt_with_at_the_customers_site(self):
        """RET-5.3-c."""
        case = self._contain(self._hold(self._take_in()))
        reason = self.records['reason_on_site']
        self._as(self.manager, case).closing_reason_id = reason
        self._assert_barred(case, self.manager, 'closed', "No handling at the customer's site")
        self._walk(case, self.manager, 'handling', 'on_site', 'closed')

    # === ENDS === #

    def test_the_fault_is_not_confirmed(self):
        """8D-3-a, requirements 2.12."""
        case = self._hold(self._take_in())
        self._as(self.manager, case).validity = 'invalid'
        reason = self.records['reason_not_confirmed']
        self._as(self.manager, case).closing_reason_id = reason
        self._assert_barred(case, self.manager, 'closed_abnormal', "closing explanation")
        self._close(case, self.manager, 'closed_abnormal', reason, "The cable was loose.")

    def test_not_ours_or_withdrawn(self):
        """Requirements 2.12."""
        case = self._take_in()
        self._assert_barred(case, self.receiver, 'refused', "Rule first why")
        self._as(self.receiver, case).write(
            {'validity': 'not_liable', 'validity_note': "Another maker's screen."}
        )
        self._walk(case, self.receiver, 'refused')
        case = self._hold(self._take_in())
        self._as(self.receiver, case)._withdraw('self', 'writing', "It works again.")
        self.assertEqual(case.phase, 'withdrawn')
