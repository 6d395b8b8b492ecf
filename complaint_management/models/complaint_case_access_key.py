from odoo import api, fields, models
from odoo.tools import consteq

from ..tools import access_key

# Context key for an `AccessKey`: the key of the case that is being made, while it can be told.
KEY_CONTEXT = 'complaint_access_key'


class ComplaintCaseAccessKey(models.Model):
    """The key by which a complainant follows the case without a log-in.

    Only its digest is kept: whoever has the database cannot follow anything.
    """

    _inherit = 'complaint.case'

    access_key_hash = fields.Char(
        readonly=True, copy=False, index='btree_not_null', groups=fields.NO_ACCESS
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'access_key_hash'}

    # === MAKING AND TELLING === #

    def _after_create(self, target_stage_ids, history):
        key = self.env.context.get(KEY_CONTEXT)
        if isinstance(key, access_key.AccessKey):
            self._keep_access_key(key)  # before anything is sent that tells it
        return super()._after_create(target_stage_ids, history)

    def _with_new_access_key(self):
        """Return these cases in a context in which the one case that is created gets a new key.

        The key can be told, by `_get_access_key`, for as long as that context lives.
        """
        return self.with_context(**{KEY_CONTEXT: access_key.make()})

    def _issue_access_key(self):
        """Give this case a new key; the old one, if there was one, is void.

        :return: the case in a context in which `_get_access_key` tells the key
        """
        self.ensure_one()
        case = self._with_new_access_key()
        case._keep_access_key(case.env.context[KEY_CONTEXT])
        self._stamp('access_key_issued')
        return case

    def _keep_access_key(self, key):
        self.ensure_one()  # two cases with one key could not be told apart
        # The digest is hidden from everybody.
        self.sudo()._write_internal({'access_key_hash': access_key.digest(key.text)})

    def _get_access_key_text(self):
        key = self._get_access_key()
        if not key:
            return super()._get_access_key_text()
        return self.env._(
            "Your key to follow the complaint without a log-in: %(key)s\nEnter it under %(url)s. "
            "Keep it safe: we tell it only now, and whoever has it can read the answer.",
            key=key,
            url=f'{self.get_base_url()}/complaint/follow',
        )

    def _get_access_key(self):
        """Return the key of this case in groups while it can be told, else an empty text."""
        self.ensure_one()
        key = self.env.context.get(KEY_CONTEXT)
        if not isinstance(key, access_key.AccessKey):
            return ''
        stored = self.sudo().access_key_hash or ''  # hidden from everybody
        return access_key.show(key.text) if consteq(access_key.digest(key.text), stored) else ''

    def action_issue_access_key(self):
        """Make a new key for the complainant and show it, once."""
        self.ensure_one()
        self.check_access('write')
        case = self._issue_access_key()
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'warning',
                'title': self.env._("New key to follow the complaint"),
                'message': self.env._(
                    "%(key)s. Give it to the complainant: it is shown only now, and an earlier key "
                    "no longer works.",
                    key=case._get_access_key(),
                ),
                'sticky': True,
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    # === FINDING === #

    @api.model
    def _find_by_access_key(self, text):
        """Return the case of a key, as superuser; none when there is none.

        What is no key at all takes the same road and the same time.

        :param str text: as a person typed it
        """
        digest = access_key.digest(text)
        # A visitor has no rights of his own; the key is his right.
        case = self.sudo().search([('access_key_hash', '=', digest)], limit=1)
        found = consteq(case.access_key_hash or '', digest)
        return case if found and case.company_id.complaint_public_pages else case.browse()
