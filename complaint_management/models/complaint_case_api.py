from contextlib import contextmanager
from datetime import datetime

import psycopg2
import pytz

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import clean_context, email_normalize

from ..const import CONTACT_MEANS, CONTACT_PURPOSES
from .complaint_contact import ANSWER_PURPOSES

# {what another system may send: (field of the case, longest text)}
TEXTS = {
    'subject': ('name', 200),
    'description': ('description', 20000),
    'customer_name': ('complainant_name', 200),
    'customer_phone': ('complainant_phone', 50),
    'customer_email': ('complainant_email', 254),
    'expected_solution': ('expected_solution', 5000),
}
# {what it may send: (field of the case, model whose code it names)}
CODES = {
    'channel': ('channel_id', 'complaint.channel'),
    'category': ('category_id', 'complaint.category'),
    'kind': ('kind_id', 'complaint.kind'),
    'procedure': ('procedure_id', 'complaint.procedure'),
}
KEYS = ('source', 'external_key')
KEY_LENGTH = 100

# {what it may send of a contact: longest text}
CONTACT_TEXTS = {
    'content': 20000,
    'counterpart': 200,
    'late_reason': 500,
    'contact_key': KEY_LENGTH,
}
# What only buttons with rules of their own record.
BARRED_PURPOSES = (*ANSWER_PURPOSES, 'referral', 'acknowledgement', 'extension', 'refusal')


