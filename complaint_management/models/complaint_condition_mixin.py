from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain


class ComplaintConditionMixin(models.AbstractModel):
    """A filter on complaints that an administrator writes."""

    _name = 'complaint.condition.mixin'
    _description = "Condition on Complaints"

    domain = fields.Char(string="Condition", help="Empty: every complaint.")

    # === CONSTRAINTS === #

    @api.constrains('domain')
    def _check_domain(self):
        """Refuse a filter that does not work before it stands in anybody's way.

        It is tried with the rights of who writes it: rules are asked as superuser, and nobody
        may learn by them what he cannot read himself.

        :raise AccessError: it asks for a field that its author may not read
        """
        # Constraints run as superuser.
        cases = self.env['complaint.case'].with_user(self.env.uid)
        for record in self:
            domain = record._get_domain()
            try:
                cases.search(domain, limit=1)
            except (ValueError, TypeError, KeyError) as error:
                raise ValidationError(record._get_bad_domain_message(error)) from error

    # === BUSINESS METHODS === #

    def _get_domain(self):
        """Return the condition as a Domain; everything matches an empty one.

        :raise ValidationError: the text is not a filter
        """
        self.ensure_one()
        try:
            return Domain(literal_eval(self.domain or '[]'))
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValidationError(self._get_bad_domain_message(error)) from error

    def _get_bad_domain_message(self, error):
        return self.env._(
            "The condition of “%(name)s” cannot be read: %(error)s",
            name=self.display_name,
            error=error,
        )
