from odoo import api, models
from odoo.tools import ormcache


class ComplaintLinkGuard(models.AbstractModel):
    """A form shows nothing of a complaint that its user may not read, whose id he just named.

    Odoo reckons related fields, and the names of what is linked, as superuser: also on a form
    that was only begun, where no rule has been asked yet.
    """

    _name = 'complaint.link.guard'
    _description = "Links to Complaints on Forms"

    @api.model
    @ormcache()
    def _get_link_names(self):
        """Return the names of the fields that hold complaints or what hangs on them."""
        registry = self.env.registry
        guarded = (registry['complaint.case'], registry['complaint.case.line'])
        return tuple(
            name
            for name, field in self._fields.items()
            if field.type in ('many2one', 'many2many')
            and not field.related
            and issubclass(registry[field.comodel_name], guarded)
        )

    def onchange(self, values, field_names, fields_spec):
        if not self.env.su:
            self._check_typed_links(values)
        return super().onchange(values, field_names, fields_spec)

    def _check_typed_links(self, values):
        """Ask for the right to read what a form links that is not linked there already.

        :raise AccessError: as if it were read
        """
        for name in self._get_link_names():
            value = values.get(name) or (not self and self.env.context.get(f'default_{name}'))
            if not value:
                continue
            field = self._fields[name]
            typed = field.convert_to_record(
                field.convert_to_cache(value, self.browse(), validate=False), self.browse()
            )
            linked = self.sudo()[name].sudo(False)  # by somebody who might
            (typed._origin - linked).check_access('read')
