"""Names that several models share."""

# Values that only the software itself may write (numbers, event heads, stages) travel with
# this object in the context. It is compared by identity, so no client can send it.
INTERNAL_WRITE = object()

# Context key for INTERNAL_WRITE.
INTERNAL_KEY = 'complaint_internal_write'

# Context key for INTERNAL_WRITE while a case comes in: who follows it is settled once, at the end.
INTAKE_KEY = 'complaint_intake'

# Context key for INTERNAL_WRITE: cases for which another one answers pass gates unasked.
FREE_PASS_KEY = 'complaint_free_pass'

# Context key for INTERNAL_WRITE: a bulletin is sent, which names no case kept from its readers.
BULLETIN_KEY = 'complaint_bulletin'

# Context key for a masked field, or for their class: queries take the real values.
RAW_FIELD_KEY = 'complaint_raw_field'

# Minutes during which contact data stays shown to who asked for it with a reason.
UNMASK_MINUTES = 60

# Fixed phases of the life cycle. A company names and orders its stages freely; software that
# must know where a case is asks for the phase. (value, English label)
PHASES = [
    ('intake', "Intake"),
    ('assessment', "Assessment"),
    ('assignment', "Assignment"),
    ('investigation', "Investigation"),
    ('solution', "Solution"),
    ('approval', "Approval"),
    ('execution', "Execution"),
    ('feedback', "Answer to the customer"),
    ('callback', "Callback"),
    ('closed_normal', "Closed"),
    ('closed_abnormal', "Closed abnormally"),
    ('refused', "Refused"),
    ('withdrawn', "Withdrawn"),
]

CLOSED_PHASES = ('closed_normal', 'closed_abnormal', 'refused', 'withdrawn')

# What may need somebody's approval. (value, English label)
APPROVAL_SUBJECTS = [
    ('validity', "Ruling"),
    ('opinion', "Opinion"),
    ('solution', "Solution"),
    ('reply', "Answer"),
    ('remedy', "Remedy"),
    ('disposition', "Disposition"),
    ('closing', "Closing"),
    ('extension', "Extension"),
]

# What entering a phase means whatever milestone the stage itself carries.
PHASE_MILESTONES = {
    'closed_normal': 'closed',
    'closed_abnormal': 'closed',
    'refused': 'refused',
    'withdrawn': 'withdrawn',
}

# Beyond this many minutes a business time in the past needs a reason (design, section 5).
BACKDATE_MINUTES = 5

# Minutes during which the person who recorded an event may undo it alone.
UNDO_MINUTES = 10

# Context key and value by which an administrator loads finished complaints of the past.
IMPORT_KEY = 'complaint_import'
IMPORT_HISTORY = 'history'

# How people reach each other about a complaint. (value, English label)
CONTACT_MEANS = [
    ('phone', "Phone"),
    ('email', "E-mail"),
    ('message', "SMS or WeChat"),
    ('letter', "Postal letter"),
    ('visit', "Home visit"),
    ('on_site', "On site"),
    ('portal', "Portal"),
    ('meeting', "Meeting"),
    ('fax', "Fax"),
    ('internal', "Internal"),
]

# What a contact is for. (value, English label)
CONTACT_PURPOSES = [
    ('acknowledgement', "Acknowledgement"),
    ('apology', "Apology"),
    ('progress', "Progress"),
    ('extension', "Extension"),
    ('obstacle', "Obstacle"),
    ('holding', "Holding reply"),
    ('answer', "Answer"),
    ('refusal', "Refusal"),
    ('closing', "Closing"),
    ('feedback', "Request for feedback"),
    ('confirmation', "Confirmation"),
    ('opinion', "Customer's opinion"),
    ('chase', "Chase"),
    ('referral', "Reply to the referring body"),
    ('department_answer', "Department's answer"),
    ('other', "Other"),
]

# Of these, what a customer is told or asked in a mail.
LETTER_PURPOSES = [
    pair
    for pair in CONTACT_PURPOSES
    if pair[0] not in ('confirmation', 'opinion', 'chase', 'referral', 'department_answer')
]

# What a customer may get. (value, English label)
REMEDY_KINDS = [
    ('refund', "Refund"),
    ('overcharge', "Refund of an overcharge"),
    ('replacement', "Replacement"),
    ('repair', "Free repair"),
    ('compensation', "Compensation"),
    ('goodwill', "Goodwill gesture"),
    ('apology', "Formal apology"),
    ('other', "Other remedy"),
]

# Of these, money is the point.
REMEDY_MONEY_KINDS = ('refund', 'overcharge', 'compensation', 'goodwill')

# How a remedy reaches the customer. (value, English label)
REMEDY_MEANS = [
    ('credit', "Credit to the account"),
    ('original', "Back the way it was paid"),
    ('transfer', "Bank transfer"),
    ('cash', "Cash"),
    ('voucher', "Voucher"),
    ('in_kind', "In kind"),
]

# Units of a retention period, and how many months each of them has.
RETENTION_UNITS = [('month', "Months"), ('year', "Years")]
UNIT_MONTHS = {'month': 1, 'year': 12}
# Headers of a mail that no person wrote (RFC 3834; the second is what MS Exchange reads).
AUTOMATIC_HEADERS = {'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All'}

# What frames a mail to a customer: readable in Outlook and on a phone.
MAIL_LAYOUT = 'complaint_management.mail_layout'
