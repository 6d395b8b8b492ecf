"""A meeting of the calendar about a complaint is closed to who is recused from it (issue 6, T16).

No addon here depends on the calendar: it comes later, and what points at a complaint is closed.
"""

import pytest

pytestmark = pytest.mark.once

SCRIPT = """
import json
from datetime import timedelta
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

ROLES = 'base.group_user,base.group_system,base.group_allow_export,'
ROLES += 'complaint_management.group_complaint_admin'
people = {
    name: new_test_user(env, login='meeting_' + name, groups=ROLES)
    for name in ('accused', 'peer')
}
partners = env['res.partner'].union(*(user.partner_id for user in people.values()))
employee = env['hr.employee'].create({'name': "Accused", 'user_id': people['accused'].id})
case = env['complaint.case'].create({'description': "He was rude"})
measure = env['complaint.measure'].create({'case_id': case.id, 'name': "Talk to him"})
start = {'start': '2099-01-01 10:00:00', 'stop': '2099-01-01 11:00:00'}

def meet(record, name, **values):
    link = {'res_model_id': env['ir.model']._get_id(record._name), 'res_id': record.id}
    return env['calendar.event'].create(
        {'name': name, 'partner_ids': [(6, 0, partners.ids)], **start, **link, **values}
    )

meetings = {
    'case': meet(case, "On the case"),
    'line': meet(measure, "On the measure"),
    'activity': env['calendar.event'].create(
        {'name': "By an activity", 'partner_ids': [(6, 0, partners.ids)], **start}
    ),
    'recurring': meet(
        case, "Weekly", recurrency=True, rrule_type='weekly', thu=True, count=2, end_type='count'
    ),
}
activity = case.activity_schedule('mail.mail_activity_data_meeting', user_id=people['peer'].id)
activity.calendar_event_id = meetings['activity']
activity.action_feedback("Done")
other = meet(env['complaint.case'].create({'description': "Late"}), "On another complaint")
message = meetings['case'].message_post(body="He lies", partner_ids=partners.ids)
file = env['ir.attachment'].create({
    'name': "Minutes", 'raw': b'x', 'res_model': 'calendar.event', 'res_id': meetings['case'].id,
    'public': True,
})
# A reminder of a meeting within a day pops up in the web client.
alarm = env['calendar.alarm'].create(
    {'name': "Pop-up", 'alarm_type': 'notification', 'duration': 15, 'interval': 'minutes'}
)
soon = fields.Datetime.now() + timedelta(hours=2)
soon = {'start': soon, 'stop': soon + timedelta(hours=1), 'alarm_ids': [(6, 0, alarm.ids)]}
reminded = {
    'case': meet(case, "Soon on the case", **soon),
    'line': meet(measure, "Soon on the measure", **soon),
    'other': meet(env['complaint.case'].create({'description': "Dear"}), "Soon on another", **soon),
}

def get_reminders(user):
    env.flush_all()
    env.invalidate_all()
    alarms = env['calendar.alarm_manager'].with_user(user)
    return sorted(reminder['title'] for reminder in alarms.get_next_notif())

rows = {
    **meetings,
    'attendee': meetings['case'].attendee_ids[-1],
    'recurrence': meetings['recurring'].recurrence_id,
    'message': message,
    'file': file,
}
token = meetings['case'].attendee_ids[0].access_token

def succeeds(call):
    env.flush_all()
    env.invalidate_all()
    try:
        with env.cr.savepoint(flush=False):
            return bool(call())
    except AccessError:
        return False

def get_roads(user):
    found = {}
    for name, record in rows.items():
        domain = [('id', '=', record.id)]
        model = env[record._name].with_user(user)
        mine = record.with_user(user)
        roads = {
            'read': lambda: mine.read(['display_name']),
            'search': lambda: model.search(domain),
            'count': lambda: model.search_count(domain),
            'group': lambda: model._read_group(domain, [], ['__count'])[0][0],
            'names': lambda: model.name_search('', domain),
            'web': lambda: model.web_search_read(domain, {'id': {}})['records'],
            'change': lambda: mine.has_access('write'),
            'export': lambda: mine.export_data(['display_name'])['datas'],
        }
        for road, call in roads.items():
            found[f'{name} {road}'] = succeeds(call)
    return sorted(found.items())

meetings['case'].with_user(people['peer'])._create_videocall_channel()
channel = meetings['case'].videocall_channel_id
talks = [partners <= channel.channel_partner_ids]

found = {'before': {name: get_roads(user) for name, user in people.items()}}
found['reminders'] = [get_reminders(people['accused'])]
mails = env['mail.mail'].search_count([])
case.accused_employee_ids = employee.ids
env.flush_all()
found['after'] = {name: get_roads(user) for name, user in people.items()}
found['mails'] = env['mail.mail'].search_count([]) - mails
found['guests'] = [
    sorted((meeting.partner_ids & partners).mapped('name')) for meeting in meetings.values()
]
found['token'] = env['calendar.attendee'].search_count([('access_token', '=', token)])
accused_events = env['calendar.event'].with_user(people['accused'])
found['other'] = bool(accused_events.search([('id', '=', other.id)]))
found['reminders'] += [get_reminders(people['accused'])]
guest = env['res.partner'].create({'name': "Guest", 'email': 'guest@example.com'})
accused = people['accused'].partner_id
last_mail = env['mail.mail'].search([], order='id desc', limit=1)
by_peer = env['calendar.event'].with_user(people['peer'])
for meeting in [*reminded.values(), *meetings.values()]:
    meeting.with_env(by_peer.env).write({'partner_ids': [(4, accused.id), (4, guest.id)]})
found['invited'] = [accused in m.partner_ids for m in (*reminded.values(), *meetings.values())]
link = {'res_model_id': env['ir.model']._get_id('complaint.case'), 'res_id': case.id}
guests = [(6, 0, (accused | guest).ids)]
late = by_peer.create({'name': "Late on the case", 'partner_ids': guests, **start, **link})
found['invited'].append(accused in late.partner_ids)
by_peer.create({'name': "Elsewhere", 'partner_ids': guests, **start})
for meeting in meetings.values():
    meeting.with_env(by_peer.env).message_post(body="He lies", partner_ids=(accused | guest).ids)
mails = env['mail.mail'].search([('id', '>', last_mail.id)])
found['mails_by_hand'] = {
    name: sorted(mails.filtered(lambda m: person in m.recipient_ids).mapped('subject'))
    for name, person in (('accused', accused), ('guest', guest))
}
found['talks'] = [*talks, accused in channel.channel_partner_ids]
found['reminders'] += [get_reminders(person) for person in people.values()]
case.accused_employee_ids = False
env.flush_all()
found['lifted'] = get_roads(people['accused'])
env.cr.rollback()
print('FOUND', json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(find_with_apps):
    """What the script sees in a database in which the calendar was installed last."""
    return find_with_apps("calendar", SCRIPT)


def _reached(roads):
    return [road for road, is_open in roads if is_open]


def test_the_recused_reaches_no_meeting_about_the_complaint_on_any_road(found):
    """By its own link, by a line, by an activity that is done; its guests, messages and files."""
    everything = _reached(found["before"]["accused"])
    assert len(everything) >= 60, sorted(
        {road for road, _o in found["before"]["accused"]} - set(everything)
    )
    assert _reached(found["after"]["accused"]) == []
    assert _reached(found["after"]["peer"]) == everything
    assert found["other"] is True
    assert _reached(found["lifted"])


def test_the_recused_is_invited_no_more_and_old_links_open_nothing(found):
    """He leaves quietly."""
    assert [len(guests) for guests in found["guests"]] == [1, 1, 1, 1]
    assert found["token"] == 0
    assert found["mails"] == 0
    assert found["talks"] == [True, False], "the video call of the meeting is named after it"


def test_invited_by_hand_the_recused_gets_no_mail_and_is_no_guest(found):
    """What names the meeting goes to all others."""
    case, line, other, *rest = found["invited"]
    assert other is True
    assert (case, line, *rest) == (False,) * 7
    told = found["mails_by_hand"]
    [subject] = told["accused"]
    assert "Elsewhere" in subject
    assert len(told["guest"]) >= len(found["invited"]), told


def test_reminders_name_the_recused_no_meeting_about_the_complaint(found):
    """Those of his other meetings go on."""
    everything = ["Soon on another", "Soon on the case", "Soon on the measure"]
    before, recused, invited, peer = found["reminders"]
    assert before == everything
    assert recused == ["Soon on another"]
    assert invited == ["Soon on another"], found
    assert peer == everything
