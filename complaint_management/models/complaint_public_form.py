import secrets
import time
import unicodedata
from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import email_normalize, hash_sign, verify_hash_signed
from odoo.tools.mimetypes import guess_mimetype

from ..tools import uploads

SCOPE = 'complaint_public_form'
# Nobody reads and fills in the form faster than this; who comes back later gets a new one.
YOUNGEST_SECONDS = 3
OLDEST_HOURS = 24

FILE_COUNT = 5
FILE_BYTES = 10 * 1024 * 1024
FILE_SIZE = f'{FILE_BYTES // 1024**2} MB'

SHORT, LONG = 200, 10_000
PHONE_DIGITS = 5

# Of what a procedure may demand before registration, these can be asked of anybody, too.
ASKABLE_FIELDS = (
    *('complainant_kind_id', 'complainant_role', 'representative_name'),
    'representative_relation',
)
CONTACT_FIELDS = ('complainant_name', 'complainant_phone', 'complainant_email', 'preferred_contact')


class ComplaintPublicForm(models.AbstractModel):
    """What anybody may fill in to complain, and how what came back is read.

    Nothing of it is trusted: only known names are read, only offered choices are taken, texts are
    cut and cleaned. What is wrong is told all at once, by field.
    """

    _name = 'complaint.public.form'
    _description = "Public Form"

    # === WHAT IS ASKED === #

    @api.model
    def _get_sections(self, team):
        """Return the fields of the form of a team, in sections.

        :return: list of (title, [field, …]); a field is a dict of `name`, `label`, `type` (text,
            area, tel, email, select, check), `required`, and where it has them `help`,
            `autocomplete`, `options` ([(value, label), …])
        """
        procedure = team._get_public_procedure()
        required = set(procedure._get_required_field_names())
        matter = [
            self._ask('description', self.env._("What happened"), 'area', required=True),
            self._ask('name', self.env._("In a few words"), 'text'),
            self._ask('category_id', self.env._("What it is about"), 'select'),
            self._ask('expected_solution', self.env._("What you ask us to do"), 'area'),
        ]
        person = [
            self._ask('complainant_name', self.env._("Your name"), 'text', autocomplete='name'),
            self._ask('complainant_phone', self.env._("Phone"), 'tel', autocomplete='tel'),
            self._ask('complainant_email', self.env._("E-mail"), 'email', autocomplete='email'),
            self._ask('preferred_contact', self.env._("How we shall reach you"), 'select'),
        ]
        person += self._get_further_fields(required)
        if procedure.allow_anonymous:
            person.insert(0, self._get_anonymous_field())
        for field in matter + person:
            # Nobody who wants to stay unknown can be made to say who he is.
            is_contact = field['name'] in CONTACT_FIELDS
            field['required'] |= field['name'] in required and not (
                is_contact and procedure.allow_anonymous
            )
            if field['type'] == 'select':
                field['options'] = self._get_options(team, field['name'])
        matter = [field for field in matter if field['type'] != 'select' or field['options']]
        return [
            (self.env._("Your complaint"), matter),
            (self.env._("How we can reach you"), person),
        ]

    @api.model
    def _ask(self, name, label, kind, required=False, **more):
        return {'name': name, 'label': label, 'type': kind, 'required': required, **more}

    @api.model
    def _get_anonymous_field(self):
        return self._ask(
            'anonymous',
            self.env._("I want to stay anonymous"),
            'check',
            help=self.env._(
                "Then leave out name, phone and e-mail. You follow the complaint with a key that "
                "you get at the end."
            ),
        )

    @api.model
    def _get_further_fields(self, required):
        """Return the fields that only some procedures ask for."""
        cases = self.env['complaint.case']
        kinds = {'selection': 'select', 'many2one': 'select'}
        return [
            self._ask(
                name,
                cases._fields[name]._description_string(self.env),
                kinds.get(cases._fields[name].type, 'text'),
            )
            for name in ASKABLE_FIELDS
            if name in required
        ]

    @api.model
    def _get_options(self, team, name):
        """Return the choices of a field as [(value, label), …], both texts."""
        if name == 'category_id':
            records = team._get_public_categories()
        elif name == 'complainant_kind_id':
            records = self.env['complaint.complainant.kind'].sudo()  # offered to all
            records = records.search(Domain.TRUE)
        else:
            return self.env['complaint.case']._fields[name]._description_selection(self.env)
        return [(str(record.id), record.display_name) for record in records]

    # === READING WHAT CAME BACK === #

    @api.model
    def _read(self, team, params):
        """Return what a visitor filled in, and what is wrong with it.

        :param dict params: of the request
        :return: ({name: text as typed}, {name: value for the case}, {name: sentence})
        """
        typed, values, errors = {}, {}, {}
        fields = [field for _title, fields in self._get_sections(team) for field in fields]
        for field in fields:
            name = field['name']
            typed[name] = self._clean(params.get(name), LONG if field['type'] == 'area' else SHORT)
            value, error = self._read_value(field, typed[name])
            if error:
                errors[name] = error
            elif value:
                values[name] = value
        self._read_person(team, typed, values, errors)
        return typed, values, errors

    @api.model
    def _read_value(self, field, text):
        """Return (value for the case, None), or (None, what is wrong)."""
        if not text:
            if field['required']:
                return None, self.env._("“%(field)s” is needed.", field=field['label'])
            return None, None
        if field['type'] == 'select':
            if text not in dict(field['options']):
                return None, self.env._("Choose one of the list.")
            return (int(text) if field['name'].endswith('_id') else text), None
        if field['type'] == 'email':
            email = email_normalize(text)
            return email, None if email else self.env._("This is not an e-mail address.")
        if field['type'] == 'tel' and sum(char.isdigit() for char in text) < PHONE_DIGITS:
            return None, self.env._("This is not a phone number.")
        return text, None

    @api.model
    def _read_person(self, team, typed, values, errors):
        """Take out who complains if nobody is to know; else there must be a way to answer."""
        if values.pop('anonymous', None):
            for name in CONTACT_FIELDS:
                typed[name] = ''
                values.pop(name, None)
                errors.pop(name, None)
            values['anonymous'] = True
            return
        ways = ('complainant_phone', 'complainant_email')
        if not any(values.get(name) or name in errors for name in ways):
            sentence = self.env._("Give a phone number or an e-mail address.")
            if team._get_public_procedure().allow_anonymous:
                sentence = self.env._(
                    "Give a phone number or an e-mail address, or choose to stay anonymous."
                )
            errors['complainant_phone'] = sentence

    @api.model
    def _clean(self, value, length):
        """Return a text as the database can keep it; anything else than a text is none."""
        if not isinstance(value, str):
            return ''
        value = value.replace('\r\n', '\n')[:length]
        return ''.join(
            char
            for char in value
            if char in '\n\t' or unicodedata.category(char) not in ('Cc', 'Cs')
        ).strip()

    # === FILES === #

    @api.model
    def _read_files(self, files):
        """Return the files that came along, and what is wrong with them.

        :param list files: werkzeug file storages
        :return: ([create values of ir.attachment, …], sentence or None)
        """
        named = [file for file in files if getattr(file, 'filename', None)]
        sentences, values = [], []
        if len(named) > FILE_COUNT:
            sentences.append(self.env._("At most %(count)s files.", count=FILE_COUNT))
        for file in named[:FILE_COUNT]:
            name = uploads.clean_name(file.filename)
            file.seek(0)  # Odoo may run the request a second time
            content = file.read(FILE_BYTES + 1)
            sentence, mimetype = self._judge_file(name, content)
            if sentence:
                sentences.append(sentence)
            else:
                values.append({'name': name, 'raw': content, 'mimetype': mimetype})
        return (values, None) if not sentences else ([], ' '.join(sentences))

    @api.model
    def _judge_file(self, name, content):
        """Return (what is wrong, None) or (None, the type under which the file is kept)."""
        if len(content) > FILE_BYTES:
            return self.env._(
                "“%(file)s” is larger than %(size)s.", file=name, size=FILE_SIZE
            ), None
        if not content:
            return self.env._("“%(file)s” is empty.", file=name), None
        mimetype = uploads.get_type(name, content, guess_mimetype(content, uploads.UNKNOWN))
        if not mimetype:
            return (
                self.env._(
                    "“%(file)s” cannot be taken: send pictures, PDF, text, office documents "
                    "without macros, sound or video.",
                    file=name,
                ),
                None,
            )
        return None, mimetype

    @api.model
    def _get_file_hint(self):
        return self.env._(
            "At most %(count)s files of up to %(size)s: pictures, PDF, text, office documents, "
            "sound, video.",
            count=FILE_COUNT,
            size=FILE_SIZE,
        )

    @api.model
    def _get_accepted_extensions(self):
        """Return what the file chooser of a browser offers."""
        return ','.join(f'.{extension}' for extension in uploads.TYPES)

    # === WHO SENDS IT === #

    @api.model
    def _sign(self, team, question=None, at=None):
        """Return a token that tells when a form was handed out, and with which question.

        :param float at: seconds since the epoch; default now
        """
        env = self.sudo().env  # the secret of the database
        payload = [team.id, secrets.token_hex(8), question.id if question else 0]
        return hash_sign(env, SCOPE, [*payload, at or time.time()], expiration_hours=OLDEST_HOURS)

    @api.model
    def _open_token(self, team, token):
        """Return (nonce, question as superuser, moment of issue, aware) of a token, or None."""
        env = self.sudo().env  # the secret of the database
        try:
            payload = verify_hash_signed(env, SCOPE, token if isinstance(token, str) else '')
        except (ValueError, IndexError):  # made up by somebody
            return None
        if not payload or payload[0] != team.id:
            return None
        question = self.env['complaint.public.question'].sudo().browse(payload[2] or [])
        moment = datetime.fromtimestamp(payload[3], tz=UTC)
        return payload[1], question.exists(), moment

    @api.model
    def _is_hasty(self, moment):
        """Say whether a form came back sooner than a person can fill it in."""
        return (
            fields.Datetime.now() - moment.replace(tzinfo=None)
        ).total_seconds() < YOUNGEST_SECONDS
