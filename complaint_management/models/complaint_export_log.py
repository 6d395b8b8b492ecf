import hashlib
import json

from odoo import api, fields, models

# So many ids of an export are kept as they are; the rest is told by the digest.
SAMPLE_SIZE = 100


class ComplaintExportLog(models.Model):
    """Who took which complaint data out of the system, and when (PAWN-4.4-b).

    Rows are only added, by the software; the committee and the auditor read them.
    """

    _name = 'complaint.export.log'
    _description = "Export of Complaint Data"
    _inherit = ['complaint.log.mixin']
    _order = 'exported_at desc, id desc'
    _rec_name = 'model_name'
    _log_access = False

    user_id = fields.Many2one(
        comodel_name='res.users',
        string="Exported by",
        required=True,
        readonly=True,
        ondelete='restrict',
        index=True,
    )
    exported_at = fields.Datetime(string="Exported at", required=True, readonly=True, index=True)
    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True
    )
    model_name = fields.Char(string="Technical name", required=True, readonly=True)
    model_label = fields.Char(string="Exported data", compute='_compute_model_label')
    record_count = fields.Integer(string="Records", readonly=True)
    field_names = fields.Text(string="Columns", readonly=True)
    sample = fields.Char(string="Ids", readonly=True, help="The first hundred.")
    digest = fields.Char(
        readonly=True, help="SHA-256 of all ids in order: the same set has the same digest."
    )

    # === COMPUTE METHODS === #

    @api.depends('model_name')
    @api.depends_context('lang')
    def _compute_model_label(self):
        for log in self:
            # What a model is called is no secret.
            model = self.env['ir.model'].sudo()._get(log.model_name or '')
            log.model_label = model.name or log.model_name

    def _get_kept_sentence(self):
        return self.env._(
            "The list of exports is written by the software alone, and nothing in it is "
            "changed or taken out."
        )

    # === BUSINESS METHODS === #

    @api.model
    def _record(self, records, field_names):
        """Keep that the user exported records.

        :param records: of any model
        :param list field_names: columns, as paths
        """
        ids = sorted(records.ids)
        # Nobody may write the log by hand.
        log_sudo = self.sudo()
        return log_sudo._add(
            {
                'user_id': self.env.uid,
                'exported_at': self.env.cr.now().replace(microsecond=0),
                'company_id': self.env.company.id,
                'model_name': records._name,
                'record_count': len(ids),
                'field_names': ', '.join(field_names),
                'sample': ', '.join(map(str, ids[:SAMPLE_SIZE])),
                'digest': hashlib.sha256(json.dumps(ids).encode()).hexdigest(),
            }
        )
