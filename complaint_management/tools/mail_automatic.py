"""Tells mails that people wrote from those that machines sent on their own. No ORM."""

import re

# Why a mail opens no complaint. (value, English label)
REASONS = [
    ('bounce', "Delivery report"),
    ('receipt', "Read receipt"),
    ('auto_reply', "Automatic reply"),
    ('generated', "Sent by a machine"),
    ('abuse', "Report about mails"),
    ('list', "Mailing list"),
    ('own', "Our own mail"),
    ('loop', "Too many from one sender"),
    ('duplicate', "Came a second time"),
    ('refused', "Address not open to the sender"),
]

REPORTS = {
    'delivery-status': 'bounce',
    'disposition-notification': 'receipt',
    'feedback-report': 'abuse',
    'tlsrpt': 'abuse',
}
REPORT_PARTS = {
    'message/delivery-status': 'bounce',
    'message/global-delivery-status': 'bounce',
    'message/disposition-notification': 'receipt',
    'message/feedback-report': 'abuse',
}
MACHINES = re.compile(
    r'^(?:mailer-?daemon|mail-?daemon|mdaemon|post[-_.]?master|mail(?:er)?[-_.]?(?:delivery|'
    r'system|admin)?'
    r'-?(?:daemon|subsystem)|mailsystem|delivery-?subsystem|mail-?deliver|bounces?[-+=].*|'
    r'[\w.-]*-bounces?|double-bounce|smtpd?|mta|majordomo|listserv)$',
    re.IGNORECASE,
)
MACHINE_NAMES = re.compile(
    r'^\W*(?:mail(?:er)?[ -]?(?:delivery|daemon|administrator).*|delivery (?:subsystem|system)'
    r'|system administrator|post ?master|mail delivery (?:sub)?system|internet mail delivery'
    r'|系统退信|系統退信|postmaster|邮件系统|郵件系統)\W*$',
    re.IGNORECASE,
)
BOUNCE_SUBJECT = re.compile(
    r'undeliver(?:able|ed)|un?able to deliver|non[- ]?deliver|not (?:be )?delivered|delivery '
    r'(?:status|failure|failed|report|problem|notification|error|incomplete|has failed|delayed'
    r'|unsuccessful|notice)|returned (?:mail|e-?mail|to sender|message)|mail (?:delivery|system|'
    r'could'
    r'|not delivered|failure|rejected|returned|error)|failure notice|failed (?:mail|delivery|'
    r'recipient)'
    r'|could not (?:be )?(?:send|sent|deliver)|couldn.t be delivered|message (?:could not|'
    r'not delivered'
    r'|delivery|status|undeliverable|has been delayed|rejected|delayed)|mailbox (?:full|is full'
    r'|unavailable)|user unknown|user does not exist|delayed mail|warning: (?:message|could not)'
    r'|host unknown|address (?:unknown|not found)|unzustellbar|nicht zugestellt|zustellung|'
    r'n.a pas (?:pu '
    r'|été )|non remis|no se (?:pudo|ha podido) entregar|mancato recapito|impossibile recapitare'
    r'|退信|无法投递|未送达|投递失败|无法送达|退回的郵件|退回的邮件|未傳遞|未传递|無法傳遞|无法传递'
    r'|配信不能|配信エラー|送信できません|не доставлено|недоставлен|dnr|there was an error sending'
    r'|発送できません|エラーメール|permanent error|ndn:|dsn:|nondeliverable|unknown user',
    re.IGNORECASE,
)
RECEIPT_SUBJECT = re.compile(
    r'^\s*(?:read|gelesen|lu|leído|lida|letto|läst|已读|已讀|阅读回执|读取|開封(?:済み|確認)?|'
    r'not read|ungelesen'
    r'|return receipt|lesebestätigung)\s*(?:\([^)]*\))?\s*[:：]|^(?:read|return|disposition) '
    r'(?:receipt|notification)\b|^(?:阅读回执|已读回执)',
    re.IGNORECASE,
)
AUTO_REPLY_SUBJECT = re.compile(
    r'^\W*(?:auto(?:matic|mated|matische)?[ _-]?(?:reply|response|respuesta|answer|antwort)\b|'
    r'autoreply'
    r'|auto ?:|out of (?:the )?office|out-of-office|i am out of|ooo\b ?:|away from (?:my mail|'
    r'office)'
    r'|on (?:vacation|holiday|leave)\b ?:|vacation (?:reply|response|message)|vacation\b.{0,20}$'
    r'|abwesen(?:heit|d)|automatische antwort|réponse automatique|absence du bureau|'
    r'respuesta automática'
    r'|fuera de (?:la )?oficina|resposta automática|risposta automatica|fuori ufficio|'
    r'automatisk(?:t)? svar'
    r'|automatisch antwoord|afwezig|автоответ|автоматический ответ|odpowiedź automatyczna|autosvar'
    r'|frånvaro|自动(?:回复|答复|应答)|自動(?:回覆|回復|答覆|応答|返信)|不在(?:办公室|公司)|'
    r'休假(?:自动)?回复|부재중|자동 ?(?:응답|회신)'
    r'|otomatik yanıt|automatická odpověď|poissa)',
    re.IGNORECASE,
)
# A big mail provider reports so what its users call spam.
ABUSE_SUBJECT = re.compile(r'^complaint about message from \d+\.\d+\.\d+\.\d+$')
AUTO_REPLY_HEADERS = (
    *('X-Autoreply', 'X-Autorespond', 'X-Auto-Reply', 'X-Autoreply-From', 'X-Mail-Autoreply'),
    *('X-AutoReply-From', 'X-Auto-Respond', 'X-Autoreply-Domain'),
)
NO = ('', 'no', 'false', 'none')
GENERATED_REASON = {'failure': 'bounce', 'postmaster-notification': 'bounce', 'warning': 'bounce'}
BOUNCE_TEXT = re.compile(
    r'this (?:is an automatically generated|message was created automatically by mail delivery)|'
    r'delivery to the following recipients? (?:has |have )?(?:been )?(?:failed|delayed)|'
    r'the following address(?:es)? (?:had|failed|was|were)|'
    r'(?:could|can) ?not be delivered to (?:one or more|the following)|'
    r'permanent fatal errors|i wasn.t able to deliver your message|undeliverable mail|'
    r'a message that you sent could not be delivered|'
    r'your (?:message|mail) (?:could|can) ?not be delivered|'
    r'your message\b.{0,200}(?:was not delivered|did not reach|has been rejected)',
    re.IGNORECASE | re.DOTALL,
)


