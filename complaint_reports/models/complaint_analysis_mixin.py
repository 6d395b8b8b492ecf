from odoo import api, models
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
        return SQL("WHERE complaint_case.is_setup_example IS NOT TRUE")

    # === SPEED === #

    def _search(self, domain, *args, **kwargs):
        self._keep_from_compiling()
        return super()._search(domain, *args, **kwargs)

    def _fetch_query(self, query, fields):
        self._keep_from_compiling()
        return super()._fetch_query(query, fields)

    def _keep_from_compiling(self):
        """Let PostgreSQL run the queries of this transaction as they are.

        The cost it expects of figures that most rows do not ask for makes it compile them, which
        takes a second and more: longer than all of them together.
        """
        self.env.cr.execute("SET LOCAL jit = off")

    @api.model
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        """Find the rows first, then read them: figures are reckoned for one page only."""
        rows = super().search_fetch(domain, [], offset=offset, limit=limit, order=order)
        if rows and field_names != []:
            rows.fetch(field_names)
        return rows
