from odoo import api, fields, models
from odoo.exceptions import UserError

# What may be filled in after the sheet is signed, and by the shifts that follow.
LATER_FIELDS = {'handed_to', 'outcome', 'is_done'}


class ComplaintDutyLine(models.Model):
    """One entry of the duty log; about a complaint it is for those who may read that complaint."""

    _name = 'complaint.duty.line'
    _description = "Entry of the Duty Log"
    _inherit = ['complaint.case.line']
    _order = 'occurred_at desc, id desc'
    _rec_name = 'content'

    duty_id = fields.Many2one(
        comodel_name='complaint.duty', string="Sheet", required=True, ondelete='cascade', index=True
    )
    company_id = fields.Many2one(related='duty_id.company_id', store=True, index=True)
    user_id = fields.Many2one(related='duty_id.user_id', store=True, index=True)
    # Not everything that happens in a shift is a complaint.
    case_id = fields.Many2one(required=False)
    occurred_at = fields.Datetime(
        string="Time", required=True, index=True, default=fields.Datetime.now
    )
    informant = fields.Char(string="From whom")
    content = fields.Text(string="What is noted", required=True)
    handed_to = fields.Char(string="Handed to")
    outcome = fields.Text(string="What became of it")
    is_done = fields.Boolean(string="Done")

    # === CRUD METHODS === #

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_writer()
        return lines

    def write(self, vals):
        if vals.keys() - LATER_FIELDS:
            self._check_writer()
        if vals.get('case_id'):
            self.env['complaint.case'].browse(vals['case_id']).check_access('read')
        result = super().write(vals)
        if 'duty_id' in vals:
            self._check_writer()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_open(self):
        self._check_writer()

    # === ACCESS METHODS === #

    def _filter_for_readers(self, operation):
        # Whoever is on duty notes what he learns; the complaint itself stays as it is.
        return self

    def _check_writer(self):
        """Let only whoever is on duty write entries, until the sheet is signed.

        :raise AccessError: it is another person's sheet
        :raise UserError: the sheet is signed
        """
        sheets = self.duty_id
        sheets.check_access('write')
        if sheets.filtered(lambda duty: duty.state == 'signed'):
            raise UserError(
                self.env._(
                    "The sheet is signed: only what became of an entry can still be filled in."
                )
            )
