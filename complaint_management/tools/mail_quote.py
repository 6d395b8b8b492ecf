"""Tells what a person wrote in a mail from what they quoted, forwarded or signed with. No ORM."""

import re
from dataclasses import dataclass

from .mail_charset import ENCODED_WORD

# How the headers of a quoted mail are called, by language and mailer.
NAMES = {
    'from': (
        'from|von|de|da|från|fra|van|od|от|发件人|寄件者|寄件人|發件人|发信人|差出人|送信者|'
        '보낸 ?사람|보낸이|gönderen|kimden|lähettäjä|expéditeur|remitente|mittente|afzender|'
        'odesílatel'
    ),
    'date': (
        'date|sent|gesendet|datum|am|envoyé|enviado|enviada|enviado el|fecha|inviato|data|skickat|'
        'sendt|dato|verzonden|дата|отправлено|wysłano|发送时间|發送時間|发送日期|日期|寄件日期|'
        '傳送時間|发件时间|时间|送信日時|日付|날짜|보낸 ?날짜|tarih|gönderme tarihi|lähetetty|'
        'odesláno'
    ),
    'to': (
        'to|an|à|pour|para|a|till|til|aan|do|кому|收件人|收件者|收信人|宛先|받는 ?사람|kime|alıcı|'
        'vastaanottaja|komu|destinataire|destinatario'
    ),
    'cc': (
        'cc|bcc|kopie|kopia|copie à|抄送|抄送人|副本|密送|참조|bilgi|копия|reply-to|risposta|'
        'répondre à'
    ),
    'subject': (
        'subject|betreff|objet|asunto|assunto|oggetto|ämne|emne|onderwerp|тема|temat|主题|主旨|'
        '主題|标题|件名|제목|konu|aihe|předmět'
    ),
}
HEADER = re.compile(
    r'^[\s>*_|]*(?:'
    + '|'.join(f'(?P<{kind.replace("-", "")}>{names})' for kind, names in NAMES.items())
    + r')\s*[*_]*\s*[:：]\s*[*_]*\s*(?P<value>.*)$',
    re.IGNORECASE,
)
# Bars over a quoted or forwarded mail. The first list says "original", the second "forwarded".
ORIGINAL = (
    r'original message|original mail|original|originalnachricht|ursprüngliche nachricht|'
    r'message d.origine|message original|mensaje original|mensagem original|'
    r'messaggio originale|originalmeddelande|original ?meddelelse|oorspronkelijk bericht|'
    r'исходное сообщение|wiadomość oryginalna|原始邮件|原始郵件|邮件原件|原始信息|原邮件|原始訊息|'
    r'元のメッセージ|original ?messages?|원본 ?메시지|orijinal ileti'
)
FORWARDED = (
    r'forwarded message|forwarded mail|forwarding messages?|forwarded by[^-]*|'
    r'weitergeleitete nachricht|message transféré|message transmis|mensaje reenviado|'
    r'mensagem encaminhada|messaggio inoltrato|vidarebefordrat meddelande|'
    r'videresendt (?:besked|melding)|doorgestuurd bericht|пересылаемое сообщение|'
    r'wiadomość przekazana|转发的邮件|转发邮件|转发邮件信息|转发的信息|轉寄郵件|轉寄的郵件|'
    r'已转发邮件|'
    r'已轉寄郵件|転送メッセージ|전달된 ?메시지|전달된 ?메일|iletilen ileti'
)
ORIGINAL_BAR = re.compile(
    rf'^[\s>*]*[-—_=\s]{{3,}}\s*(?:{ORIGINAL})\s*[-—_=\s:：]*$', re.IGNORECASE
)
FORWARD_BAR = re.compile(
    rf'^[\s>*]*(?:[-—_=\s]{{3,}}\s*(?:{FORWARDED})\s*[-—_=\s:：]*'
    r'|(?:begin forwarded message|début du message réexpédié|'
    r'anfang der weitergeleiteten (?:nachricht'
    r'|e-mail)|inizio messaggio inoltrato|inicio del mensaje reenviado|开始转发的邮件|開始轉寄郵件'
    r'|下面是被转发的邮件|以下是转发(?:的)?邮件(?:内容)?|転送されたメッセージ)\s*[:：])\s*$',
    re.IGNORECASE,
)
# Words at the end of "On …, somebody wrote:".
WROTE = (
    r'wrote|writes|schrieb|schrieb am|a écrit|escribió|escreveu|ha scritto|skrev|schreef|'
    r'napisał(?:\(a\))?|написал(?:а|\(а\))?|пишет|写道|寫道|写到|寫到|のメール|さんは書きました|'
    r'님이 ?작성|yazdı|kirjoitti|napsal(?:\(a\))?'
)
WROTE_END = re.compile(rf'(?:{WROTE})\s*-*\s*[:：]?\s*-*\s*$', re.IGNORECASE)
# Where the verb stands in the middle, and where there is none.
WROTE_IN_IT = re.compile(
    r'\b(?:schrieb|schreef|skrev|скрив)\b.{1,200}[:：]\s*$', re.IGNORECASE | re.DOTALL
)
NO_VERB = re.compile(r'[^\s<>()]+@[^\s<>()]+\s*[>)]?\s*[:：]\s*$')
INTRO_START = re.compile(
    r'^[\s>*-]*(?:(?:on|at|am|op|le|il|el|em|dnia|den|på|w dniu|в|в\s\w+|ven|lun|mar|mer|jeu|'
    r'sam|dim)'
    r'\b|[在于於]|\d{1,4}[-/.年]\s?\d{1,2}|\d{1,2}\s+\w{2,5}\.?\s+\d{4}|'
    r'(?:mon|tue|wed|thu|fri|sat|sun|понедельник|вторник|среда|четверг|пятница|суббота|'
    r'воскресенье))',
    re.IGNORECASE,
)
HAS_DATE = re.compile(r'\d{1,2}[:.：]\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}月')
BARE_INTRO = re.compile(r'^\d{4}-\d{2}-\d{2} \d{1,2}:\d{2} (?:GMT|UTC)[+-]\d{2}:?\d{2} \S.{0,80}$')
QUOTE = re.compile(r'^\s{0,3}(?:[A-Z]{1,3})?[>＞]')
SIGNATURE_BAR = re.compile(r'^\s*(?:--|—|——|- -|_{5,})\s*$')
BAR = re.compile(r'^\s*[-_=*—]{4,}\s*$')
DEVICE = re.compile(
    r'^[\W_]*(?:'
    r'sent (?:from|via|with|by)\b.{0,90}|(?:get|获取|获取适用于.{0,20}|取得) ?\[?outlook\b.{0,90}|'
    r'.{0,25}\bfrom (?:my )?(?:i ?phone|i ?pad|mobile|android)\b.{0,20}|'
    r'envoyé (?:depuis|de|à partir de)\b.{0,60}|von (?:meinem|meiner)\b.{0,40}gesendet|'
    r'gesendet (?:von|mit)\b.{0,50}|diese nachricht wurde von\b.{0,60}gesendet|'
    r'(?:verzonden|verstuurd) (?:met|vanaf|vanuit)\b.{0,50}|enviado (?:desde|do|de)\b.{0,50}|'
    r'inviato da\b.{0,50}|skickat från\b.{0,50}|sendt fra\b.{0,50}|отправлено с\b.{0,50}|'
    r'wysłane z\b.{0,50}|(?:发|發)(?:自|送自)我的.{0,40}|来自我的.{0,30}|來自我的.{0,30}|'
    r'[从從]我的.{0,25}(?:发|發|傳)送|由.{0,20}(?:邮箱|邮件).{0,6}发送|发自.{0,20}(?:邮箱|手机|'
    r'客户端).{0,10}|'
    r'.{0,20}から送信|나의 .{0,20}에서 보냄|iphone(?:에서| 发送).{0,10}'
    r')[\W_]*$',
    re.IGNORECASE,
)
FENCE = re.compile(r'^\s*(?:```|~~~)')
SIGNATURE_LINES = 12
LINE_LIMIT = 1000
LINE_LENGTH = 500
PREFIX_LIMIT = 20
INTRO_LINES = 5
HEAD_LINES = 16
MAIL_ADDRESS = re.compile(r'[^\s<>()\[\]"\',;:：]+@[^\s<>()\[\]"\',;:：]+\.[^\s<>()\[\]"\',;:：]+')

