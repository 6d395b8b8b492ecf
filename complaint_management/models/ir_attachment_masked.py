from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.masked_fields import MaskedBinary, MaskedFiles

CASE = 'complaint.case'

# A mail as it came in, with its sender; the files in it are evidence, and kept beside it.
MAIL_TYPE = 'message/rfc822'


class IrAttachmentMasked(models.Model):
    """Files that tell who complained are closed to whom that is masked (PRIN-5-c, PAWN-4.4-b).

    A signature, the proof of a confirmation, papers of authority, mails as they came in. Whoever
    brought such a file knows it. What was sent as evidence stays open to whoever reads the case.
    """

    _inherit = 'ir.attachment'

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not (self.env.su or bypass_access):
            masked = self._get_masked_domain()
            if masked is not None:
                domain = Domain(domain) & ~masked
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    def _filter_closed(self):
        closed = super()._filter_closed()
        rest = (self - closed).sudo()  # of what they are is asked before it is told
        files = rest.filtered(lambda file: file.res_model == CASE)  # all others cost no query
        masked = self._get_masked_domain() if files else None
        if masked is None:
            return closed
        return closed | self.browse(files.search(Domain('id', 'in', files.ids) & masked).ids)

    @api.model
    def _get_masked_domain(self):
        """Return the domain of the files that a mask hides from the current user, or None.

        In one piece: core reads the conditions of a search, and one on its own fields would let
        it search through the files of fields as well.
        """
        cases = self.env[CASE]
        if cases._get_shown_domain('files').is_true():
            return None
        return Domain.custom(
            to_sql=lambda _model, alias, _query: SQL(
                "(%s = %s AND (%s))",
                SQL.identifier(alias, 'res_model'),
                CASE,
                SQL(" OR ").join(self._get_masked_sql(alias)),
            )
        )

    @api.model
    def _get_masked_sql(self, alias):
        """Return the conditions of the files of complaints of which any hides a file."""
        papers = SQL("%s IS NOT DISTINCT FROM %s", SQL.identifier(alias, 'mimetype'), MAIL_TYPE)
        conditions = []
        for field in self.env[CASE]._fields.values():
            if isinstance(field, MaskedBinary):
                hidden = self._get_hidden_sql(field.mask, alias)
                own_field = SQL.identifier(alias, 'res_field')
                conditions.append(SQL("(%s = %s AND %s)", own_field, field.name, hidden))
            elif isinstance(field, MaskedFiles):
                papers = SQL(
                    "%s OR %s IN (SELECT %s FROM %s WHERE %s = %s)",
                    papers,
                    SQL.identifier(alias, 'id'),
                    SQL.identifier(field.column2),
                    SQL.identifier(field.relation),
                    SQL.identifier(field.column1),
                    SQL.identifier(alias, 'res_id'),
                )
        brought = SQL("%s IS DISTINCT FROM %s", SQL.identifier(alias, 'create_uid'), self.env.uid)
        hidden = self._get_hidden_sql('files', alias)
        return [*conditions, SQL("(%s AND (%s) AND %s)", brought, papers, hidden)]

    @api.model
    def _get_hidden_sql(self, mask, alias):
        """Return the condition that a mask hides something of the complaint of a file."""
        # Whether something is masked does not depend on rights.
        cases = self.env[CASE].sudo().with_context(active_test=False)
        query = cases._search(self.env[CASE]._get_shown_domain(mask))
        query.add_where(
            SQL("%s = %s", SQL.identifier(query.table, 'id'), SQL.identifier(alias, 'res_id'))
        )
        return SQL("NOT EXISTS (%s)", query.select(SQL("1")))
