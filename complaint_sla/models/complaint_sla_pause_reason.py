from odoo import fields, models


class ComplaintSlaPauseReason(models.Model):
    """Why the time limits of a complaint may stand still."""

    _name = 'complaint.sla.pause.reason'
    _description = "Reason to Pause Time Limits"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    ends_on_answer = fields.Boolean(
        string="Ends when the customer answers",
        help="A message or a recorded contact from the customer resumes the time limits.",
    )

    _code_uniq = models.Constraint('unique(code)', "Another pause reason has the same code.")
