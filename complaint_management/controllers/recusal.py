from odoo.exceptions import AccessError
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal


class RecusalPortal(CustomerPortal):
    """No token opens a complaint in the portal to who is recused from it (requirement T16)."""

    def _document_check_access(self, model_name, document_id, access_token=None):
        document_sudo = super()._document_check_access(
            model_name, document_id, access_token=access_token
        )
        threads = request.env.registry['complaint.recusal.thread']
        is_thread = isinstance(document_sudo, threads)
        if is_thread and document_sudo.with_user(request.env.user)._is_closed_to_user():
            raise AccessError(request.env._("You have no access to this document."))
        return document_sudo
