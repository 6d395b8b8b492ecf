from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ComplaintAssignmentRule(models.Model):
    """Which team, department and person get a complaint that nobody has assigned yet.

    Requirements PAWN-3.2-a, PROPERTY-3.1-b, INS-1-b, T19.
    """

    _name = 'complaint.assignment.rule'
    _description = "Assignment Rule"
    _inherit = ['complaint.rule.mixin']

    team_id = fields.Many2one(
        comodel_name='complaint.team', ondelete='restrict', index='btree_not_null'
    )
    department_id = fields.Many2one(
        comodel_name='hr.department',
        string="Responsible department",
        ondelete='restrict',
        index='btree_not_null',
    )
    handler_mode = fields.Selection(
        selection=[
            ('none', "Nobody yet"),
            ('fixed', "This person"),
            ('salesperson', "The customer's salesperson"),
            ('least_loaded', "Who has the fewest open complaints"),
        ],
        string="Handler is",
        default='none',
        required=True,
        help="The fewest open complaints: among the people of the department, else of the team.",
    )
    handler_id = fields.Many2one(
        comodel_name='res.users',
        ondelete='restrict',
        index='btree_not_null',
        domain=[('share', '=', False)],
    )

    # === CONSTRAINTS === #

    @api.constrains('handler_mode', 'handler_id')
    def _check_handler(self):
        """Refuse a rule that would name nobody, or somebody who cannot open a complaint."""
        for rule in self.filtered(lambda rule: rule.handler_mode == 'fixed'):
            if not rule.handler_id:
                raise ValidationError(
                    self.env._("Choose the handler of the rule “%(rule)s”.", rule=rule.name)
                )
            if not rule.handler_id._may_work_on_complaints():
                raise ValidationError(
                    self.env._(
                        "%(name)s has no role in complaints and could not open one. Choose "
                        "somebody else, or let an administrator give the person a role.",
                        name=rule.handler_id.name,
                    )
                )
