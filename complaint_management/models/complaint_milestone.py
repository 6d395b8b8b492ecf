from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_list, ormcache


class ComplaintMilestone(models.Model):
    _name = 'complaint.milestone'
    _description = "Complaint Milestone"
    _order = 'sequence, id'
    _rec_names_search = ['name', 'code']

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, copy=False)
    sequence = fields.Integer(default=100)
    active = fields.Boolean(default=True)
    manual = fields.Boolean(
        string="Recorded by hand", help="Staff may record it with the button Record milestone."
    )
    is_system = fields.Boolean(
        string="Used by the software",
        readonly=True,
        copy=False,
        help="The software records this milestone itself, so its code stays.",
    )

    _code_uniq = models.Constraint('unique(code)', "Another milestone has the same code.")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        milestones = super().create(vals_list)
        self.env.registry.clear_cache()
        return milestones

    def write(self, vals):
        if 'code' in vals and any(m.is_system and m.code != vals['code'] for m in self):
            raise UserError(
                self.env._(
                    "The software records this milestone by its code. Change the name instead."
                )
            )
        if 'is_system' in vals and not self.env.su:
            raise UserError(self.env._("Which milestones the software uses cannot be changed."))
        result = super().write(vals)
        if 'code' in vals:
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_system(self):
        if system := self.filtered('is_system'):
            raise UserError(
                self.env._(
                    "The software records these milestones itself, archive them instead: %(names)s",
                    names=format_list(self.env, system.mapped('name')),
                )
            )

    # === BUSINESS METHODS === #

    @api.model
    def _get_by_code(self, code):
        """Return the milestone with this code.

        :raise UserError: there is none
        """
        milestone_id = self._get_id_by_code(code)
        if not milestone_id:
            raise UserError(self.env._("There is no milestone with the code “%s”.", code))
        return self.browse(milestone_id)

    @ormcache('self.id')
    def _get_code(self):
        """Return the code of this milestone, False for none; read once for all cases."""
        return self.sudo().code  # a code is no secret

    @api.model
    @ormcache('code')
    def _get_id_by_code(self, code):
        # Every code is looked up for every user the same way; names are not read here.
        milestones = self.sudo().with_context(active_test=False)
        return milestones.search([('code', '=', code)], limit=1).id