class ComplaintCaseApi(models.Model):
    """What a company's app, call centre or WeChat account calls (`docs/api.md`).

    Everything runs with the rights of the user whose key is sent. What is not listed is refused,
    and all that is wrong is told at once.
    """

    _inherit = 'complaint.case'

    external_source = fields.Char(
        string="Sent by", readonly=True, copy=False, help="Which other system sent the complaint."
    )
    external_key = fields.Char(
        string="Key of the other system",
        readonly=True,
        copy=False,
        help="By which the system that sent the complaint knows it.",
    )

    _external_key_uniq = models.UniqueIndex(
        '(company_id, external_source, external_key) WHERE external_key IS NOT NULL',
        "This complaint was registered already.",
    )

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'external_source', 'external_key'}

    # === CALLED FROM OUTSIDE === #

    @api.model
    def api_register(self, values):
        """Register a complaint, once: the same key again returns the complaint that is there.

        :param dict values: `source` and `external_key` (who sends it, and its own key), then
            `subject` or `description`, and as far as known `customer_name`, `customer_phone`,
            `customer_email`, `customer_ref` (reference of a known customer), `expected_solution`,
            `received_at` (ISO 8601 with its offset), and codes: `channel`, `category`, `kind`,
            `procedure`
        :return: the same as `api_get_status`, and `created`: whether it is new
        :raise UserError: all that is wrong with the values
        """
        errors = []
        keys = self._read_api_keys(values, errors)
        if not errors and (case := self._get_registered(keys)):
            return {**case._get_api_status(), 'created': False}
        prepared = self._read_api_case(values, errors)
        self._raise_api_errors(errors)
        case = self._create_api_case(prepared, keys)
        return {**case._get_api_status(), 'created': True}

    @api.model
    def api_add_contact(self, values):
        """Add what was said to a complaint; the same key of a contact again changes nothing.

        :param dict values: the complaint by `number`, or by `source` and `external_key`; then
            `content`, and as far as known `means`, `direction` (in, out), `purpose`,
            `occurred_at` (ISO 8601 with its offset), `late_reason`, `counterpart`, `contact_key`
        :return: the same as `api_get_status`, and `created`
        :raise UserError: all that is wrong with the values
        """
        errors = []
        prepared = self._read_api_contact(values, errors)
        self._raise_api_errors(errors)
        case = self._get_api_case(**{name: values.get(name) for name in ('number', *KEYS)})
        key = prepared['external_key']
        survivor = case._get_survivor()  # what is said of a duplicate belongs to what stays
        is_new = not key or key not in survivor.contact_ids.mapped('external_key')
        if is_new:
            with self._retrying_if_taken():
                survivor._record_contact(prepared)
        return {**case._get_api_status(), 'created': is_new}

    @api.model
    @api.readonly
    def api_get_status(self, number=None, source=None, external_key=None):
        """Return how a complaint stands, in words that a customer may read.

        :param str number: the complaint number; or else
        :param str source: who sent it, with
        :param str external_key: its own key
        :return: {'number', 'source', 'external_key', 'stage', 'closed' (bool), and in UTC, ISO
            8601, or None: 'registered_at', 'promised_date', 'closed_at'}
        :raise UserError: no such complaint, for this user
        """
        return self._get_api_case(number, source, external_key)._get_api_status()

    # === FINDING === #

    @api.model
    def _get_api_case(self, number=None, source=None, external_key=None):
        """Return the one complaint that is meant.

        :raise UserError: none, or none that the user may read: the same words for both
        """
        case = self.browse()
        given = [number, source, external_key]
        if not all(isinstance(value, str | None) for value in given):
            raise UserError(self.env._("Number, source and key are texts."))
        if number:
            companies = self.env.companies.ids
            case = self.search([('number', '=', number), ('company_id', 'in', companies)], limit=2)
        elif source and external_key:
            case = self._find_by_api_key({'external_source': source, 'external_key': external_key})
        if len(case) != 1:
            raise UserError(
                self.env._(
                    "There is no such complaint. Name it by “number”, or by “source” and "
                    "“external_key”."
                )
            )
        return case

    @api.model
    def _get_registered(self, keys):
        """Return the complaint that was registered by these keys, possibly none.

        :raise UserError: it is there, but out of the user's reach
        """
        case = self.sudo()._find_by_api_key(keys).sudo(self.env.su)  # a key is taken for everybody
        if case and not case.has_access('read'):
            raise UserError(
                self.env._(
                    "A complaint with this “external_key” is there, but this user may not read it."
                )
            )
        return case

    @api.model
    def _find_by_api_key(self, keys):
        return self.search(
            [
                ('company_id', '=', self.env.company.id),
                ('external_source', '=', keys['external_source']),
                ('external_key', '=', keys['external_key']),
            ],
            limit=1,
        )

    def _get_api_status(self):
        """Return how the case stands; a duplicate answers with the one that stays."""
        self.ensure_one()
        case = self._get_survivor()
        return {
            'number': case.number or None,
            'source': self.external_source or None,
            'external_key': self.external_key or None,
            'stage': case._get_stage_label(),
            'closed': case.is_closed,
            'registered_at': self._format_api_date(case.registered_at),
            'promised_date': self._format_api_date(case._get_promised_date()),
            'closed_at': self._format_api_date(case.closed_at),
        }

    @api.model
    def _format_api_date(self, moment):
        return moment.replace(microsecond=0).isoformat() + 'Z' if moment else None

    # === WRITING === #

    def _create_api_case(self, vals, keys):
        with self._retrying_if_taken():
            # What a client's context brings along is not on the list.
            case = self.with_context(clean_context(self.env.context)).create(vals)
            case._write_internal(keys)
        return case

    @contextmanager
    def _retrying_if_taken(self):
        """Let a key that somebody else took meanwhile begin the whole call anew.

        The transaction cannot see the other's row; run again, it finds it.
        """
        try:
            with self.env.cr.savepoint():
                yield
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError("The key was taken meanwhile") from error

    # === READING WHAT WAS SENT === #

    @api.model
    def _read_api_keys(self, values, errors):
        """Return source and key as fields of the case; `errors` gets what is wrong."""
        if not isinstance(values, dict):
            raise UserError(self.env._("“values” is an object of names and values."))
        for name in KEYS:
            self._read_api_text(values, name, KEY_LENGTH, errors)
            if not values.get(name):
                errors.append(self.env._("“%(name)s” is missing.", name=name))
        return {'external_source': values.get('source'), 'external_key': values.get('external_key')}

    @api.model
    def _read_api_case(self, values, errors):
        """Return the values of a new case; `errors` gets all that is wrong."""
        known = {*KEYS, *TEXTS, *CODES, 'customer_ref', 'received_at'}
        self._refuse_unknown(values, known, errors)
        prepared = {
            field: text
            for name, (field, length) in TEXTS.items()
            if (text := self._read_api_text(values, name, length, errors))
        }
        if not (prepared.get('name') or prepared.get('description')):
            errors.append(self.env._("Say what it is about: “subject” or “description”."))
        email = prepared.get('complainant_email')
        if email and not email_normalize(email):
            errors.append(
                self.env._("“customer_email” is no e-mail address: %(value)s", value=email)
            )
        if received_at := self._read_api_date(values, 'received_at', errors):
            prepared['received_at'] = received_at
        for name, (field, model) in CODES.items():
            if record := self._read_api_code(values, name, model, errors):
                prepared[field] = record.id
        if partner := self._read_api_partner(values, errors):
            prepared['partner_id'] = partner.id
        return prepared

    @api.model
    def _read_api_contact(self, values, errors):
        """Return the values of a new contact; `errors` gets all that is wrong."""
        if not isinstance(values, dict):
            raise UserError(self.env._("“values” is an object of names and values."))
        choices = {
            'means': [value for value, _label in CONTACT_MEANS if value != 'internal'],
            'direction': ['in', 'out'],
            'purpose': [v for v, _label in CONTACT_PURPOSES if v not in BARRED_PURPOSES],
        }
        known = {'number', *KEYS, *CONTACT_TEXTS, *choices, 'occurred_at'}
        self._refuse_unknown(values, known, errors)
        given = {
            name: self._read_api_text(values, name, length, errors)
            for name, length in CONTACT_TEXTS.items()
        }
        if not given['content']:
            errors.append(self.env._("“%(name)s” is missing.", name='content'))
        prepared = {
            'means': 'phone',
            'direction': 'in',
            'purpose': 'other',
            'occurred_at': self._read_api_date(values, 'occurred_at', errors),
            'external_key': given.pop('contact_key'),
            **given,
        }
        for name, allowed in choices.items():
            if name in values and values[name] not in allowed:
                sentence = self.env._(
                    "“%(name)s” is one of: %(values)s.", name=name, values=', '.join(allowed)
                )
                errors.append(sentence)
            prepared[name] = values.get(name, prepared[name])
        return prepared

    @api.model
    def _refuse_unknown(self, values, known, errors):
        if unknown := sorted(str(name) for name in values.keys() - known):
            errors.append(
                self.env._(
                    "Unknown: %(names)s. Known are: %(known)s.",
                    names=', '.join(unknown),
                    known=', '.join(sorted(known)),
                )
            )

    @api.model
    def _read_api_text(self, values, name, length, errors):
        """Return a text without the blanks around it, or False."""
        value = values.get(name)
        if value is None:
            return False
        if not isinstance(value, str) or '\x00' in value:
            errors.append(self.env._("“%(name)s” is a text.", name=name))
            return False
        if len(value) > length:
            errors.append(
                self.env._(
                    "“%(name)s” is too long: at most %(length)s characters.",
                    name=name,
                    length=length,
                )
            )
            return False
        return value.strip() or False

    @api.model
    def _read_api_date(self, values, name, errors):
        """Return a moment as naive UTC datetime, or False."""
        value = values.get(name)
        if value is None:
            return False
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(pytz.utc).replace(tzinfo=None, microsecond=0)
        except (TypeError, ValueError, OverflowError):
            errors.append(
                self.env._(
                    "“%(name)s” is a date and time with its offset, such as %(example)s.",
                    name=name,
                    example='2026-11-29T09:30:00+08:00',
                )
            )
            return False

    @api.model
    def _read_api_code(self, values, name, model, errors):
        """Return the record of a code, or an empty one."""
        records = self.env[model]
        code = self._read_api_text(values, name, KEY_LENGTH, errors)
        if not code:
            return records
        domain = [('code', '=', code)]
        if 'company_id' in records._fields:
            domain.append(('company_id', 'in', (self.env.company.id, False)))
        found = records.search(domain, limit=2)
        if len(found) > 1 and 'company_id' in records._fields:
            found = found.filtered('company_id')
        if len(found) != 1:
            errors.append(
                self.env._("“%(name)s”: there is no one code %(code)s.", name=name, code=code)
            )
            return records
        return found

    @api.model
    def _read_api_partner(self, values, errors):
        """Return the customer of a reference, or an empty record."""
        partners = self.env['res.partner']
        ref = self._read_api_text(values, 'customer_ref', KEY_LENGTH, errors)
        if not ref:
            return partners
        found = partners.search([('ref', '=', ref)], limit=2)
        if len(found) != 1:
            errors.append(self.env._("No one customer has the reference %(ref)s.", ref=ref))
            return partners
        return found

    @api.model
    def _raise_api_errors(self, errors):
        if errors:
            raise UserError('\n'.join(dict.fromkeys(errors)))
