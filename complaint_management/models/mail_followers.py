from odoo import models


class MailFollowers(models.Model):
    _name = 'mail.followers'
    _inherit = ['complaint.people.door', 'mail.followers']

    def _insert_followers(self, res_model, res_ids, partner_ids, *args, **kwargs):
        """Let nobody follow a complaint from which he is recused, on whatever road."""
        records = self.env[res_model]
        if not (partner_ids and isinstance(records, self.env.registry['complaint.recusal.thread'])):
            return super()._insert_followers(res_model, res_ids, partner_ids, *args, **kwargs)
        groups = {}
        for record in records.browse(res_ids):
            recused_ids, _emails = record._get_recused_addresses()
            groups.setdefault(frozenset(recused_ids & set(partner_ids)), []).append(record.id)
        for recused_ids, ids in groups.items():
            if allowed := [pid for pid in partner_ids if pid not in recused_ids]:
                super()._insert_followers(res_model, ids, allowed, *args, **kwargs)
        return None
