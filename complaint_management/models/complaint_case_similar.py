import re
import unicodedata
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, ormcache

# How many similar complaints a person can take in while somebody waits at the desk.
SIMILAR_LIMIT = 8
# Of so many complaints of the same customer the best are chosen.
POOL_LIMIT = 40
# Subjects are compared with so many of the newest complaints of a category, so that the cost
# stays the same however many there are.
TEXT_POOL_LIMIT = 2000
# From here on two subjects are similar (1 = equal); what pg_trgm itself takes.
TEXT_THRESHOLD = 0.3
TEXT_LENGTH = 200
FAMILY_LIMIT = 500
# Subjects of which PostgreSQL keeps a sample; 100 is usual.
SUBJECT_SAMPLE = 500

SCORES = {'partner': 50, 'family': 35, 'phone': 40, 'email': 40, 'text': 40, 'category': 10}

# The same number is written with and without country code and zeros; the last ten digits agree.
PHONE_DIGITS = 10
PHONE_MINIMUM = 5
EXTENSION = re.compile(r'ext|转|轉|分机|x|#', re.IGNORECASE)

# With this text PostgreSQL shows whether it can compare Chinese.
CHINESE_SAMPLE = "投诉处理"


class ComplaintCaseSimilar(models.Model):
    """What is already known while a complaint is taken in (PAWN-4.2-c, INS-1-c, TEL-1.3)."""

    _inherit = 'complaint.case'

    # One way of writing each, so that a plain index finds them.
    complainant_phone_digits = fields.Char(
        string="Phone, last digits",
        compute='_compute_contact_keys',
        store=True,
        precompute=True,
        index='btree_not_null',
    )
    complainant_email_key = fields.Char(
        string="E-mail in lower case",
        compute='_compute_contact_keys',
        store=True,
        precompute=True,
        index='btree_not_null',
    )

    # Only to search by: somebody who looks for a number does not know how it was written down.
    complainant_phone_search = fields.Char(
        string="Phone in any writing", store=False, search='_search_complainant_phone'
    )

    _category_received_idx = models.Index('(category_id, received_at DESC)')

    @api.model
    def _get_guarded_fields(self):
        return super()._get_guarded_fields() | {'complainant_phone_digits', 'complainant_email_key'}

    def init(self):
        """Let PostgreSQL know subjects better than other columns.

        It guesses how many subjects contain a text from the sample that it keeps. With the usual
        hundred values a text in one subject of a thousand counts as one in a hundred or none, and
        by that chance it reads a million complaints in their order instead of the index.
        """
        super().init()
        self.env.cr.execute(
            SQL('ALTER TABLE complaint_case ALTER name SET STATISTICS %s', SUBJECT_SAMPLE)
        )

    # === COMPUTE METHODS === #

    @api.depends('complainant_phone', 'complainant_email')
    def _compute_contact_keys(self):
        for case in self:
            case.complainant_phone_digits = self._get_phone_key(case.complainant_phone)
            case.complainant_email_key = self._get_email_key(case.complainant_email)

    @api.model
    def _get_phone_key(self, phone):
        """Return the digits by which phone numbers are compared, False for none."""
        number = EXTENSION.split(unicodedata.normalize('NFKC', phone or ''))[0]
        digits = ''.join(char for char in number if char.isdecimal())
        return digits[-PHONE_DIGITS:] if len(digits) >= PHONE_MINIMUM else False

    @api.model
    def _get_email_key(self, email):
        """Return the form by which addresses are compared, False for none."""
        return email_normalize(email or '', strict=False) or False

    # === LOOKING UP === #

    @api.model
    def _search_complainant_phone(self, operator, value):
        """Find a phone number as it is written, and by its digits however it is written."""
        if operator not in ('=', 'ilike') or not isinstance(value, str):
            return NotImplemented
        domain = Domain('complainant_phone', operator, value)
        if key := self._get_phone_key(value):
            domain |= Domain('complainant_phone_digits', '=', key)
        return domain

    @api.model
    @api.readonly
    def find_similar(self, values):
        """Return what is known that resembles a complaint which somebody is typing.

        :param dict values: field values of the form, relations as ids: `id` (of a saved one),
            `company_id`, `partner_id`, `complainant_phone`, `complainant_email`, `category_id`,
            `name`, `documents` (dicts: `number`, `lot`, `res_model`, `res_id`); all optional
        :return: as `_find_similar`
        """
        return self._look_up_similar(self._clean_similar_values(values), SIMILAR_LIMIT)

    def _find_similar(self, limit=SIMILAR_LIMIT):
        """Return the complaints that resemble this one, best first; never merges any.

        Only what the current user may read. `_get_similar_keys` is where further keys come in,
        such as documents and lots.

        :param int limit: at most so many
        :return: list of dicts: `id`, `number`, `name`, `stage` (its name), `received_at` (UTC),
            `is_closed`, `score` (0 to 100), `reasons` (sentences)
        """
        self.ensure_one()
        return self._look_up_similar(self._get_similar_values(), limit)

    def _get_similar_values(self):
        """Return the values of a complaint as the look-up takes them; addons above add theirs."""
        self.ensure_one()
        return {
            'id': self._origin.id,
            'company_id': self.company_id.id,
            'partner_id': self.partner_id.id,
            'phone': self._get_phone_key(self.complainant_phone),
            'email': self._get_email_key(self.complainant_email),
            'category_id': self.category_id.id,
            'name': self.name,
        }

    @api.model
    def _clean_similar_values(self, values):
        """Return the values of a form as the look-up takes them; anybody can send anything."""
        values = values if isinstance(values, dict) else {}

        def number(name):
            value = values.get(name)
            return value if type(value) is int and 0 < value < 2**31 else False

        def text(name):
            value = values.get(name)
            return value[:TEXT_LENGTH] if isinstance(value, str) else ''

        return {
            'id': number('id'),
            'company_id': number('company_id') or self.env.company.id,
            'partner_id': number('partner_id'),
            'phone': self._get_phone_key(text('complainant_phone')),
            'email': self._get_email_key(text('complainant_email')),
            'category_id': number('category_id'),
            'name': text('name'),
        }

    @api.model
    def _look_up_similar(self, values, limit):
        """Ask the database at most twice for complaints: who complains, and what about.

        (And once before that for documents, if there are any.)
        """
        domain = self._get_similar_domain(values)
        if domain.is_false():
            return []
        keys = self._get_similar_keys(values)
        cases = self.browse()
        if keys:
            domains = [key['domain'] for key in keys]
            cases = self.search(
                domain & Domain.OR(domains), order='received_at desc', limit=POOL_LIMIT
            )
        texts = self._search_similar_texts(values['name'], values['category_id'], domain)
        cases |= self.browse(texts)
        answers = [self._describe_similar(case, values, keys, texts) for case in cases]
        answers.sort(key=lambda answer: (answer['score'], answer['received_at']), reverse=True)
        return answers[:limit]

    @api.model
    def _get_similar_domain(self, values):
        """Return where to look: the last days, of one company, what is no duplicate itself."""
        # How far back a company looks is no secret.
        company = self.env['res.company'].sudo().browse(values['company_id']).exists()
        if not company.complaint_lookup_days:
            return Domain.FALSE
        since = self.env.cr.now() - timedelta(days=company.complaint_lookup_days)
        domain = (
            Domain('company_id', '=', company.id)
            & Domain('received_at', '>=', since.replace(microsecond=0))
            & Domain('duplicate_of_id', '=', False)
        )
        if values['id']:
            domain &= Domain('id', '!=', values['id'])
        return domain

    @api.model
    def _get_similar_keys(self, values):
        """Return by what a complaint may be found; addons above add keys of their own.

        Each key must find its complaints by an index, and `filtered_domain` must understand it.

        :param dict values: `partner_id`, `phone`, `email` (as compared), `category_id`, `name`
        :return: list of dicts: `domain`, `score` (points) and `reason` (sentence)
        """
        keys = []
        if values['partner_id']:
            keys += self._get_partner_keys(values['partner_id'])
        if values['phone']:
            keys.append(
                {
                    'domain': Domain('complainant_phone_digits', '=', values['phone']),
                    'score': SCORES['phone'],
                    'reason': self.env._("Same phone"),
                }
            )
        if values['email']:
            keys.append(
                {
                    'domain': Domain('complainant_email_key', '=', values['email']),
                    'score': SCORES['email'],
                    'reason': self.env._("Same e-mail"),
                }
            )
        return keys

    @api.model
    def _get_partner_keys(self, partner_id):
        # Whom a company consists of may be out of the user's reach; its complaints are not shown
        # to anybody who may not read them.
        partners = self.env['res.partner'].sudo().with_context(active_test=False)
        company = partners.browse(partner_id).exists().commercial_partner_id
        if not company:
            return []
        family = partners.search([('commercial_partner_id', '=', company.id)], limit=FAMILY_LIMIT)
        others = [member_id for member_id in family.ids if member_id != partner_id]
        keys = [
            {
                'domain': Domain('partner_id', '=', partner_id),
                'score': SCORES['partner'],
                'reason': self.env._("Same customer"),
            }
        ]
        if others:
            keys.append(
                {
                    'domain': Domain('partner_id', 'in', others),
                    'score': SCORES['family'],
                    'reason': self.env._("Same company of the customer"),
                }
            )
        return keys

    # === TEXTS === #

    @api.model
    @ormcache()
    def _can_compare_texts(self):
        """Say whether PostgreSQL can compare texts, also Chinese ones.

        It needs the extension pg_trgm, and a locale that knows Chinese characters as letters.
        """
        if not self.env.registry.has_trigram:
            return False
        [(trigrams,)] = self.env.execute_query(SQL("SELECT show_trgm(%s)", CHINESE_SAMPLE))
        return bool(trigrams)

    @api.model
    def _search_similar_texts(self, text, category_id, domain):
        """Return {case id: similarity from 0 to 1} of similar subjects, within one category."""
        text = (text or '').strip()[:TEXT_LENGTH]
        if not (text and category_id and self._can_compare_texts()):
            return {}
        query = self._search(
            domain & Domain('category_id', '=', category_id),
            order='received_at desc',
            limit=TEXT_POOL_LIMIT,
        )
        if query.is_empty():
            return {}
        newest = query.select(
            self._field_to_sql(query.table, 'id', query),
            self._field_to_sql(query.table, 'name', query),
        )
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT newest.id, similarity(newest.name, %(text)s) AS likeness
                      FROM (%(newest)s) newest
                     WHERE similarity(newest.name, %(text)s) >= %(threshold)s
                     ORDER BY likeness DESC, newest.id DESC
                     LIMIT %(limit)s
                    """,
                    text=text,
                    newest=newest,
                    threshold=TEXT_THRESHOLD,
                    limit=POOL_LIMIT,
                )
            )
        )

    # === ANSWER === #

    @api.model
    def _describe_similar(self, case, values, keys, texts):
        """Return what the form shows about one similar complaint."""
        met = [
            key for key in keys if not case._hides_key(key) and case.filtered_domain(key['domain'])
        ]
        score = sum(key['score'] for key in met)
        reasons = [key['reason'] for key in met]
        if likeness := texts.get(case.id):
            score += round(SCORES['text'] * likeness)
            reasons.append(
                self.env._("Similar subject (%(percent)s%%)", percent=round(100 * likeness))
            )
        elif values['category_id'] and case.category_id.id == values['category_id']:
            score += SCORES['category']
            reasons.append(self.env._("Same category"))
        return {
            'id': case.id,
            'number': case.number,
            'name': case.name,
            'stage': case.stage_id.name,
            'received_at': case.received_at,
            'is_closed': case.is_closed,
            'score': min(score, 100),
            'reasons': reasons,
        }
