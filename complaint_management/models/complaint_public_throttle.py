import ipaddress
import time
from datetime import UTC, datetime, timedelta

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL, hmac

SCOPE = 'complaint_public_throttle'
TRIES = 5
# Longer than any window that is counted.
KEEP_HOURS = 48

# {setting: default}: how much one address or one contact may ask before it is slowed down.
LIMITS = {
    'question_after': 3,  # complaints of an address in an hour, then a question in words
    'filing_limit': 60,  # forms sent by an address in an hour
    'contact_limit': 3,  # complaints with the same phone or mail in a day, then a question
    'lookup_limit': 30,  # keys tried by an address in an hour
    'message_limit': 20,  # additions to one complaint in an hour
}


class ComplaintPublicThrottle(models.Model):
    """How often somebody without a log-in did something lately.

    In a table, so that all workers count together. Nobody can be recognised in it: addresses and
    contacts are kept as keyed digests that change every day, and rows go after two days.
    """

    _name = 'complaint.public.throttle'
    _description = "Throttle of Public Pages"
    _log_access = False
    _rec_name = 'kind'

    kind = fields.Char(required=True)
    subject_hash = fields.Char(required=True)
    window_start = fields.Datetime(required=True, index=True)
    hits = fields.Integer(required=True, default=1)

    _window_uniq = models.UniqueIndex('(kind, subject_hash, window_start)')

    # === COUNTING === #

    @api.model
    def _hit(self, kind, subject, hours=1):
        """Count one more deed of somebody, at once and whatever becomes of the request.

        :param str kind: what is counted
        :param str subject: who did it, in plain words; only its digest is kept
        :param int hours: length of the window
        :return: how often it was done in the current window, with this time
        :rtype: int
        """
        query = SQL(
            """
            INSERT INTO complaint_public_throttle (kind, subject_hash, window_start, hits)
                 VALUES (%(kind)s, %(subject)s, %(start)s, 1)
            ON CONFLICT (kind, subject_hash, window_start)
          DO UPDATE SET hits = complaint_public_throttle.hits + 1
              RETURNING hits
            """,
            **self._get_row(kind, subject, hours),
        )
        for _try in range(TRIES):
            try:
                # A transaction of its own: two requests of one address must not wait for each
                # other's end, and what was refused counts as well.
                with self.env.registry.cursor() as cr:
                    # A count that a crash loses harms nobody.
                    cr.execute(SQL("SET LOCAL synchronous_commit TO OFF"))
                    cr.execute(query)
                    return cr.fetchone()[0]
            except psycopg2.errors.SerializationFailure:
                continue  # another worker counted in between
        return max(LIMITS.values()) * TRIES

    @api.model
    def _claim(self, kind, subject, moment):
        """Say whether this is the first time, together with all else that the request does.

        When two requests claim the same at once, one waits and is then run again by Odoo.

        :param datetime moment: when what is claimed was made; aware, in UTC
        """
        row = {
            'kind': kind,
            'subject': self._get_digest(subject, moment.date()),
            'start': moment.replace(microsecond=0, tzinfo=None),
        }
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO complaint_public_throttle (kind, subject_hash, window_start, hits)
                     VALUES (%(kind)s, %(subject)s, %(start)s, 1)
                ON CONFLICT (kind, subject_hash, window_start) DO NOTHING
                """,
                **row,
            )
        )
        return bool(self.env.cr.rowcount)

    @api.model
    def _get_row(self, kind, subject, hours):
        now = int(time.time())
        start = datetime.fromtimestamp(now - now % (hours * 3600), tz=UTC).replace(tzinfo=None)
        return {'kind': kind, 'subject': self._get_digest(subject, start.date()), 'start': start}

    @api.model
    def _get_digest(self, subject, day):
        env = self.sudo().env  # the secret of the database
        return hmac(env, SCOPE, f'{day}:{subject}')

    # === LIMITS === #

    @api.model
    def _get_limit(self, name):
        """Return a limit of `LIMITS` as the administrator set it."""
        # Parameters are the administrator's; everybody is held to them.
        parameters = self.env['ir.config_parameter'].sudo()
        value = parameters.get_param(f'complaint_management.{name}', LIMITS[name])
        try:
            return max(int(value), 0)
        except ValueError:  # set by hand
            return LIMITS[name]

    @api.model
    def _exceeds(self, name, subject, hours=1):
        """Count one more deed and say whether it is more than a limit allows.

        :param str name: of `LIMITS`; each is counted apart
        """
        return self._hit(name, subject, hours) > self._get_limit(name)

    @api.model
    def _get_network(self, address):
        """Return whom an address stands for: in IPv6 each house has a whole network."""
        try:
            parsed = ipaddress.ip_address((address or '').partition('%')[0])
        except ValueError:
            return 'unknown'
        mapped = getattr(parsed, 'ipv4_mapped', None)
        if parsed.version == 6 and not mapped:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
        return str(mapped or parsed)

    # === CLEANING UP === #

    @api.autovacuum
    def _gc_windows(self):
        """Forget what was counted before yesterday."""
        limit = self.env.cr.now() - timedelta(hours=KEEP_HOURS)
        self.env.cr.execute(
            SQL("DELETE FROM complaint_public_throttle WHERE window_start < %s", limit)
        )
