from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, email_normalize

from ..const import INTERNAL_KEY, INTERNAL_WRITE
from ..tools import anonymity
from ..tools.masked_fields import MaskedChar

# What stands where a text may not be empty.
MARK = '***'
TEXT_TYPES = ('char', 'text', 'html', 'json', 'reference', 'properties', 'binary')
# Texts of a case that tell nobody whom it is about, and what its proof needs.
KEPT_FIELDS = {'number', 'event_head'}


class ComplaintCaseAnonymise(models.Model):
    """Taking out of a case whom it is about: figures and history stay, and the chain verifies."""

    _inherit = 'complaint.case'

    # Odoo's privacy look-up finds people by a column of this name.
    email_normalized = MaskedChar(
        mask='email',
        string="Normalised e-mail",
        compute='_compute_email_normalized',
        store=True,
        precompute=True,
        export_string_translation=False,
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'email_normalized'}

    @api.depends('complainant_email')
    def _compute_email_normalized(self):
        for case in self:
            case.email_normalized = email_normalize(case.complainant_email or '', strict=False)

    # === GUARDS === #

    def write(self, vals):
        """Keep an anonymised case as it is: it is there for figures and proof."""
        if self.env.context.get(INTERNAL_KEY) is not INTERNAL_WRITE:
            self._check_not_anonymised()
        return super().write(vals)

    def _check_not_anonymised(self):
        """Refuse to go on with what no longer knows whom it is about.

        :raise UserError: names the cases
        """
        # Rules decide who writes; nothing of the case is told but its number.
        if done := self.sudo().filtered('anonymised_at'):
            raise UserError(
                self.env._(
                    "These complaints are anonymised and only kept for figures and proof. Register "
                    "a new complaint instead: %(complaints)s",
                    complaints=', '.join(case.number or str(case.id) for case in done),
                )
            )

    def _move_to(self, stage, reason=None, occurred_at=None, new_round=False):
        self._check_not_anonymised()
        return super()._move_to(stage, reason, occurred_at, new_round)

    # === ASKING === #

    def action_anonymise(self):
        """Ask for the reason and anonymise the cases."""
        return self._get_dialog(
            'complaint.case.anonymise', self.env._("Anonymise"), default_case_ids=self.ids
        )

    def _anonymise_on_request(self, reason):
        """Anonymise closed cases before their time, because the person asks for it.

        :param str reason: kept in the history
        :raise AccessError: the user is neither legal staff nor an administrator
        :raise UserError: no reason, open, under a legal hold, or anonymised already
        """
        self.check_access('read')
        roles = ('legal', 'admin')
        if not any(
            self.env.user.has_group(f'complaint_management.group_complaint_{role}')
            for role in roles
        ):
            raise AccessError(
                self.env._("Only legal staff and administrators anonymise complaints.")
            )
        self._check_not_held()
        self._check_not_anonymised()
        sentences = [
            self.env._("%(complaint)s is not closed.", complaint=case.display_name)
            for case in self
            if not case.is_closed
        ]
        if not (reason or '').strip():
            sentences.append(self.env._("Write down the reason."))
        if sentences:
            raise UserError('\n'.join(sentences))
        return self._anonymise(reason)

    # === DOING === #

    def _anonymise(self, reason):
        """Take out of these cases whom they are about; nobody is asked any more.

        What stays: number, dates, stage, category, grade, flags, staff, limits, amounts, the value
        of a rating, and a history that verifies. Goods and work keep their texts, and so do rewards
        and penalties and drafts of lessons, with a mark in the place of names and numbers.

        What is left, and why: words of staff in other complaints, in handovers, in conclusions of
        inspections and in the texts of period reports, as nobody can tell there whom they mean;
        files of a reward or penalty, which prove what a colleague did. Figures and lists of period
        reports name nobody: they read the subject of a complaint when they are shown. Papers that
        were sent or printed are out of reach, and published lessons were checked for names.

        :param str reason: kept in the histories
        """
        # All that hangs on the cases, also what is out of sight of who asks.
        cases = self.sudo().with_context(active_test=False)
        identities = {case.id: identity for case, identity in cases._get_identities().items()}
        partner_ids = cases._get_people()
        telling = cases.event_ids._get_telling()
        telling._erase_content(reason)
        (cases - telling.case_id)._stamp('content_erased', note=reason, payload={'erased': []})
        self.env.flush_all()
        lines = cases._get_line_models()
        cases._erase_files(lines)
        for model in lines:
            if model._anonymising == 'empty':
                cases._empty_lines(model, partner_ids)
            elif model._anonymising == 'mask':
                cases._mask_lines(model, partner_ids, identities)
        cases._mask_beside(identities)
        cases._erase_thread(lines, partner_ids)
        cases._erase_ratings()
        cases._empty_own_fields()
        self.env.invalidate_all()
        return True

    @api.model
    def _get_line_models(self):
        """Return the models of all that hangs on a case, as superuser."""
        base = self.env.registry['complaint.case.line']
        return [
            self.env[name].sudo()
            for name, model in self.env.registry.items()
            if issubclass(model, base) and model._auto and not model._abstract
            if not model._transient
        ]

    def _get_people(self):
        """Return the ids of the partners whom these cases are about: no colleague."""
        partners = (
            self.partner_id
            | self.env['complaint.contact'].search([('case_id', 'in', self.ids)]).partner_id
        )
        partners |= self.message_ids.author_id | self.message_partner_ids
        partners |= self.message_ids.partner_ids
        partners -= self.source_partner_id | self.company_id.partner_id
        return partners.filtered(
            lambda partner: not any(not user.share for user in partner.user_ids)
        ).ids

    # === TEXTS === #

    def _empty_lines(self, model, partner_ids):
        names = [field.name for field in self._get_text_fields(model)]
        if 'res_model' in names and 'res_id' in model._fields:
            names.append('res_id')
        self._update_rows(model, names, 'case_id')
        self._detach_people(model, partner_ids)

    def _mask_lines(self, model, partner_ids, identities):
        fields_to_mask = [f for f in self._get_text_fields(model) if f.type in ('char', 'text')]
        rows = model.search([('case_id', 'in', self.ids)])
        for row in rows:
            identity = identities[row.case_id.id]
            values = {
                field.name: masked
                for field in fields_to_mask
                if (text := row[field.name]) and (masked := anonymity.mask(text, identity)) != text
            }
            if values:
                self._update_row(model, row.id, values)
        if 'res_model' in model._fields:  # a delivery or a repair names the customer
            self._update_rows(model, ['res_model', 'res_id'], 'case_id')
        self._detach_people(model, partner_ids)

    def _mask_beside(self, identities):
        """Hook: put a mark in the place of who complains in records that rest on these cases.

        :param dict identities: {id of a case: tools.anonymity.Identity}
        """

    def _mask_records(self, records, names, identities):
        """Put a mark in the place of names and numbers of cases into texts of other records.

        :param dict records: {record, as superuser: [ids of cases]}
        :param names: fields of the records
        :param dict identities: {id of a case: tools.anonymity.Identity}
        """
        for record, case_ids in records.items():
            values = {}
            for name in names:
                masked = text = record[name]
                for case_id in case_ids if text else ():
                    masked = anonymity.mask(masked, identities[case_id])
                if masked != text:
                    values[name] = masked
            if values:
                self._update_row(record, record.id, values)

    @api.model
    def _get_text_fields(self, model):
        """Return the stored fields of a model that hold free texts or files."""
        return [
            field
            for field in model._fields.values()
            if field.type in TEXT_TYPES and field.store and field.column_type
            if not field.translate
        ]

    def _update_rows(self, model, names, key):
        """Empty columns of the rows of these cases, past guards and tracking."""
        if not names:
            return
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE %s = ANY(%s)",
                SQL.identifier(model._table),
                SQL(', ').join(
                    SQL("%s = %s", SQL.identifier(name), self._get_blank(model._fields[name]))
                    for name in names
                ),
                SQL.identifier(key),
                self.ids,
            )
        )

    @api.model
    def _update_row(self, model, row_id, values):
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id = %s",
                SQL.identifier(model._table),
                SQL(', ').join(SQL("%s = %s", SQL.identifier(n), v) for n, v in values.items()),
                row_id,
            )
        )

    @api.model
    def _get_blank(self, field):
        """Return what stands in an emptied column."""
        if field.required and field.type in ('char', 'text', 'html'):
            return MARK
        if field.required and field.type == 'json':
            return SQL("'{}'::jsonb")
        return SQL("NULL")

    def _detach_people(self, model, partner_ids):
        """Forget which of these partners the lines name."""
        for field in model._fields.values():
            if field.comodel_name != 'res.partner' or not (field.store and field.column_type):
                continue
            if field.required:
                continue
            name = SQL.identifier(field.name)
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = NULL WHERE case_id = ANY(%s) AND %s = ANY(%s)",
                    SQL.identifier(model._table),
                    name,
                    self.ids,
                    name,
                    partner_ids,
                )
            )

    def _empty_own_fields(self):
        names = {field.name for field in self._get_text_fields(self)} - KEPT_FIELDS
        names |= {'partner_id'}
        self._update_rows(self, sorted(names), 'id')
        self.env.cr.execute(
            SQL(
                "UPDATE complaint_case SET anonymised_at = %s WHERE id = ANY(%s)",
                self.env.cr.now().replace(microsecond=0),
                self.ids,
            )
        )

    # === FILES, THREAD, RATINGS === #

    def _erase_files(self, lines):
        """Delete the files of the cases and of what hangs on them."""
        attachments = self.env['ir.attachment']
        for model, ids in self._get_threads(lines).items():
            attachments |= attachments.search(
                [
                    *[('res_model', '=', model), ('res_id', 'in', ids)],
                    *['|', ('res_field', '=', False), ('res_field', '!=', False)],  # of any field
                ]
            )
        (attachments | self.authority_attachment_ids | self.message_ids.attachment_ids).unlink()

    def _get_threads(self, lines):
        """Return {model: ids} of the cases and of all that hangs on them."""
        found = {self._name: self.ids}
        for model in lines:
            if rows := model.search([('case_id', 'in', self.ids)]):
                found[model._name] = rows.ids
        return found

    def _erase_thread(self, lines, partner_ids):
        """Empty the messages; their dates, and what tracking tells of the staff, stay."""
        self.activity_ids.unlink()
        followers = self.env['mail.followers'].search(
            [('res_model', '=', self._name), ('res_id', 'in', self.ids)]
        )
        followers.filtered(lambda follower: follower.partner_id.id in partner_ids).unlink()
        for model, ids in self._get_threads(lines).items():
            messages = self.env['mail.message'].search(
                [('model', '=', model), ('res_id', 'in', ids)]
            )
            if messages:
                self._erase_messages(messages, partner_ids)

    @api.model
    def _erase_messages(self, messages, partner_ids):
        env = self.env
        env['mail.mail'].search([('mail_message_id', 'in', messages.ids)]).unlink()
        env['mail.notification'].search(
            [
                ('mail_message_id', 'in', messages.ids),
                '|',
                ('res_partner_id', 'in', partner_ids),
                ('res_partner_id', '=', False),
            ]
        ).unlink()
        env.flush_all()
        names = ('subject', 'email_from', 'incoming_email_to', 'incoming_email_cc', 'record_name')
        names += ('outgoing_email_to', 'reply_to')
        columns = [
            SQL("%s = NULL", SQL.identifier(name))
            for name in names
            if (field := env['mail.message']._fields.get(name)) and field.store
        ]
        columns.append(SQL("body = ''"))
        columns.append(SQL("message_id = '<anonymised-' || id || '>'"))
        columns.append(
            SQL(
                "author_id = CASE WHEN author_id = ANY(%s) THEN NULL ELSE author_id END",
                partner_ids,
            )
        )
        env.cr.execute(
            SQL(
                "UPDATE mail_message SET %s WHERE id = ANY(%s)",
                SQL(', ').join(columns),
                messages.ids,
            )
        )
        env.cr.execute(
            SQL(
                "DELETE FROM mail_message_res_partner_rel "
                "WHERE mail_message_id = ANY(%s) AND res_partner_id = ANY(%s)",
                messages.ids,
                partner_ids,
            )
        )
        self._erase_tracking(messages)

    @api.model
    def _erase_tracking(self, messages):
        """Empty tracked texts and customers; stages, staff and dates stay."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE mail_tracking_value change
                   SET old_value_char = NULL, new_value_char = NULL,
                       old_value_text = NULL, new_value_text = NULL,
                       old_value_integer = NULL, new_value_integer = NULL
                  FROM ir_model_fields field
                 WHERE change.mail_message_id = ANY(%s)
                   AND field.id = change.field_id
                   AND (field.ttype IN ('char', 'text', 'html', 'properties')
                        OR field.relation = 'res.partner')
                   AND NOT (field.model = 'complaint.case' AND field.name = 'number')
                """,
                messages.ids,
            )
        )

    def _erase_ratings(self):
        """Keep the value of ratings, and not who gave them or in which words."""
        ratings = self.env['rating.rating'].search(
            [('res_model', '=', self._name), ('res_id', 'in', self.ids)]
        )
        if ratings:
            self.env.cr.execute(
                SQL(
                    "UPDATE rating_rating SET feedback = NULL, partner_id = NULL, res_name = NULL, "
                    "access_token = md5(random()::text || id) WHERE id = ANY(%s)",
                    ratings.ids,
                )
            )
