from odoo import api, fields, models


class ComplaintChannel(models.Model):
    _name = 'complaint.channel'
    _description = "Complaint Channel"
    _order = 'sequence, id'

    name = fields.Char(required=True, translate=True)
    code = fields.Char()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    source_level = fields.Selection(
        string="Source level",
        selection=[
            ('site', "Site"),
            ('company', "Company"),
            ('group', "Group"),
            ('government', "Government or regulator"),
            ('media', "Media"),
        ],
        required=True,
        default='site',
    )
    needs_referring_body = fields.Boolean(
        string="Needs a referring body",
        help="The complaint cannot be registered without the body that referred it.",
    )
    implied_grade_id = fields.Many2one(
        comodel_name='complaint.grade',
        string="Implied grade",
        ondelete='set null',
        help="Complaints of this channel are at least this grave.",
    )
    exempt_from_callback = fields.Boolean(string="Exempt from callback")
    answer_group_ids = fields.Many2many(
        comodel_name='res.groups',
        string="Who may answer",
        help="Empty: everyone who may work on the complaint.",
    )
    lang = fields.Selection(
        selection='_get_languages',
        string="Language",
        help="In which customers are written who have no language of their own. Empty: the "
        "company's.",
    )

    @api.model
    def _get_languages(self):
        return self.env['res.lang'].get_installed()
