from odoo import models

from ..tools import anonymity
from .complaint_case_similar import FAMILY_LIMIT
from .complaint_lesson import TEXT_FIELDS


class ComplaintCaseLesson(models.Model):
    """What is learnt from a case goes into the case library, without telling whom it was about."""

    _inherit = 'complaint.case'

    # === ACTIONS === #

    def action_make_lesson(self):
        """Open the draft of a lesson of this case; there is one already, or it is made now.

        The words of the case are taken over with a mark in the place of every name and number.
        """
        self.ensure_one()
        self.check_access('write')
        # Only managers see which case a lesson was made from.
        lessons = self.env['complaint.lesson'].sudo()
        lesson = lessons.search(
            [('case_id', '=', self.id), ('state', '=', 'draft'), ('create_uid', '=', self.env.uid)],
            limit=1,
        )
        lesson = lesson or lessons.create(self._prepare_lesson_values())
        return {
            'type': 'ir.actions.act_window',
            'name': self.env._("Lesson"),
            'res_model': 'complaint.lesson',
            'res_id': lesson.id,
            'views': [(False, 'form')],
        }

    def _prepare_lesson_values(self):
        """Return the create values of a lesson of this case; addons above may add to them."""
        self.ensure_one()
        identity = self._get_identities()[self]

        def text(*parts):
            return anonymity.mask('\n'.join(filter(None, parts)), identity)

        return {
            'case_id': self.id,
            'company_id': self.company_id.id,
            'name': text(self.name),
            'category_id': self.category_id.id,
            'cause_id': self.cause_id.id,
            'situation': text(self.description, self.facts),
            'handling': text(self.solution_proposal, self.closing_note),
            'learnt': text(self.lessons),
        }

    def _mask_beside(self, identities):
        """Once the case is anonymised nobody knows what to look for in a draft."""
        super()._mask_beside(identities)
        lessons = self.env['complaint.lesson'].sudo().with_context(active_test=False)  # everybody's
        drafts = lessons.search([('case_id', 'in', self.ids), ('state', '!=', 'published')])
        self._mask_records(
            {lesson: lesson.case_id.ids for lesson in drafts}, TEXT_FIELDS, identities
        )

    # === WHOM IT IS ABOUT === #

    def _get_identities(self):
        """Return {case: what could tell whom it is about}, whoever asks.

        :rtype: dict of `tools.anonymity.Identity`
        """
        cases = self.sudo()  # only compared with texts
        family = cases.partner_id.with_context(active_test=False).search(
            [('commercial_partner_id', 'in', cases.partner_id.commercial_partner_id.ids)],
            limit=FAMILY_LIMIT,
        )
        families = family.grouped('commercial_partner_id')
        identities = {}
        for case in cases:
            company = case.partner_id.commercial_partner_id
            partners = case.partner_id | families.get(company, company)
            words = case._get_identifying_words(partners)
            identities[case.sudo(self.env.su)] = anonymity.Identity(
                **{name: frozenset(filter(None, found)) for name, found in words.items()}
            )
        return identities

    def _get_identifying_words(self, partners):
        """Return {field of Identity: words} of this case, as superuser; addons above add theirs.

        :param partners: the customer with all contacts of its company
        """
        self.ensure_one()
        staff = self.handler_id | self.investigator_id | self.contact_owner_id
        staff |= self.followup_user_id
        accused = self.accused_employee_ids
        companies = partners.filtered('is_company')
        people = {
            *(partners - companies).mapped('name'),
            *(self.complainant_name, self.representative_name),
            *accused.mapped('name'),
            *staff.mapped('name'),
        }
        organisations = set(companies.mapped('name'))
        return {
            'people': people - organisations,
            'organisations': organisations,
            'phones': {
                self.complainant_phone,
                *partners.mapped('phone'),
                *accused.mapped('work_phone'),
                *accused.mapped('mobile_phone'),
            },
            'emails': {
                self.complainant_email,
                *partners.mapped('email'),
                *accused.mapped('work_email'),
            },
            'numbers': self._get_identifying_numbers(),
        }

    def _get_identifying_numbers(self):
        """Return the numbers under which this case and its papers and goods are known."""
        self.ensure_one()
        return {
            *(self.number, self.source_reference),
            *self.document_ids.mapped('number'),
            *self.document_ids.mapped('lot'),
            *self.trace_ids.mapped('lot'),
            *self.hold_ids.mapped('lot'),
            *self.return_ids.mapped('lot'),
        }
