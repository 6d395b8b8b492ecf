from odoo import models
from odoo.exceptions import UserError

GOODS_ACTIVITY = 'complaint_management.activity_type_goods'


class ComplaintReturnCourse(models.Model):
    """How goods go on: issued, arrived, kept apart, decided on, dealt with (RET-5.4…5.6)."""

    _inherit = 'complaint.return'

    # === ACTIONS === #

    def action_issue(self):
        """Issue the return order with its due date (RET-5.4-a)."""
        self._check_course(('draft',), self.env._("The return order is issued already."))
        if any(goods.handling != 'return' for goods in self):
            raise UserError(self.env._("Goods that stay at the customer need no return order."))
        if not all(goods.due_date for goods in self):
            raise UserError(self.env._("Enter the due date of the returned lot."))
        self._write_internal({'state': 'issued'})
        self._record(
            'return_issued', lambda goods: {'due_date': str(goods.due_date), 'order': goods.name}
        )
        return True

    def action_receive(self):
        """Record the arrival, checked against the return order and the customer's note.

        Differences are told to whoever talks with the customer (RET-5.5-a, 8D-2-d).
        """
        self._check_course(('issued',), self.env._("Issue the return order before goods arrive."))
        for goods in self:
            if not (goods.received_product or '').strip() or goods.received_quantity <= 0:
                raise UserError(self.env._("Enter model and quantity of what arrived."))
            if not (goods.note_product or '').strip() or goods.note_quantity <= 0:
                raise UserError(
                    self.env._("Enter model and quantity as on the customer's return note.")
                )
        self._write_internal({'state': 'received', 'received_at': self._now()})
        self._record(
            'goods_received',
            lambda goods: {'quantity': goods.received_quantity, 'product': goods.received_product},
            lambda goods: goods.differences,
        )
        differing = self.filtered('has_differences')
        differing._tell(
            'owner', self.env._("Returned goods differ from the papers"), lambda g: g.differences
        )
        return True

    def action_store(self):
        """Record that goods are labelled and kept apart; the deciders are told (RET-5.5-b, c)."""
        self._check_course(('received',), self.env._("Check the goods on arrival first."))
        if not all((goods.zone or '').strip() for goods in self):
            raise UserError(self.env._("Say where the goods are kept apart: the return zone."))
        self._write_internal({'state': 'stored', 'stored_at': self._now()})
        self._tell(
            'team_leader',
            self.env._("Look at the returned goods and decide"),
            lambda goods: f'{goods.display_name}: {goods.zone}',
        )
        return True

    def action_decide(self):
        """Decide what becomes of the goods; scrap asks for its approval (RET-5.6-b, c).

        Rework has first priority (RET-4.4-a, TL-065).
        """
        self._check_course(('stored',), self.env._("Bring the goods into the return zone first."))
        for goods in self:
            if not goods.disposition or not (goods.disposition_reason or '').strip():
                raise UserError(self.env._("Choose what becomes of the goods, and write down why."))
        self._write_internal(
            {'state': 'decided', 'decided_at': self._now(), 'decided_by_id': self.env.uid}
        )
        labels = dict(self._fields['disposition']._description_selection(self.env))
        self._record(
            'disposition_set',
            lambda goods: {'disposition': goods.disposition},
            lambda goods: f'{labels[goods.disposition]}: {goods.disposition_reason}',
        )
        self.case_id._withdraw_activities(GOODS_ACTIVITY)
        rework = self.filtered(lambda goods: goods.disposition == 'rework').case_id
        rework.filtered(lambda case: case.priority != '2').write({'priority': '2'})
        self.filtered(lambda goods: goods.disposition == 'scrap')._ask_for_scrap()
        return True

    def action_decide_anew(self):
        """Take a decision back that was not carried out; an approval asked for it is withdrawn."""
        self._check_course(('decided',), self.env._("There is no decision to take back."))
        scrap = self.filtered(lambda goods: goods.disposition == 'scrap')
        scrap.case_id._withdraw_approvals('disposition')
        self._write_internal({'state': 'stored', 'decided_at': False, 'decided_by_id': False})
        return True

    def action_done(self):
        """Record that the goods are dealt with.

        :raise UserError: nothing is decided, approval, re-check or scrap report is missing
        """
        self.check_access('write')
        self._raise_obstacles(
            {goods: sentences for goods in self if (sentences := goods._get_done_obstacles())}
        )
        self._write_internal({'state': 'done', 'done_at': self._now()})
        cases = self.case_id
        unfinished = cases.return_ids.filtered(lambda g: g.state not in ('done', 'cancelled'))
        for case in cases - unfinished.case_id:
            last = self.filtered(lambda goods, case=case: goods.case_id == case)[-1:]
            last._record(
                'return_done', lambda g: {'disposition': g.disposition}, lambda g: g.outcome
            )
        return True

    def action_cancel(self):
        """Give returned goods up that never arrived."""
        self._check_course(
            ('draft', 'issued'), self.env._("Goods that arrived must be dealt with.")
        )
        if not all((goods.outcome or '').strip() for goods in self):
            raise UserError(self.env._("Write under “What was done” why nothing comes back."))
        self._write_internal({'state': 'cancelled'})
        return True

    # === OBSTACLES === #

    def _check_course(self, states, sentence):
        self.check_access('write')
        if any(goods.state not in states for goods in self):
            raise UserError(sentence)

    def _get_done_obstacles(self):
        """Return what these goods lack to be dealt with, in sentences."""
        self.ensure_one()
        if self.state in ('done', 'cancelled'):
            return [self.env._("These goods are dealt with already.")]
        sentences = []
        if not (self.outcome or '').strip():
            sentences.append(self.env._("Write down what was done with the goods."))
        if self.handling == 'return':
            sentences += self._get_disposition_obstacles()
        return sentences

    def _get_disposition_obstacles(self):
        if self.state != 'decided':
            return [self.env._("Decide first what becomes of the goods.")]
        sentences = []
        if self.disposition == 'rework':
            if not (self.rework_order or '').strip():
                sentences.append(self.env._("Enter the number of the rework order."))
            if self.quantity_good + self.quantity_rejected != self.received_quantity:
                sentences.append(
                    self.env._(
                        "Re-checked pieces must add up to those that arrived (%(quantity)s).",
                        quantity=f'{self.received_quantity:g}',
                    )
                )
        if self.disposition == 'scrap':
            if obstacle := self.case_id._get_approval_obstacle('disposition'):
                sentences.append(obstacle)
            if not (self.scrap_report or '').strip():
                sentences.append(self.env._("Enter the entry in the daily scrap report."))
        return sentences

    # === BUSINESS METHODS === #

    def _ask_for_scrap(self):
        """Ask for the approvals that the rules demand before these goods are scrapped."""
        proposals = {
            case: {
                'proposal': '\n'.join(
                    f'{goods.display_name}: {goods.disposition_reason}' for goods in group
                )
            }
            for case, group in self.grouped('case_id').items()
        }
        if proposals:
            self.case_id._request_approvals('disposition', proposals)

    def _now(self):
        return self.env.cr.now().replace(microsecond=0)

    def _record(self, code, get_payload, get_note=None):
        """Write into the histories of the cases what became of these goods."""
        self.env['complaint.event']._record(
            [
                goods.case_id._prepare_event(
                    code,
                    {'return_id': goods.id, **get_payload(goods)},
                    (get_note and get_note(goods)) or None,
                )
                for goods in self
            ]
        )

    def _tell(self, role, summary, get_text):
        """Give whoever holds a role on the cases something to do."""
        for goods in self:
            user = goods.case_id._get_recipients(role)[:1]
            if user:
                goods.case_id._schedule_quietly(
                    {goods.case_id: user.id}, GOODS_ACTIVITY, summary, get_text(goods)
                )