REPLY_PREFIX = re.compile(
    r'^\s*(?:(?:re|aw|antw|antwort|sv|vs|rv|odp|回复|回覆|答复|答覆|回信|返信|답장|ynt|ответ|отв|'
    r'res|rif|r)(?:\s*\[\d+\]|\^\d+|\(\d+\))?)\s*[:：]\s*',
    re.IGNORECASE,
)
FORWARD_PREFIX = re.compile(
    r'^\s*(?:fwd?|fw|wg|tr|rv|enc|i|doorst|vb|vl|vs|转发|轉寄|轉發|转寄|転送|전달|ilt|пер|pd|'
    r'transfer|transferred)(?:\s*\[\d+\])?\s*[:：]\s*',
    re.IGNORECASE,
)


@dataclass
class Parts:
    """A text in two: `reply`, which the sender wrote, and `quote`, all that is folded away."""

    reply: str
    quote: str


@dataclass
class Forwarded:
    """A mail inside a mail: who wrote it (`name`, `address`), `subject`, `text`, `comment`."""

    name: str
    address: str
    subject: str
    text: str
    comment: str


def strip_prefixes(subject):
    """Return a subject without what mailers put before it when they answer or forward."""
    subject = subject or ''
    for _count in range(PREFIX_LIMIT):
        shorter = FORWARD_PREFIX.sub('', REPLY_PREFIX.sub('', subject))
        if shorter == subject:
            break
        subject = shorter
    return subject.strip()


