import secrets
import unicodedata

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import ormcache


class ComplaintPublicQuestion(models.Model):
    """A question in words that people answer at once and simple robots do not."""

    _name = 'complaint.public.question'
    _description = "Question of the Public Form"
    _inherit = ['complaint.cached.mixin']
    _order = 'sequence, id'
    _rec_name = 'question'

    question = fields.Char(required=True, translate=True)
    answers = fields.Char(
        required=True,
        translate=True,
        help="The right answer in every way in which people write it, with semicolons between.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)

    # === BUSINESS METHODS === #

    @api.model
    @ormcache()
    def _get_question_ids(self):
        questions_sudo = self.sudo()  # visitors have no rights of their own
        return questions_sudo.search(Domain.TRUE)._ids

    @api.model
    def _pick(self):
        """Return any one of the questions, as superuser; none when there are none."""
        ids = self._get_question_ids()
        return self.sudo().browse([secrets.choice(ids)] if ids else [])

    def _is_answered_by(self, text):
        """Say whether a text answers the question, in whatever language it was shown."""
        self.ensure_one()
        given = self._normalize(text)
        languages = [code for code, _name in self.env['res.lang'].get_installed()]
        return bool(given) and any(
            given in map(self._normalize, (self.with_context(lang=code).answers or '').split(';'))
            for code in languages
        )

    @api.model
    def _normalize(self, text):
        text = unicodedata.normalize('NFKC', text or '').casefold()
        return ''.join(char for char in text if char.isalnum())
