from odoo import models
from odoo.tools import SQL


class ComplaintAnalysisMixin(models.AbstractModel):
    """A table of figures that is a query; its columns are a dict, so that addons can add to it."""

    _name = 'complaint.analysis.mixin'
    _description = "Figures about Complaints"
    _inherit = ['complaint.case.line']

    @property
    def _table_query(self) -> SQL:
        return SQL(" UNION ALL ").join(
            SQL("%s %s %s", self._select(), source, self._where()) for source in self._get_sources()
        )

    def _select(self) -> SQL:
        return SQL(
            "SELECT %s",
            SQL(", ").join(
                SQL("%s AS %s", expression, SQL.identifier(name))
                for name, expression in self._get_columns().items()
            ),
        )

    def _get_columns(self):
        """Return {field name: SQL expression}; models must override it."""
        return {}

    def _from(self) -> SQL:
        """Return the FROM clause; models must override it."""
        return SQL()

    def _get_sources(self):
        """Return the FROM clauses whose rows are put together, all over the same names."""
        return [self._from()]

    def _where(self) -> SQL:
        """Hook: narrow what is counted. Rights need nothing here, they follow the case."""
        return SQL("WHERE TRUE")

    # === ACTIONS === #

    def action_open_case(self):
        """Open the complaint behind a row."""
        self.ensure_one()
        return {
            'type': 'ir.actions.act_window',
            'res_model': 'complaint.case',
            'res_id': self.case_id.id,
            'views': [(False, 'form')],
        }