def is_reply(subject):
    """Tell whether a mailer marked a subject as an answer."""
    return bool(REPLY_PREFIX.match(subject or ''))


def is_forward(subject):
    """Tell whether a mailer marked a subject as forwarded."""
    return bool(FORWARD_PREFIX.match(subject or ''))


# === REPLIES === #


def split_reply(text):
    """Return the :class:`Parts` of a plain text."""
    lines = text.split('\n')
    kept = split_lines(lines)
    return Parts(
        _join(line for line, keep in zip(lines, kept, strict=True) if keep),
        _join(line for line, keep in zip(lines, kept, strict=True) if not keep),
    )


def split_lines(lines):
    """Return for each line whether the sender wrote it; all of them when nothing else is there.

    Only the first lines of a very long mail are looked at; the others go with the last of them.
    """
    cut = _Cut([line[:LINE_LENGTH] for line in lines[:LINE_LIMIT]])
    cut.run()
    return cut.kept + cut.kept[-1:] * (len(lines) - len(cut.kept))


def _join(lines):
    text = '\n'.join(line.rstrip() for line in lines)
    return re.sub(r'^(?:[^\S\n]*\n)+', '', text).rstrip()


class _Cut:
    """Decides for each line of a mail whether the sender wrote it."""

    def __init__(self, lines):
        self.lines = lines
        self.kept = [True] * len(lines)
        self.in_code = self._find_code()

    def run(self):
        """Mark the lines that are folded away."""
        self._drop_devices()
        position = 0
        while found := self._find_embedded(position):
            start, end, answers_below = found
            if self._has_text(0, start) and not self._is_interleaved(end, answers_below):
                self._drop(start, len(self.lines))
                break
            # Nothing was written above it: what follows the head of the quoted mail counts.
            self._drop(start, end)
            if answers_below and not self._has_text(0, start):
                self._drop_first_quote(end)
            position = end
        self._drop_signature()
        self._drop_last_quote()

    def _drop(self, start, end):
        for index in range(start, end):
            self.kept[index] = False

    def _has_text(self, start, end):
        """Tell whether the sender wrote anything between two lines."""
        return any(
            self.kept[index] and self.lines[index].strip() and not BAR.match(self.lines[index])
            for index in range(start, end)
        )

    def _find_code(self):
        inside, result = False, []
        for line in self.lines:
            fence = bool(FENCE.match(line))
            result.append(inside or fence)
            inside ^= fence
        return result if not inside else [False] * len(self.lines)

    # -- where an embedded mail begins --

    def _find_embedded(self, position):
        """Return first line, line after its head, and whether answers may stand below, or None."""
        for index in range(position, len(self.lines)):
            line = self.lines[index]
            if not line.strip() or self.in_code[index] or not self.kept[index]:
                continue
            if ORIGINAL_BAR.match(line) or FORWARD_BAR.match(line):
                end = self._get_head_end(index + 1)
                return self._include_bar(index), end or index + 1, False
            if not QUOTE.match(line) and (end := self._get_head_end(index)):
                return self._include_bar(index), end, False
            if end := self._get_intro_end(index):
                return index, end, True
        return None

    def _include_bar(self, index):
        """Return the first line, counting the line drawn above the head of a mail."""
        above = index
        while above and not self.lines[above - 1].strip():
            above -= 1
        return above - 1 if above and BAR.match(self.lines[above - 1]) else index

    def _get_head_end(self, index):
        """Return the line after the headers of a quoted mail that begin at `index`, or None."""
        kinds, last, wrapped = [], None, 0
        for position in range(index, min(index + HEAD_LINES, len(self.lines))):
            match = HEADER.match(self.lines[position])
            blank = self._is_blank(position)
            if match and match.lastgroup:
                kinds.append(_get_kind(match))
                last, wrapped = position, 0
            elif not blank and kinds and wrapped < 2:
                if position - last > 1 and self._is_blank(position - 1):
                    break
                wrapped += 1
            elif not blank or len(set(kinds)) >= 4:
                break
        if len(set(kinds)) < 2 or 'from' not in kinds[:3]:
            return None
        head = self.lines[index : last + 1]
        if len(set(kinds)) == 2 and not any(MAIL_ADDRESS.search(line) for line in head):
            return None
        return last + 1 if kinds[-1] in ('subject', 'date') else self._skip_wrapped(last)

    def _is_blank(self, index):
        return not self.lines[index].strip(' \t>*|')

    def _skip_wrapped(self, last):
        """Return the line after a list of addresses that may run over several lines."""
        end = last + 1
        while end < len(self.lines) and end <= last + 2 and not self._is_blank(end):
            end += 1
        if end < len(self.lines) and not self._is_blank(end):
            return last + 1  # that was text already
        return end

    def _get_intro_end(self, index):
        """Return the line after "On …, somebody wrote:" that begins at `index`, or None."""
        first = self.lines[index]
        if BARE_INTRO.match(first):
            return index + 1
        quoted = bool(QUOTE.match(first))
        text, count = '', 0
        for position in range(index, min(index + 10, len(self.lines))):
            line = self.lines[position]
            if quoted and position > index and not QUOTE.match(line):
                break
            if not line.strip():
                if not (INTRO_START.match(text) and HAS_DATE.search(text)):
                    break
                continue
            text, count = f'{text} {line.strip(" >*")}'.strip(), count + 1
            if count > INTRO_LINES or len(text) > 400:
                break
            if self._is_intro(text):
                return position + 1
            if count == 1 and not self._may_start_intro(text):
                break
        return None

    def _may_start_intro(self, text):
        return bool(INTRO_START.match(text) or (MAIL_ADDRESS.search(text) and HAS_DATE.search(text))
                    or re.search(r'\b(?:schrieb|skrev)\s+am\b', text, re.IGNORECASE))  # fmt: skip

    def _is_intro(self, text):
        """Tell whether a sentence says who wrote what is quoted below."""
        dated = HAS_DATE.search(text) and (INTRO_START.match(text) or MAIL_ADDRESS.search(text))
        if dated and (WROTE_IN_IT.search(text) or NO_VERB.search(text)):
            return True
        if not WROTE_END.search(text):
            return False
        return bool(dated or re.search(r'<[^<>@\s]+@[^<>\s]+>\s*\S', text))

    # -- answers between and below quotes --

    def _is_interleaved(self, end, answers_below):
        """Tell whether the sender answered below or between the lines that follow."""
        if not answers_below:
            return False
        index = end
        while index < len(self.lines) and not self.lines[index].strip():
            index += 1
        if index >= len(self.lines) or not QUOTE.match(self.lines[index]):
            return False
        while index < len(self.lines) and (
            QUOTE.match(self.lines[index]) or not self.lines[index].strip()
        ):
            index += 1
        rest = self._find_signature(index)
        return self._has_text(index, len(self.lines) if rest is None else rest)

    def _drop_first_quote(self, start):
        """Drop the block quoted right below its head when the answer stands under it."""
        end = start
        while end < len(self.lines) and (
            QUOTE.match(self.lines[end]) or not self.lines[end].strip()
        ):
            end += 1
        rest = self._find_signature(end)
        stop = len(self.lines) if rest is None else rest
        answer = [line for line in self.lines[end:stop] if line.strip()]
        below = any(QUOTE.match(line) for line in answer)
        if self._has_text(end, stop) and not below:
            self._drop(start, end)

    def _drop_last_quote(self):
        """Drop what is quoted at the end, below what was written."""
        index = len(self.lines)
        while index and (
            not self.kept[index - 1]
            or not self.lines[index - 1].strip()
            or QUOTE.match(self.lines[index - 1])
        ):
            index -= 1
        if self._has_text(0, index):
            self._drop(index, len(self.lines))
        elif all(QUOTE.match(line) or not line.strip() for line in self.lines):
            first = next((i for i, line in enumerate(self.lines) if line.strip()), None)
            if first is not None and not self.kept[first]:
                self._drop(0, len(self.lines))

    # -- signatures --

    def _find_signature(self, start=0):
        """Return the line at which a signature begins, or None."""
        for index in range(start, len(self.lines)):
            if (
                SIGNATURE_BAR.match(self.lines[index])
                and self.kept[index]
                and not self.in_code[index]
            ):
                rest = [x for x in self.lines[index + 1 :] if x.strip() and not QUOTE.match(x)]
                if len(rest) <= SIGNATURE_LINES:
                    return index
        return None

    def _drop_signature(self):
        start = self._find_signature()
        if start is None:
            # One in the middle: below it only what is quoted already.
            for index, line in enumerate(self.lines):
                below = sum(
                    1
                    for i in range(index + 1, len(self.lines))
                    if self.kept[i] and self.lines[i].strip() and not QUOTE.match(self.lines[i])
                )
                if SIGNATURE_BAR.match(line) and self.kept[index] and below <= SIGNATURE_LINES:
                    start = index
                    break
        if start is not None and self._has_text(0, start):
            self._drop(start, len(self.lines))

    def _drop_devices(self):
        """Drop the lines that telephones add."""
        for index, line in enumerate(self.lines):
            if len(line) <= 160 and DEVICE.match(line.strip()) and not QUOTE.match(line):
                rest = [i for i, x in enumerate(self.lines) if x.strip() and i != index]
                if rest:
                    self.kept[index] = False


