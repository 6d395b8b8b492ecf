from odoo import api, models


class MailRenderMixin(models.AbstractModel):
    """A mail is filled in with complaints for nobody who may not read them.

    Odoo asks that only when the mail is sent. A dialog that shows it before would tell a recused
    person who complains, and hand the customer's link to anybody who names a complaint.
    """

    _inherit = 'mail.render.mixin'

    @api.model
    def _render_template(self, template_src, model, res_ids, *args, **kwargs):
        records, registry = self.env.get(model), self.env.registry
        guarded = (registry['complaint.recusal.thread'], registry['complaint.case.line'])
        if isinstance(records, guarded) and not self.env.su:
            records.browse(filter(None, res_ids)).check_access('read')
        return super()._render_template(template_src, model, res_ids, *args, **kwargs)
