import os
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from mail_sets import (
    BODY_START,
    get_words,
    is_found,
    read_index,
    read_packed_cases,
    read_trimmer_cases,
)

from odoo.tests import TransactionCase, tagged

from odoo.addons.complaint_management.tools.mail_html import html_to_text
from odoo.addons.complaint_management.tools.mail_quote import split_reply
from odoo.addons.complaint_management.tools.tnef import read_tnef

pytestmark = pytest.mark.once

REPO = Path(__file__).resolve().parent.parent
RESULTS = REPO / 'tests' / 'mail_results.md'
KINDS = ('subject', 'sender', 'body', 'files')
TARGET = 0.99


def _get_folder():
    """Return the folder of the sets (COMPLAINT_DATA), else that of our own samples."""
    if folder := os.environ.get('COMPLAINT_DATA'):
        return REPO / folder
    return REPO / 'tests' / 'samples'


@tagged('post_install', '-at_install')
class TestMailSets(TransactionCase):
    """Issue 7, design 10: mails that broke other software come in or are counted, each of them.

    `mail_results.md` holds the results; COMPLAINT_MAIL_RESULTS=write makes it anew.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cases = cls.env['complaint.case']
        cls.dropped = cls.env['complaint.mail.dropped']
        cls.team = cls.env['complaint.team'].create({'name': "Mails"})
        cls.whole = bool(os.environ.get('COMPLAINT_DATA'))

    def setUp(self):
        super().setUp()
        self.sent = []
        self.patch(
            self.registry['ir.mail_server'],
            'send_email',
            lambda server, message, **kwargs: self.sent.append(message),
        )

    def test_every_mail_comes_in_or_is_counted(self):
        rows, faults = defaultdict(Counter), []
        for mail in read_index(_get_folder()):
            count = rows[mail.set_name]
            count['mails'] += 1
            with self.subTest(set=mail.set_name, mail=mail.name):
                found = self._take_in(mail)
                count[found['reason'] or 'case'] += 1
                if mail.automatic:
                    self.assertTrue(found['reason'], "A case was made of an automatic mail")
                if 'description' in mail.expected:
                    self.assertEqual(found['description'], mail.expected['description'])
                for kind in KINDS:
                    if kind in mail.expected and kind in found:  # of a dropped one little is kept
                        met = self._is_met(kind, mail.expected[kind], found)
                        count[f'{kind} met' if met else f'{kind} unmet'] += 1
                        if not met:
                            faults.append((mail.set_name, mail.name, kind))
                            self._tell(mail, kind, found)
        self.assertFalse(self.sent, "Nobody gets an answer from the gateway")
        if self.whole:
            self._compare(_write_table(rows), faults)
        self._check_target(rows)

    def _take_in(self, mail):
        """Let the gateway read a mail; return what became of it, and leave no trace.

        :return: dict with `reason` (None for a case), `subject`, `sender`, `body`, `files`
        """
        with self.env.cr.savepoint() as savepoint:
            last_id = self.dropped.search([], limit=1).id or 0
            case_id = self.env['mail.thread'].message_process(
                'complaint.case', mail.path.read_bytes(), custom_values={'team_id': self.team.id}
            )
            dropped = self.dropped.search([('id', '>', last_id)])
            if case_id:
                self.assertFalse(dropped, "A mail is taken in or counted, not both")
                found = self._describe(self.cases.browse(case_id))
            else:
                self.assertEqual(len(dropped), 1, "A mail is taken in or counted")
                [found] = dropped.read(['reason', 'subject', 'sender'])
            savepoint.rollback()
        return found

    def _describe(self, case):
        message = case.message_ids.filtered(lambda m: m.message_type == 'email')
        self.assertEqual(len(message), 1)
        self.assertTrue(case.name)
        return {
            'reason': None,
            'subject': case.name,
            'sender': case.complainant_email,
            'description': case.description,
            'body': html_to_text(message.body),
            'files': message.attachment_ids.mapped('name'),
        }

    def _is_met(self, kind, expected, found):
        """Tell whether a mail was read as its set expects."""
        if kind == 'files':
            names = [_get_plain_name(name) for name in found['files']]
            return all(
                any(is_found(_get_plain_name(name), got) for got in names) for name in expected
            )
        if kind == 'body':
            texts = expected if isinstance(expected, list) else [expected]
            starts = [get_words(text)[:BODY_START] for text in texts]
            got = get_words(found['body'])[: 2 * BODY_START]
            return any(is_found(start, got) for start in starts)
        wanted, got = (
            re.sub(r'\s+', ' ', text or '').replace('"', '').strip().casefold()
            for text in (expected, found[kind])
        )
        if kind == 'sender':
            return wanted == got
        return is_found(wanted[:200], got[:220]) or (not wanted and bool(got))

    def _tell(self, mail, kind, found):
        if os.environ.get('COMPLAINT_MAIL_RESULTS') == 'write':
            print(
                mail.set_name,
                mail.name,
                kind,
                repr(mail.expected[kind])[:200],
                repr(found.get(kind))[:200],
            )

    def _check_target(self, rows):
        met = sum(n for count in rows.values() for key, n in count.items() if key.endswith(' met'))
        unmet = sum(
            n for count in rows.values() for key, n in count.items() if key.endswith(' unmet')
        )
        self.assertTrue(met)
        self.assertGreaterEqual(met / (met + unmet), TARGET if self.whole else 1)

    def _compare(self, table, faults):
        """Compare what was found with what is committed, and each fault with its reason."""
        if os.environ.get('COMPLAINT_MAIL_RESULTS') == 'write':
            text = RESULTS.read_text(encoding='utf-8') if RESULTS.exists() else ''
            head, _mark, tail = text.partition(MARK_START)
            tail = tail.partition(MARK_END)[2]
            RESULTS.write_text(f'{head}{MARK_START}\n{table}\n{MARK_END}{tail}', encoding='utf-8')
        text = RESULTS.read_text(encoding='utf-8')
        committed = text.partition(MARK_START)[2].partition(MARK_END)[0].strip()
        self.assertEqual(committed, table, "mail_results.md is not what was found")
        explained = set(re.findall(r'^- `(\S+?)/(.+?)`, (\w+):', text, re.MULTILINE))
        self.assertEqual(explained, set(faults))

    def test_replies_are_cut_where_their_writers_would(self):
        folder = _get_folder() / 'mail_replytrimmer'
        cases = read_trimmer_cases(folder)
        self.assertTrue(cases)
        for name, text, expected in cases:
            with self.subTest(name=name):
                parts = split_reply(text)
                self.assertEqual(_strip_lines(parts.reply), _strip_lines(expected))
                self.assertEqual(
                    Counter(get_words(parts.reply + parts.quote)), Counter(get_words(text))
                )

    def test_files_come_out_of_winmail(self):
        cases = read_packed_cases(_get_folder() / 'mail_mimekit' / 'tnef')
        self.assertTrue(cases)
        for name, data, expected in cases:
            with self.subTest(name=name):
                packed = read_tnef(data)
                names = [file_name for file_name, _content in packed.files]
                # A text, and what has no name, are listed under names that are made up.
                wanted = [n for n in expected if not n.startswith(('body.', 'Untitled'))]
                self.assertEqual([n for n in wanted if n not in names], [])


MARK_START, MARK_END = '<!-- table -->', '<!-- end -->'


def _write_table(rows):
    """Return the results as a table, one line a set."""
    reasons = sorted({key for count in rows.values() for key in count if ' ' not in key})
    reasons = [key for key in reasons if key not in ('mails', 'case')]
    heads = ['set', 'mails', 'cases', *reasons, *KINDS]
    lines = [' | '.join(heads), ' | '.join(['---', *['--:'] * (len(heads) - 1)])]
    total = Counter()
    for name, count in sorted(rows.items()):
        total.update(count)
        lines.append(_write_row(name, count, reasons))
    lines.append(_write_row('all', total, reasons))
    return '\n'.join(f'| {line} |' for line in lines)


def _write_row(name, count, reasons):
    cells = [name, str(count['mails']), str(count['case'])]
    cells += [str(count[reason] or '') for reason in reasons]
    for kind in KINDS:
        met, unmet = count[f'{kind} met'], count[f'{kind} unmet']
        cells.append(f'{met}/{met + unmet}' if met + unmet else '')
    return ' | '.join(cells)


def _get_plain_name(name):
    return re.sub(r'[^\w\ufffd]+', '', re.split(r'[/\\]', name)[-1]).casefold()


def _strip_lines(text):
    return '\n'.join(line.rstrip() for line in text.strip().split('\n'))
