from odoo import api, fields, models
from odoo.tools import SQL


class ComplaintCaseReported(models.Model):
    """What an employee reads of the complaints that he reported, until they are closed.

    Design, section 6: it is all that people without a role in complaints see. A row has the id
    of its case; its words are those that the customer reads.
    """

    _name = 'complaint.case.reported'
    _description = "Reported Complaint"
    _auto = False
    _order = 'received_at desc, id desc'
    _rec_name = 'name'
    _depends = {'complaint.case': ['create_uid', 'is_closed', 'name', 'number', 'received_at']}

    user_id = fields.Many2one(comodel_name='res.users', string="Reported by", readonly=True)
    number = fields.Char(readonly=True)
    name = fields.Char(string="Subject", readonly=True)
    received_at = fields.Datetime(string="Received at", readonly=True)
    stage_label = fields.Char(string="How far it is", compute='_compute_from_case')
    promised_date = fields.Datetime(string="Promised by", compute='_compute_from_case')

    @property
    def _table_query(self):
        # Nobody reads on who is kept away from the complaint in the meantime (T16).
        return SQL(
            """
            SELECT c.id, c.create_uid AS user_id, c.number, c.name, c.received_at
              FROM complaint_case c
             WHERE NOT c.is_closed
               AND NOT EXISTS (
                   SELECT 1 FROM %(recused)s r
                    WHERE r.%(case_column)s = c.id AND r.%(user_column)s = c.create_uid
               )
            """,
            recused=SQL.identifier(self._get_recusal_field().relation),
            case_column=SQL.identifier(self._get_recusal_field().column1),
            user_column=SQL.identifier(self._get_recusal_field().column2),
        )

    @api.model
    def _get_recusal_field(self):
        return self.env['complaint.case']._fields['recused_user_ids']

    @api.model
    def _search(self, domain, *args, **kwargs):
        # The query asks who is recused through a table of its own.
        self.env['complaint.case'].sudo()._recompute_model(['recused_user_ids'])
        return super()._search(domain, *args, **kwargs)

    @api.depends('number')
    @api.depends_context('lang')
    def _compute_from_case(self):
        for reported in self:
            # The reporter has no access to the case; these two are what a customer is told.
            case_sudo = self.env['complaint.case'].sudo().browse(reported.id)
            reported.stage_label = case_sudo.stage_id._get_portal_label()
            reported.promised_date = case_sudo._get_promised_date()
