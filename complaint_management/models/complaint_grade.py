from odoo import api, fields, models
from odoo.tools import ormcache


class ComplaintGrade(models.Model):
    _name = 'complaint.grade'
    _description = "Complaint Grade"
    _inherit = ['complaint.cached.mixin', 'complaint.offered.mixin']
    _order = 'procedure_id, rank, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    rank = fields.Integer(default=1, help="The higher, the graver.")
    color = fields.Integer()
    active = fields.Boolean(default=True)
    procedure_id = fields.Many2one(
        comodel_name='complaint.procedure',
        ondelete='cascade',
        index=True,
        help="Empty: the grade serves every procedure that has none of its own.",
    )
    company_id = fields.Many2one(related='procedure_id.company_id', store=True, index=True)
    flag_ids = fields.Many2many(
        comodel_name='complaint.flag',
        string="Implied flags",
        help="A case of this grade gets these flags; they are never taken away.",
    )

    feedback_parts = fields.Text(
        string="Parts of a department's answer",
        translate=True,
        help="One heading on each line. Empty: as the procedure says.",
    )

    # === BUSINESS METHODS === #

    @api.model
    @ormcache()
    def _get_facts(self):
        """Return what grading asks of every active grade, read once for all cases.

        :return: {id: (rank, id of the procedure or False, ids of the implied flags)}
        """
        # What a grade means does not depend on who asks.
        grades = self.sudo().search([('active', '=', True)])
        return {
            grade.id: (grade.rank, grade.procedure_id.id, tuple(grade.flag_ids.ids))
            for grade in grades
        }
