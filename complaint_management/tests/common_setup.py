from odoo.tests import new_test_user

from .common import ComplaintCommon


class SetupCommon(ComplaintCommon):
    """A new company, an administrator of complaints in it, and somebody without any role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env['res.company'].create({'name': "Newcomer"})
        cls.admin.write({'company_ids': [(4, cls.company.id)], 'company_id': cls.company.id})
        # Whoever gives roles and edits the company.
        cls.admin.group_ids |= cls.env.ref('base.group_erp_manager')
        cls.admin.group_ids |= cls.env.ref('base.group_partner_manager')
        cls.leader = new_test_user(
            cls.env,
            login='complaint_new_leader',
            groups='base.group_user',
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.repairs = cls.env['hr.department'].create(
            {'name': "Repairs", 'company_id': cls.company.id}
        )
        cls.bank = cls.env.ref('complaint_management.preset_bank')

    def _prepare_setup(self, user=None, **values):
        setups = self.env['complaint.setup'].with_user(user or self.admin)
        return setups.with_context(allowed_company_ids=self.company.ids).create(
            {
                'preset_ids': [(6, 0, self.bank.ids)],
                'leader_id': self.leader.id,
                'department_ids': [(6, 0, self.repairs.ids)],
                **values,
            }
        )

    def _get_examples(self):
        return self.env['complaint.case'].search(
            [('is_setup_example', '=', True), ('company_id', '=', self.company.id)], order='id'
        )
