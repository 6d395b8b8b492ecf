from odoo import Command, api, fields, models

from ..const import INTERNAL_KEY, INTERNAL_WRITE


class ComplaintCaseMeasure(models.Model):
    """What follows from a case, so that the fault does not come back."""

    _inherit = 'complaint.case'

    measure_ids = fields.One2many(
        comodel_name='complaint.measure', inverse_name='case_id', string="Measures"
    )
    measure_count = fields.Integer(string="Number of measures", compute='_compute_measure_counts')
    open_measure_count = fields.Integer(
        string="Measures not finished", compute='_compute_measure_counts'
    )
    improvement_user_ids = fields.Many2many(
        comodel_name='res.users',
        relation='complaint_case_improvement_user_rel',
        column1='case_id',
        column2='user_id',
        string="People of measures",
        readonly=True,
        copy=False,
        help="Who owns a measure or works in the 8D team: they may read the complaint.",
    )

    @api.model
    def _get_guarded_fields(self):
        # Whoever owns a measure may read the case: not for clients to write.
        return super()._get_guarded_fields() | {'improvement_user_ids'}

    # === COMPUTE METHODS === #

    @api.depends('measure_ids.is_open')
    def _compute_measure_counts(self):
        """Count the lines themselves: whoever shows the counts shows the lines too."""
        for case in self:
            case.measure_count = len(case.measure_ids)
            case.open_measure_count = len(case.measure_ids.filtered('is_open'))

    # === ACTIONS === #

    def action_view_measures(self):
        """Open the measures of this case as a board."""
        self.ensure_one()
        action = self.env['ir.actions.act_window']._for_xml_id(
            'complaint_management.complaint_measure_action'
        )
        return {
            **action,
            'domain': [('case_id', '=', self.id)],
            'context': {'default_case_id': self.id},
        }

    # === BUSINESS METHODS === #

    def _prepare_measure_values(self, kind, name, **values):
        """Return the create values of a measure of this case; addons above may add to them.

        :param str kind: a value of `complaint.measure.kind`
        :param str name: what is to be done
        :param values: more values of complaint.measure
        """
        self.ensure_one()
        return {
            'case_id': self.id,
            'kind': kind,
            'name': name,
            'department_id': self.department_id.id,
            **values,
        }

    def _refresh_improvement_people(self):
        """Let those who work on measures of these cases read them."""
        for case in self.sudo():  # who owns a measure need not see the other measures
            people = case._get_improvement_people()
            if people != case.improvement_user_ids:
                case._write_internal({'improvement_user_ids': [Command.set(people.ids)]})

    def _get_improvement_people(self):
        """Return who works on the measures of this case."""
        self.ensure_one()
        return self.measure_ids.owner_id

    # === CRUD METHODS === #

    def unlink(self):
        # Unlike the other lines, measures have messages and activities of their own; the
        # database alone would leave them behind.
        if self.env.context.get(INTERNAL_KEY) is INTERNAL_WRITE:
            self.sudo().measure_ids.unlink()  # goes with the case, whoever may see it
        return super().unlink()