def get_automatic_reason(mail, own_domains=()):
    """Return why this mail was not written by a person to us (a value of REASONS), or None.

    :param mail: a :class:`~.mail_reader.Mail`
    :param own_domains: domains of our own addresses; a list there is a way into our mailbox
    """
    return (
        _get_report_reason(mail)
        or _get_header_reason(mail)
        or _get_sender_reason(mail)
        or _get_list_reason(mail, own_domains)
        or _get_subject_reason(mail)
    )


def _get_report_reason(mail):
    """Read what the kind of the mail says (RFC 3464, 5965, 8098)."""
    message = mail.message
    if message.get_content_type() == 'multipart/report':
        report = str(message.get_param('report-type') or '').lower()
        parts = [part.get_content_type() for part in message.walk()]
        named = next((REPORT_PARTS[kind] for kind in parts if kind in REPORT_PARTS), None)
        return named or REPORTS.get(report, 'bounce')
    payload = message.get_payload() if message.is_multipart() else []
    kinds = [message.get_content_type(), *(part.get_content_type() for part in payload)]
    return next((REPORT_PARTS[kind] for kind in kinds if kind in REPORT_PARTS), None)


def _get_header_reason(mail):
    """Read what the sender's software says about itself (RFC 3834)."""
    submitted = mail.get('Auto-Submitted').lower()
    kind = submitted.partition('(')[0].partition(';')[0].strip()
    looks = _looks_like_bounce(mail)
    if kind not in NO:
        remark = next((r for word, r in GENERATED_REASON.items() if word in submitted), None)
        if remark or looks:
            return 'bounce'
        return 'auto_reply' if kind.startswith('auto-repl') else 'generated'
    if any(mail.get(name).strip().lower() not in NO for name in AUTO_REPLY_HEADERS):
        return 'bounce' if looks else 'auto_reply'
    if mail.get('X-Autogenerated').lower() == 'reply':  # "group" says only how it came to us
        return 'auto_reply'
    if mail.get('X-Failed-Recipients'):
        return 'bounce'
    if mail.get('X-Amz-Sns-Message-Id'):
        return 'generated'
    precedence = mail.get('Precedence').strip().lower()
    if precedence.replace('-', '_') in ('auto_reply', 'autoreply'):
        return 'auto_reply'
    if mail.get('X-Loop') or mail.get('X-OTRS-Loop'):
        return 'bounce' if looks else 'loop'
    return None


def _get_sender_reason(mail):
    """Read who sent it: nobody, or a mail server."""
    local, _at, _domain = mail.sender_address.partition('@')
    machine = bool(MACHINES.match(local) or MACHINE_NAMES.match(mail.sender_name))
    if machine and not AUTO_REPLY_SUBJECT.match(mail.subject):
        return 'bounce'
    if _has_null_sender(mail):
        if RECEIPT_SUBJECT.match(mail.subject):
            return 'receipt'
        return 'bounce' if _looks_like_bounce(mail) else 'auto_reply'
    return None


def _has_null_sender(mail):
    raw = mail.get('Return-Path').strip()
    return raw.startswith('<') and raw.strip('<> ') == ''


def _looks_like_bounce(mail):
    local = mail.sender_address.partition('@')[0]
    return bool(
        BOUNCE_SUBJECT.search(mail.subject)
        or MACHINES.match(local)
        or BOUNCE_TEXT.search(mail.text[:3000])
    )


def _get_list_reason(mail, own_domains):
    """Read whether it went to a list of people (RFC 2369, 2919)."""
    precedence = mail.get('Precedence').strip().lower()
    names = (
        *('List-Id', 'List-Post', 'List-Unsubscribe', 'Mailing-List', 'X-Mailing-List'),
        *('X-MLServer', 'X-ML-Name'),
    )
    texts = [text.lower() for name in names if (text := mail.get(name))]
    if not texts and precedence not in ('list', 'bulk', 'junk'):
        return None
    # An address of ours that is a group on some mail server marks all mails with its name.
    where = mail.get('List-Id').lower() or mail.get('List-Post').lower()
    if any(where.rstrip('> ').endswith(domain.lower()) for domain in own_domains if where):
        return None
    return 'list'


def _get_subject_reason(mail):
    """Read what a robot without manners writes."""
    if AUTO_REPLY_SUBJECT.match(mail.subject):
        return 'auto_reply'
    if RECEIPT_SUBJECT.match(mail.subject):
        return 'receipt'
    if ABUSE_SUBJECT.match(mail.subject):
        return 'abuse'
    if BOUNCE_SUBJECT.search(mail.subject) and BOUNCE_TEXT.search(mail.text[:5000]):
        return 'bounce'
    return None
