from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL


class ComplaintPeopleDoor(models.AbstractModel):
    """Closes who follows, is told of or rates a complaint to who may not read the complaint.

    Odoo lets every employee read such rows of any record: they would name complainants, also
    those who asked not to be named (PRIN-5-c).
    """

    _name = 'complaint.people.door'
    _description = "People Around a Complaint"
    _inherit = ['complaint.recusal.door']

    _people_field = 'partner_id'

    @api.model
    def _get_closed_domain(self):
        closed, people = super()._get_closed_domain(), self._get_closed_people()
        return people if closed is None else closed | people

    def _filter_closed(self):
        # Most rows are about something else: they cost no query.
        names = {'complaint.case', *self.env['mail.message']._get_recusal_lines()}
        names.update(self.env['ir.rule']._get_recusal_models())
        rows = self.sudo()  # of what they are is asked before it is told
        about = [row.id for row in rows if row._get_hung_on_model() in names]
        return super(ComplaintPeopleDoor, self.browse(about))._filter_closed()

    def _get_hung_on_model(self):
        owner = self[self._recusal_message] if self._recusal_message else self
        return owner[owner._recusal_link[0]]

    @api.model
    def _get_closed_people(self):
        """Return the domain of the rows about others on complaints that are kept from the user."""
        name = 'complaint.case'
        domain = self._get_closed_link(name, Domain.TRUE)
        for line_name in self.env['mail.message']._get_recusal_lines():
            domain |= self._get_closed_link(line_name, Domain.TRUE)
        shown = self.env[name]._get_shown_domain('name')
        if not shown.is_true():
            customers = Domain(self._people_field, 'any!', Domain('partner_share', '=', True))
            domain |= self._get_closed_link(name, shown) & customers
        return domain & Domain(self._people_field, '!=', self.env.user.partner_id.id)

    @api.model
    def _get_closed_link(self, name, shown):
        """Return the domain of the rows on records of a model that the user may not read.

        Asked row by row: a list of all that he may read would be long.

        :param Domain shown: what else holds of a record of which the user is told
        """
        owner = self.env['mail.message'] if self._recusal_message else self
        model_field, id_field = owner._recusal_link
        model = self.env[name].with_context(active_test=False)

        def to_sql(_owner, alias, _query):
            if not model.has_access('read'):  # of another role altogether
                return SQL("TRUE")
            query = model._search(shown)
            record_id = SQL.identifier(query.table, 'id')
            query.add_where(SQL("%s = %s", record_id, SQL.identifier(alias, id_field)))
            return SQL("NOT EXISTS (%s)", query.select(SQL("1")))

        domain = Domain(model_field, '=', name) & Domain.custom(to_sql=to_sql)
        return Domain(self._recusal_message, 'any!', domain) if self._recusal_message else domain
