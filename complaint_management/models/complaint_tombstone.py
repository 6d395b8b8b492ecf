from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list


class ComplaintTombstone(models.Model):
    """What stays of an erased complaint: its number is never given again."""

    _name = 'complaint.tombstone'
    _description = "Erased Complaint"
    _order = 'id desc'
    _rec_name = 'number'

    number = fields.Char(readonly=True, index=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True
    )
    received_at = fields.Datetime(string="Received at", readonly=True)
    registered_at = fields.Datetime(string="Registered at", readonly=True)
    closed_at = fields.Datetime(string="Closed at", readonly=True)
    event_count = fields.Integer(string="Records in its history", readonly=True)
    event_head = fields.Char(string="Last hash of its history", readonly=True)
    reason = fields.Text(required=True, readonly=True)
    # What old anchors are reckoned from: the id of the case and the hashes of its history, as
    # [[recorded at (UTC), hash], …]; nothing of what it was about.
    case_number = fields.Integer(string="Identifier", readonly=True, aggregator=False)
    chain = fields.Json(readonly=True)

    @api.model
    def _bury(self, cases, reason):
        """Keep numbers, dates and last hashes of cases that are about to be erased."""
        chains = {}
        for event in cases.sudo().event_ids.sorted('sequence'):  # of whoever may erase them
            row = [fields.Datetime.to_string(event.recorded_at), event.hash]
            chains.setdefault(event.case_id.id, []).append(row)
        # Nobody may write tombstones by hand.
        return self.sudo().create(
            [
                {
                    'number': case.number,
                    'company_id': case.company_id.id,
                    'received_at': case.received_at,
                    'registered_at': case.registered_at,
                    'closed_at': case.closed_at,
                    'event_count': case.event_count,
                    'event_head': case.event_head,
                    'reason': reason,
                    'case_number': case.id,
                    'chain': chains.get(case.id, []),
                }
                for case in cases
            ]
        )

    @api.model
    def _check_not_used(self, company, numbers):
        """Refuse numbers that erased complaints of a company had.

        :raise UserError: names them
        """
        domain = [('company_id', '=', company.id), ('number', 'in', numbers)]
        used = self.sudo().search(domain)  # few may read what was erased
        if used:
            raise UserError(
                self.env._(
                    "These numbers belonged to erased complaints and are not given again: "
                    "%(numbers)s",
                    numbers=format_list(self.env, used.mapped('number')),
                )
            )
