import hashlib
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

# A transaction that began before a moment may end after it: what such ones record is only all
# there after so many minutes.
SETTLE_MINUTES = 15

BATCH_SIZE = 20000


class ComplaintAnchor(models.Model):
    """One hash over the histories of all complaints of a company at a moment (C8).

    Printed on a report, it proves later that nobody changed what was recorded until then: not
    even somebody who owns the database, who could forge chains and heads together.

    The hash is the SHA-256, in hexadecimal, of these lines in UTF-8, each ended by a line feed:
    `<company id> <moment>`, then for each complaint of the company, by its id, `<id> <hash>`. The
    moment is written as YYYY-MM-DD HH:MM:SS in UTC; the hash is that of the complaint's last
    record whose `recorded_at` is not later. Complaints without such a record and examples have
    no line; erased complaints keep theirs by their tombstones. A complaint counts for the company
    that had it at that moment.
    """

    _name = 'complaint.anchor'
    _description = "Anchor of Complaint Histories"
    _inherit = ['complaint.log.mixin']
    _order = 'at desc, id desc'
    _rec_name = 'at'

    company_id = fields.Many2one(
        comodel_name='res.company', required=True, readonly=True, index=True
    )
    at = fields.Datetime(string="Moment", required=True, readonly=True)
    case_count = fields.Integer(string="Complaints", readonly=True, aggregator=False)
    hash = fields.Char(string="Anchor", required=True, readonly=True)

    _company_at_uniq = models.UniqueIndex(
        '(company_id, at)', "There is an anchor of this company and moment already."
    )

    # === CRUD METHODS === #

    def _get_kept_sentence(self):
        return self.env._("An anchor is kept as it was taken: it may be printed somewhere.")

    # === TAKING === #

    @api.model
    def _get_anchor(self, company, moment):
        """Return the anchor of a company at a moment, for a report to print; make it if needed.

        :param company: res.company record
        :param datetime moment: UTC; one that is less than 15 minutes ago is taken back so far,
            because what ran then may not have ended: `at` of the anchor says which moment holds
        :return: complaint.anchor record, as superuser
        """
        settled = self.env.cr.now() - timedelta(minutes=SETTLE_MINUTES)
        at = min(moment, settled).replace(microsecond=0)
        anchors = self.sudo()  # nobody may write anchors by hand
        anchor = anchors.search([('company_id', '=', company.id), ('at', '=', at)], limit=1)
        if not anchor:
            count, digest = anchors._compute_anchor(company, at)
            values = {'company_id': company.id, 'at': at, 'case_count': count, 'hash': digest}
            anchor = anchors._add(values)
        return anchor

    @api.model
    def action_take(self):
        """Take an anchor of the present company, as of a quarter of an hour ago."""
        self._check_may_prove()
        return self._get_anchor(self.env.company, self.env.cr.now())._get_notice()

    @api.model
    def _check_may_prove(self):
        """Let only auditors and administrators ask for what reads all histories.

        :raise AccessError: the user is neither
        """
        roles = ('auditor', 'admin')
        if not (
            self.env.su
            or any(
                self.env.user.has_group(f'complaint_management.group_complaint_{role}')
                for role in roles
            )
        ):
            raise AccessError(
                self.env._("Only auditors and administrators of complaints may prove histories.")
            )

    def _get_notice(self):
        self.ensure_one()
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {
                'type': 'success',
                'title': self.env._("Anchor taken"),
                'message': self.env._(
                    "%(count)s complaints: %(hash)s", count=self.case_count, hash=self.hash
                ),
                'next': {'type': 'ir.actions.client', 'tag': 'soft_reload'},
            },
        }

    # === VERIFYING === #

    def action_verify(self):
        """Reckon these anchors anew from the histories as they were, and say whether they hold."""
        self._check_may_prove()
        self.check_access('read')
        if broken := self._find_broken():
            message = '\n'.join(broken.values())
            notice = {'type': 'danger', 'title': self.env._("The history was tampered with")}
        else:
            message = self.env._("%(count)s anchors hold.", count=len(self))
            notice = {'type': 'success', 'title': self.env._("The history is intact")}
        return {
            'type': 'ir.actions.client',
            'tag': 'display_notification',
            'params': {**notice, 'message': message, 'sticky': bool(broken)},
        }

    def _find_broken(self):
        """Return {anchor: sentence} of those that no longer follow from the histories."""
        broken = {}
        for anchor in self.sudo():  # all complaints of the company, also those out of sight
            count, digest = anchor._compute_anchor(anchor.company_id, anchor.at)
            if (count, digest) != (anchor.case_count, anchor.hash):
                broken[anchor] = self.env._(
                    "%(company)s, %(moment)s UTC: %(count)s complaints now give another anchor "
                    "than the %(before)s of then. Check all histories to find the broken ones.",
                    company=anchor.company_id.name,
                    moment=fields.Datetime.to_string(anchor.at),
                    count=count,
                    before=anchor.case_count,
                )
        return broken

    # === RECKONING === #

    @api.model
    def _compute_anchor(self, company, at):
        """Reckon an anchor from the tables themselves, as the class says.

        :return: (number of complaints, hash)
        """
        self.env.flush_all()
        head = f'{company.id} {fields.Datetime.to_string(at)}\n'
        digest, count, last_id = hashlib.sha256(head.encode()), 0, 0
        erased = self._read_erased_heads(company, at)
        while rows := self._read_heads(company, at, last_id):
            last_id = rows[-1][0]
            passed = [row for row in erased if row[0] <= last_id]
            erased = erased[len(passed) :]
            for case_id, last_hash in sorted(rows + passed):
                digest.update(f'{case_id} {last_hash}\n'.encode())
            count += len(rows) + len(passed)
        for case_id, last_hash in erased:
            digest.update(f'{case_id} {last_hash}\n'.encode())
        return count + len(erased), digest.hexdigest()

    @api.model
    def _read_heads(self, company, at, last_id):
        """Return the next [(case id, hash of its last record by then)], by id."""
        field = self.env['ir.model.fields']._get('complaint.case', 'company_id')
        return self.env.execute_query(
            SQL(
                """
                SELECT c.id, head.hash
                  FROM complaint_case c
                  JOIN LATERAL (
                       SELECT hash FROM complaint_event
                        WHERE case_id = c.id AND recorded_at <= %(at)s
                     ORDER BY sequence DESC LIMIT 1
                       ) head ON TRUE
                 WHERE c.id > %(last_id)s
                   AND c.is_example IS NOT TRUE
                   AND (c.company_id = %(company)s OR c.id IN (%(moved)s))
                   AND COALESCE(
                       (SELECT t.old_value_integer FROM (%(changes)s) t
                         WHERE t.res_id = c.id ORDER BY t.id LIMIT 1),
                       c.company_id
                       ) = %(company)s
              ORDER BY c.id
                 LIMIT %(limit)s
                """,
                at=at,
                last_id=last_id,
                company=company.id,
                moved=SQL(
                    "SELECT res_id FROM (%s) t WHERE old_value_integer = %s",
                    self._get_company_changes(field, at),
                    company.id,
                ),
                changes=self._get_company_changes(field, at),
                limit=BATCH_SIZE,
            )
        )

    @api.model
    def _get_company_changes(self, field, at):
        """Return the query of the changes of company that came after a moment."""
        return SQL(
            """
            SELECT m.res_id, v.id, v.old_value_integer
              FROM mail_tracking_value v
              JOIN mail_message m ON m.id = v.mail_message_id
             WHERE v.field_id = %s AND m.model = 'complaint.case'
               AND date_trunc('second', v.create_date) > %s
            """,
            field.id,
            at,
        )

    @api.model
    def _read_erased_heads(self, company, at):
        """Return [(case id, hash of its last record by then)] of erased complaints, by id."""
        text = fields.Datetime.to_string(at)
        heads = []
        for tombstone in self.env['complaint.tombstone'].search_fetch(
            [('company_id', '=', company.id)], ['case_number', 'chain'], order='case_number'
        ):
            known = [row[1] for row in tombstone.chain or () if row[0] <= text]
            if known:
                heads.append((tombstone.case_number, known[-1]))
        return heads
