from odoo import api, fields, models
from odoo.tools import ormcache


class ComplaintDocumentType(models.Model):
    """What kinds of documents a complaint may be about: a paper, or records of an installed app."""

    _name = 'complaint.document.type'
    _description = "Kind of Document"
    _inherit = ['complaint.cached.mixin']
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    model_id = fields.Many2one(
        comodel_name='ir.model',
        string="Records of",
        domain=[('transient', '=', False), ('abstract', '=', False)],
        ondelete='set null',
        help="Where these documents are kept in this database, for example Sales Order: then a "
        "complaint can point at one of them. Empty: only numbers are written down.",
    )

    # === BUSINESS METHODS === #

    @api.model
    @ormcache('self.env.lang')
    def _get_referable(self):
        """Return which records a complaint may point at, the kind that is first for each model.

        :rtype: tuple of (model name, id of the kind, name of the kind)
        """
        referable = {}
        types_sudo = self.sudo().search([('model_id', '!=', False)])  # names of models
        for kind in types_sudo:
            if kind.model_id.model in self.env:
                referable.setdefault(kind.model_id.model, (kind.id, kind.name))
        return tuple((model, *kind) for model, kind in referable.items())
