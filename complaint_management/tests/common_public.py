import re
import time

from odoo.tests import HttpCase

from .common import ComplaintCommon

CSRF = re.compile(r'csrf_token: "([^"]+)"')


class PublicCommon(ComplaintCommon, HttpCase):
    """A team with a public form, and a visitor without a log-in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Forms of other teams that a database brought along would be offered, too.
        cls.env['complaint.team'].search([('id', '!=', cls.team.id)]).is_public = False
        cls.team.write({'is_public': True, 'public_slug': 'care-desk'})
        cls.cases = cls.env['complaint.case']
        cls.form = cls.env['complaint.public.form']

    def _open(self, path, **params):
        """Open a page as the visitor; what it says about CSRF is kept for the next form."""
        return self._keep_csrf(self.url_open(path, params=params))

    def _post(self, path, data=None, files=None, **options):
        """Send a form of the page that was opened last."""
        data = {'csrf_token': self._get_csrf(), **(data or {})}
        return self._keep_csrf(self.url_open(path, data=data, files=files, **options))

    def _get_csrf(self):
        if not getattr(self, 'csrf', None):
            self._open('/complaint/follow')
        return self.csrf

    def _keep_csrf(self, response):
        if found := CSRF.search(response.text):
            self.csrf = found[1]
        return response

    def _get_filled_form(self, age=60, question=None, **values):
        """Return what a person sends who took the form `age` seconds ago."""
        return {
            'token': self.form._sign(self.team, question, at=time.time() - age),
            'description': "The lamp at gate 3 is dark.\nSince Monday.",
            'complainant_name': "Zhou Min",
            'complainant_phone': "138 0000 1111",
            **values,
        }

    def _file(self, files=None, **values):
        """Send the form; return (response, the new cases)."""
        before = self.cases.search([])
        response = self._post('/complaint/new/care-desk', self._get_filled_form(**values), files)
        self.env.invalidate_all()
        return response, self.cases.search([]) - before