def _get_kind(match):
    return next(kind for kind in NAMES if match.group(kind))


# === FORWARDED MAILS === #


def find_forwarded(subject, text):
    """Return the :class:`Forwarded` mail in a text, or None.

    A head of a mail in the text counts when the subject or a bar over it says that the mail
    was forwarded: below an answer it is only quoted.
    """
    lines = text.split('\n')
    cut = _Cut([line[:LINE_LENGTH] for line in lines[:LINE_LIMIT]])
    forwarded = is_forward(subject)
    for index, line in enumerate(cut.lines):
        if not line.strip():
            continue
        bar = bool(FORWARD_BAR.match(line))
        original = bool(ORIGINAL_BAR.match(line))
        if not bar and not forwarded:
            continue
        start = index + 1 if bar or original else index
        while start < len(lines) and not lines[start].strip():
            start += 1
        end = cut._get_head_end(start)
        if end is None:
            continue
        values = _get_head(cut.lines[start:end])
        name, address = _split_person(values.get('from', ''))
        comment_end = cut._include_bar(index)
        return Forwarded(
            name,
            address,
            strip_prefixes(values.get('subject', '')),
            _join(_unquote(lines[end:])),
            _join(lines[:comment_end]),
        )
    return None


def _unquote(lines):
    """Return lines without the sign of a quote, if all of them have one."""
    if any(line.strip() and not QUOTE.match(line) for line in lines):
        return lines
    return [re.sub(r'^\s?> ?', '', line) for line in lines]


def _get_head(lines):
    values, current = {}, None
    for line in lines:
        match = HEADER.match(line)
        if match:
            current = _get_kind(match)
            values.setdefault(current, match['value'].strip())
        elif current and line.strip():
            values[current] = f'{values[current]} {line.strip()}'
    return values


def _split_person(value):
    value = re.sub(r'\[\d+\]|\[?mailto:|&lt;|&gt;', ' ', value).replace('*', '')
    value = ENCODED_WORD.sub('', value)
    match = MAIL_ADDRESS.search(value)
    address = match[0].rstrip('.') if match else ''
    name = (value[: match.start()] if match else value).strip(' \t<>"\'“”;；,()[]（）')
    return ('' if MAIL_ADDRESS.fullmatch(name) else name), address
