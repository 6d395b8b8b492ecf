from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_list

from ..tools import anonymity


class ComplaintCaseNotice(models.Model):
    """Making the result public, without personal data (PROPERTY-5.1.2-C3, T15)."""

    _inherit = 'complaint.case'

    needs_public_notice = fields.Boolean(related='category_id.publish_result')
    public_notice = fields.Text(
        string="Public notice",
        copy=False,
        help="What others may read about the result: no names, no addresses, no numbers.",
    )
    published_at = fields.Datetime(
        string="Published at", readonly=True, copy=False, index='btree_not_null'
    )
    # What was looked through when it was published; later words are nobody's to read.
    published_notice = fields.Text(string="Published notice", readonly=True, copy=False)

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'published_at', 'published_notice'}

    # === ACTIONS === #

    def action_publish(self):
        """Record that the result was made public, without personal data (PROPERTY-5.1.2-C3)."""
        self.check_access('write')
        obstacles = {
            case: sentences for case in self if (sentences := case._get_publishing_obstacles())
        }
        self._raise_obstacles(obstacles)
        for case in self:
            case._stamp('published', payload={'notice': case.public_notice})
            case._write_internal(
                {
                    'published_at': self.env.cr.now().replace(microsecond=0),
                    'published_notice': case.public_notice,
                }
            )

    def _take_back_notice(self):
        """Publish no longer what was published by mistake."""
        self._write_internal({'published_at': False, 'published_notice': False})

    # === PUBLIC PAGES === #

    @api.model
    def _get_published_domain(self):
        """Return the domain of the results that anybody may read."""
        return Domain(
            [
                ('published_at', '!=', False),
                ('published_notice', '!=', False),
                ('category_id.publish_result', '=', True),
                ('company_id.complaint_public_pages', '=', True),
                ('company_id.complaint_publish_online', '=', True),
            ]
        )

    # === OBSTACLES === #

    def _get_closing_obstacles(self, stage):
        sentences = super()._get_closing_obstacles(stage)
        if stage.phase != 'closed_normal' or not self.needs_public_notice:
            return sentences
        if not (self.public_notice or '').strip():
            sentences.append(
                self.env._(
                    "Write the public notice, without personal data: results of the category "
                    "“%(category)s” are published.",
                    category=self.category_id.name,
                )
            )
        return sentences

    def _get_publishing_obstacles(self):
        self.ensure_one()
        notice = self.public_notice or ''
        if not notice.strip():
            return [self.env._("Write the public notice first.")]
        if not self.registered_at:
            return [self.env._("Register the complaint first.")]
        identity = self._get_identities()[self]
        findings = anonymity.find(notice, identity, anybody=True)
        found = sorted({finding.word for finding in findings})
        if not found:
            return []
        return [
            self.env._(
                "The public notice holds personal data, take it out: %(found)s.",
                found=format_list(self.env, found),
            )
        ]
