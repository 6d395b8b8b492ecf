from .common import ComplaintCommon


class ReturnCommon(ComplaintCommon):
    """A case of a procedure with returned goods, and goods at each step."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.procedure.use_returns = True
        cls.case = cls._create_worked_case()

    def _add(self, **values):
        return (
            self.env['complaint.return']
            .with_user(self.handler)
            .create({'case_id': self.case.id, 'product': "K2", 'quantity': 10, **values})
        )

    def _receive(self, goods, **values):
        goods.due_date = '2031-01-01'
        goods.action_issue()
        goods.write(
            {
                'note_product': "K2",
                'note_quantity': 10,
                'received_product': "K2",
                'received_quantity': 10,
                **values,
            }
        )
        goods.action_receive()
        return goods

    def _store(self, goods):
        goods.zone = "R-1"
        goods.action_store()
        return goods
