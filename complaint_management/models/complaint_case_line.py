from functools import partial

from odoo import fields, models
from odoo.fields import Domain


class ComplaintCaseLine(models.AbstractModel):
    """Everything that hangs on a case: whoever may not reach the case cannot reach its lines."""

    _name = 'complaint.case.line'
    _description = "Line of a Complaint"
    _inherit = ['complaint.link.guard']

    # What the anonymising of a case does with the texts of its lines: `empty` them, `mask` what
    # tells whom they are about (they are about goods or work), or `keep` them (no free text).
    _anonymising = 'empty'

    case_id = fields.Many2one(
        string="Complaint",
        comodel_name='complaint.case',
        required=True,
        ondelete='cascade',
        index=True,
    )
    company_id = fields.Many2one(related='case_id.company_id', store=True, index=True)

    # === ACCESS METHODS === #

    def _check_access(self, operation):
        """Add to the usual check that the user may reach the case in the same way.

        Reading a line asks for reading the case; every change of a line asks for writing it.
        """
        result = super()._check_access(operation)
        allowed = self - result[0] if result else self
        if not any(allowed._ids):
            return result
        lines_sudo = allowed.sudo()  # the case of a line must be known before it may be read
        readers = lines_sudo._filter_for_readers(operation)
        reached = readers.case_id.sudo(False)._filtered_access('read')
        writers = lines_sudo - readers
        changeable = writers.case_id.sudo(False)._filtered_access('write')
        forbidden = readers.filtered(lambda line: line._is_kept_by(reached))
        forbidden |= writers.filtered(lambda line: line._is_kept_by(changeable))
        if not forbidden:
            return result
        forbidden = forbidden.sudo(False)
        if result:
            return result[0] + forbidden, result[1]
        return forbidden, partial(self.env['ir.rule']._make_access_error, operation, forbidden)

    def _is_kept_by(self, reached):
        """Say whether this line belongs to a case that is not among those in reach."""
        return bool(self.case_id) and self.case_id.sudo(False) not in reached

    def _filter_for_readers(self, operation):
        """Hook: return those of these lines, as superuser, for which reading the case suffices.

        :param str operation: as for `check_access`; models add the lines that a person works on
            who only reads the case
        """
        return self if operation == 'read' else self.browse()

    def _search(self, domain, *args, bypass_access=False, **kwargs):
        """Leave out, before anything is counted or grouped, the lines of cases out of reach."""
        if not (self.env.su or bypass_access):
            cases = self.env['complaint.case'].with_context(active_test=False)._search([])
            in_reach = Domain('case_id', 'in', cases)
            if not self._fields['case_id'].required:
                in_reach |= Domain('case_id', '=', False)
            domain = Domain(domain) & in_reach
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    # === ACTIONS === #

    def action_open_case(self):
        """Open the complaint on which this hangs."""
        self.ensure_one()
        return self.case_id.get_formview_action()
