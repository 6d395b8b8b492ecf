import io
import json
import zipfile

from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.tools import html2plaintext

from .complaint_callback import SCORE_FIELDS

# What the customer is told: no internal contact, nothing about him to others.
TOLD_PURPOSES = ('answer', 'holding', 'progress', 'extension', 'obstacle', 'apology')
# Remedies that the customer is told of; suggestions are nobody's yet.
GRANTED_STATES = ('approved', 'executed')


class ResPartnerDataExport(models.Model):
    """What a customer may ask for: his complaints, what he sent, was told, promised and given."""

    _inherit = 'res.partner'

    def action_export_complaints(self):
        """Make the file with the customer's data and offer it for download."""
        self.ensure_one()
        roles = ('manager', 'legal', 'admin')
        if not any(
            self.env.user.has_group(f'complaint_management.group_complaint_{role}')
            for role in roles
        ):
            raise AccessError(
                self.env._(
                    "Only managers, legal staff and administrators of complaints hand out the data "
                    "of customers."
                )
            )
        self.check_access('read')
        dialog = self.env['complaint.data.export'].create({'partner_id': self.id})
        return dialog._open()

    def _take_complaints(self):
        """Return the same file to the user who takes it away: it is listed who did.

        :return: (file name, bytes)
        """
        name, content = self._export_complaints()
        cases = self._get_exported_cases()
        self.env['complaint.export.log']._record(cases, ['complaints.json', 'files'])
        cases._log_reading('export')
        masked = cases.filtered('is_contact_masked')
        masked._log_reading('unmask', self.env._("By handing out the customer's data"))
        return name, content

    def _get_exported_cases(self):
        self.ensure_one()
        return self.env['complaint.case'].search([('partner_id', '=', self.id)], order='id')

    def _export_complaints(self):
        """Return the complaints of this customer as a file: only those the current user may read.

        The portal hands it to the customer himself. The file is a zip with `complaints.json` and
        the customer's files under `files/<number>/`. It holds nothing internal: no stage but its
        public label, no staff, no grade, no note; and nothing of complaints of other people, not
        even of the same company.

        :return: (file name, bytes)
        """
        cases = self._get_exported_cases()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, 'w', zipfile.ZIP_DEFLATED) as archive:
            rows = [self._export_complaint(case, archive) for case in cases]
            content = {
                'format': 1,
                'exported_at': fields.Datetime.to_string(self.env.cr.now().replace(microsecond=0)),
                'times': 'UTC',
                'customer': {'name': self.name, 'email': self.email, 'phone': self.phone},
                'complaints': rows,
            }
            text = json.dumps(content, ensure_ascii=False, indent=2, default=str)
            archive.writestr('complaints.json', text)
        return f'complaints-{self.id}.zip', buffer.getvalue()

    def _export_complaint(self, case, archive):
        """Return what the customer may have of one complaint; put its files into the archive."""
        messages = self._get_exported_messages(case)
        files = case.sudo().authority_attachment_ids | messages.attachment_ids  # his own
        return {
            **self._export_facts(case),
            'messages': [self._export_message(message) for message in messages],
            'contacts': self._export_contacts(case),
            'promises': self._export_promises(case),
            'remedies': self._export_remedies(case),
            'callbacks': self._export_callbacks(case),
            'course': [
                {'at': fields.Datetime.to_string(passage['occurred_at']), 'what': passage['label']}
                for passage in case._get_timeline()
            ],
            'ratings': [
                {'value': rating.rating, 'words': rating.feedback or None}
                for rating in case.sudo().rating_ids  # given by the customer himself
                if rating.consumed and rating.partner_id == self
            ],
            'files': self._export_files(case, files, archive),
        }

    def _export_facts(self, case):
        text = fields.Datetime.to_string
        return {
            'number': case.number or None,
            'subject': case.name,
            'description': case.description or None,
            'expected_solution': case.expected_solution or None,
            'category': case.category_id.display_name or None,
            'received_at': text(case.received_at),
            'registered_at': text(case.registered_at) or None,
            'closed_at': text(case.closed_at) or None,
            'state': case.stage_id._get_portal_label() or None,
            'name': case.complainant_name or None,
            'phone': case.complainant_phone or None,
            'email': case.complainant_email or None,
            'preferred_contact': case.preferred_contact or None,
        }

    def _get_exported_messages(self, case):
        """Return the messages that the customer wrote, or that were sent to the customer."""
        messages = case.sudo().message_ids  # a colleague may have written it; the customer got it
        return messages.filtered(
            lambda message: (
                self in message.author_id | message.partner_ids
                and message.message_type in ('comment', 'email', 'email_outgoing')
                and not (message.is_internal or message.subtype_id.internal)
            )
        ).sorted('id')

    def _export_message(self, message):
        return {
            'at': fields.Datetime.to_string(message.date),
            'from': 'customer' if message.author_id == self else 'company',
            'subject': message.subject or None,
            'text': html2plaintext(message.body or '').strip(),
            'files': message.attachment_ids.mapped('name'),
        }

    def _export_contacts(self, case):
        """Return what was said to and by the customer, by whichever means."""
        contacts = (
            self.env['complaint.contact']
            .search([('case_id', '=', case.id), ('direction', 'in', ('in', 'out'))], order='id')
            .filtered(
                lambda contact: (
                    contact.partner_id == self
                    and (contact.direction == 'in' or contact.purpose in TOLD_PURPOSES)
                )
            )
        )
        return [
            {
                'at': fields.Datetime.to_string(contact.occurred_at),
                'from': 'customer' if contact.direction == 'in' else 'company',
                'means': contact.means,
                'purpose': contact.purpose,
                'text': contact.content or None,
            }
            for contact in contacts
        ]

    def _export_promises(self, case):
        """Return what the customer was promised, and what became of it."""
        promises = self.env['complaint.contact'].search(
            [('case_id', '=', case.id), ('promise_state', '!=', False), ('direction', '=', 'out')],
            order='id',
        )
        return [
            {
                'at': fields.Datetime.to_string(contact.occurred_at),
                'text': contact.promise or None,
                'until': fields.Datetime.to_string(contact.promise_date) or None,
                'state': contact.promise_state,
            }
            for contact in promises
            if contact.partner_id in (self, self.browse())
        ]

    def _export_remedies(self, case):
        """Return what the customer claimed and what was granted; no suggestion, no bearer."""
        remedies = self.env['complaint.remedy'].search([('case_id', '=', case.id)], order='id')
        return [
            {
                'kind': remedy.kind,
                'for': remedy.item or None,
                'currency': remedy.currency_id.name,
                'claimed': remedy.claimed_amount or None,
                'claim': remedy.claim_basis or None,
                'claim_outcome': remedy.claim_outcome or None,
                **self._export_grant(remedy),
            }
            for remedy in remedies
            if remedy.state in GRANTED_STATES or remedy._has_claim()
        ]

    def _export_grant(self, remedy):
        if remedy.state not in GRANTED_STATES:
            return {'granted': None, 'given_at': None, 'means': None, 'reference': None}
        return {
            'granted': remedy.amount or None,
            'given_at': fields.Datetime.to_string(remedy.executed_at) or None,
            'means': remedy.means or None,
            'reference': remedy.reference or None,
        }

    def _export_callbacks(self, case):
        """Return what the customer said when he was asked how it went; no analysis of it."""
        callbacks = self.env['complaint.callback'].search(
            [('case_id', '=', case.id), ('state', '=', 'done')], order='id'
        )
        return [
            {
                'at': fields.Datetime.to_string(callback.done_at),
                'means': callback.means,
                'satisfaction': callback.satisfaction or None,
                'agrees_to_close': callback.customer_agrees or None,
                'scores': {name: callback[name] for name in SCORE_FIELDS if callback[name]},
                'words': callback.suggestions or None,
            }
            for callback in callbacks
        ]

    def _export_files(self, case, files, archive):
        """Put files into the archive; return their paths there."""
        folder = ''.join(c if c.isalnum() or c in '-_' else '_' for c in case.number or '')
        paths = []
        for file in files.sorted('id'):
            if file.type != 'binary' or not file.raw:
                continue
            # A name is the sender's: it must not lead out of the folder.
            name = ''.join(c if c.isalnum() or c in '-_. ' else '_' for c in file.name or '')
            path = f'files/{folder or case.id}/{file.id}-{name.strip(". ") or "file"}'
            archive.writestr(path, file.raw)
            paths.append(path)
        return paths
