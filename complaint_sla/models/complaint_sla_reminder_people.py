from odoo import api, models

from ..tools.work_timeline import NoWorkingTime

LAST_RESORT = 'complaint_management.group_complaint_committee'

# Whose own the case is: they may read it whatever flags it has.
READERS = ('handler', 'owner', 'team_leader')

# Actions that concern the case alone; nobody need be there for them.
IMPERSONAL = ('raise_grade', 'set_grade', 'server_action')

# Actions that reach a person, so that they wait until the person is at work.
NOTICES = ('activity', 'message', 'mail')


class ComplaintSlaReminderPeople(models.Model):
    """Who is told, and when they are at work."""

    _inherit = 'complaint.sla.reminder'

    # === WHO === #

    def _find_receivers(self):
        """Return {row: res.users}, those of the first level of which anybody may be told.

        Nobody recused, nobody who has left, nobody who may not read the complaint. Rows without
        anybody are in it with nobody.
        """
        found = dict.fromkeys(self, self.env['res.users'])
        asked = {row: row._iterate_levels() for row in self}
        while asked:
            candidates = {}
            for row, levels in list(asked.items()):
                candidates[row] = next(levels, None)
                if candidates[row] is None:
                    del asked[row], candidates[row]
            readable = self._get_readable(candidates)
            for row, (role, users) in candidates.items():
                if role not in READERS:
                    users = users.filtered(
                        lambda user, case=row.case_id, readable=readable: case in readable[user]
                    )
                if users:
                    found[row] = users
                    del asked[row]
        return found

    @api.model
    def _get_readable(self, candidates):
        """Return {user: those of the cases of candidates that the user may read}."""
        cases_of = {}
        for row, (role, users) in candidates.items():
            for user in users if role not in READERS else ():
                cases_of[user] = cases_of.get(user, row.case_id.browse()) | row.case_id
        rules = self.env['complaint.inform.rule']
        return {
            user: set(rules._filter_readable(user, cases).sudo())  # told apart above
            for user, cases in cases_of.items()
        }

    def _iterate_levels(self):
        """Yield (role, users) of each level that is asked in turn, without empty ones."""
        case = self.case_id
        for role, users in self._iterate_named_levels():
            users = (users - case.recused_user_ids).filtered(
                lambda user: not user.share and user._may_be_given_complaints(case.company_id.id)
            )
            if users:
                yield role, users

    def _iterate_named_levels(self):
        case, escalation = self.case_id, self.escalation_id
        recipient = escalation.recipient or 'handler'
        teams_above = case.team_id._get_teams_above()
        if self.user_id:
            yield 'user', self.user_id
        elif recipient == 'group':
            yield 'group', escalation.group_id.all_user_ids
        elif recipient == 'user':
            yield 'user', escalation.user_id
        elif recipient == 'ancestor_leaders':
            if not escalation.repeat_value:
                yield 'ancestor_leaders', teams_above.leader_id
            teams_above = teams_above[self.repetition :]
        else:
            yield recipient, case._get_recipients(recipient).sudo()  # as the rest of the tick
        if recipient not in ('parent_leader', 'ancestor_leaders'):
            yield 'team_leader', case._get_recipients('team_leader').sudo()  # idem
        for team in teams_above:
            yield 'ancestor_leaders', team.leader_id
        yield 'committee', self.env.ref(LAST_RESORT).all_user_ids

    # === WHEN THEY ARE AT WORK === #

    def _sort_by_presence(self, receivers):
        """Say who can be told now, and from when on the others.

        :param dict receivers: {row: res.users}
        :return: ({row: users at work}, {row: {user: UTC datetime of the next opening}})
        :rtype: tuple
        """
        now, openings, present, absent = self._get_now(), {}, {}, {}
        for row, users in receivers.items():
            if not row._waits_for_hours():
                present[row] = users
                continue
            for user in users:
                clock = row.clock_id
                key = (user, clock.calendar_id, clock.company_id)
                if key not in openings:
                    openings[key] = self._get_opening(*key, clock.tz, now)
                if openings[key] <= now:
                    present[row] = present.get(row, users.browse()) | user
                else:
                    absent.setdefault(row, {})[user] = openings[key]
        return present, absent

    def _waits_for_hours(self):
        """Say whether this reaches a person, and may wait until that person is at work."""
        return (
            self.escalation_id.action or 'activity'
        ) in NOTICES and not self.case_id.grade_id.notify_out_of_hours

    @api.model
    def _get_opening(self, user, calendar, company, tz, now):
        """Return when a person is at work: now, or the next opening of their working hours.

        Their own hours in the company count, else those in which the clock runs.
        """
        own = user.with_company(company).employee_id.resource_calendar_id
        own = own or user.resource_calendar_id or calendar
        if not (own and own._is_countable()):
            return now
        try:
            # No working time from now on: that is now, or the next opening.
            return own._get_work_timeline(company).add_work(now, 0).deadline
        except NoWorkingTime:
            return now

    # === ONE ROW FOR EACH PERSON === #

    def _settle_receivers(self):
        """Give each row its person, and put off those whose people are not at work.

        :return: (rows that can be done now, {row: why nobody can be told})
        :rtype: tuple
        """
        personal = self.filtered(lambda row: row.escalation_id.action not in IMPERSONAL)
        receivers = personal._find_receivers()
        failures = {
            row: self.env._(
                "Nobody is left who may be told: they are recused, have left, or have no role in "
                "complaints. Name somebody for this escalation."
            )
            for row, users in receivers.items()
            if not users
        }
        present, absent = self._sort_by_presence(
            {
                row: users[:1] if row.escalation_id.action == 'reassign' else users
                for row, users in receivers.items()
                if users
            }
        )
        ready, extras = self - personal, []
        for row, users in present.items():
            row.user_id = users[0]
            ready |= row
            extras += [row._prepare_extra(user, self._get_now()) for user in users[1:]]
        for row, moments in absent.items():
            if row in present:
                extras += [row._prepare_extra(user, at) for user, at in moments.items()]
            else:
                row.next_try_at = min(moments.values())
        extras = self._replace(self.browse(), extras)
        now = self._get_now()
        return ready | extras.filtered(lambda row: row.next_try_at <= now), failures

    def _prepare_extra(self, user, moment):
        """Return the create values of the row by which one more person is told."""
        return {
            'clock_id': self.clock_id.id,
            'case_id': self.case_id.id,
            'company_id': self.company_id.id,
            'escalation_id': self.escalation_id.id,
            'repetition': self.repetition,
            'is_extra': True,
            'user_id': user.id,
            'due_at': self.due_at,
            'next_try_at': moment,
        }
