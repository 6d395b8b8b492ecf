import threading
from urllib.parse import urlsplit

from odoo import api, models
from odoo.exceptions import UserError
from odoo.http import request

# Roads by which other programs read.
PROGRAM_PATHS = ('/json/', '/xmlrpc', '/jsonrpc')
# What the screens never call on complaints, but scripts do.
PROGRAM_METHODS = ('read', 'search_read')


class ComplaintCaseReading(models.Model):
    """Who read a restricted complaint is recorded, never inside a read-only call.

    Screens read by read-only calls, so that a replica can serve them: the form tells the server
    by a call of its own. Exports, prints and other programs are recorded where they happen.
    """

    _inherit = 'complaint.case'

    def log_reading(self):
        """Record that the user opened these cases; the form calls it.

        :raise AccessError: a case that the user may not read
        """
        self.check_access('read')
        self._log_reading('form')

    def _log_reading(self, way, reason=None, minutes=0):
        """Record that the user read those of these cases whose readers are recorded.

        :param str way: as in `complaint.read.log`
        :param str reason: why contact data is shown; what is printed
        :param int minutes: how long contact data is shown
        """
        cases = self if way in ('unmask', 'evidence') else self.filtered('is_restricted')
        if cases:
            self.env['complaint.read.log']._record(cases, way, reason=reason, minutes=minutes)

    def _log_evidence_access(self, reason=None):
        """Record that the user took the evidence pack of these cases, restricted or not.

        :param str reason: what is in it, or why
        """
        self.check_access('read')
        self._log_reading('evidence', reason)

    # === OTHER PROGRAMS === #

    def read(self, fields=None, load='_classic_read'):
        result = super().read(fields, load)
        self._log_program_reading()
        return result

    @api.model  # else the first argument of a remote call, the domain, is taken for ids
    def search_read(self, domain=None, fields=None, *args, **kwargs):
        result = super().search_read(domain, fields, *args, **kwargs)
        self.browse(row['id'] for row in result)._log_program_reading()
        return result

    # Odoo looks here whether a call may run on a read-only cursor: these two write the log.
    read._readonly = False
    search_read._readonly = False

    def _log_program_reading(self):
        """Record what another program reads.

        :raise UserError: on a read-only cursor, where nothing can be recorded
        """
        if self.env.su or not self._is_read_by_program():
            return
        restricted = self.filtered('is_restricted')
        if restricted and self.env.cr.readonly:
            raise UserError(
                self.env._(
                    "Restricted complaints are read by “read” or “search_read”, so that it can be "
                    "recorded who reads them."
                )
            )
        restricted._log_reading('rpc')

    def _is_read_by_program(self):
        """Say whether the call came over a road of other programs."""
        # Odoo puts the request aside while it serves XML-RPC; the thread still knows its address.
        address = getattr(threading.current_thread(), 'url', None)
        if address and urlsplit(address).path.startswith(PROGRAM_PATHS):
            return True
        params = request.params if request else {}
        return params.get('model') == self._name and params.get('method') in PROGRAM_METHODS
