from odoo import api, fields, models
from odoo.fields import Domain

from .complaint_case_similar import FAMILY_LIMIT, TEXT_LENGTH

SCORES = {'document': 50, 'lot': 30}
# A complaint names a few documents; more than these are not looked up.
DOCUMENT_LIMIT = 20


class ComplaintCaseDocument(models.Model):
    """The documents and lots of a complaint, and who complained about the same before."""

    _inherit = 'complaint.case'

    document_ids = fields.One2many(
        comodel_name='complaint.document', inverse_name='case_id', string="Documents"
    )

    can_refer_documents = fields.Boolean(compute='_compute_can_refer_documents')

    # === COMPUTE METHODS === #

    @api.depends_context('lang')
    def _compute_can_refer_documents(self):
        self.can_refer_documents = bool(self.env['complaint.document.type']._get_referable())

    # === LOOKING UP === #

    def _get_similar_values(self):
        documents = [
            {
                'number': document.number,
                'lot': document.lot,
                'res_model': document.reference and document.reference._name,
                'res_id': document.reference and document.reference.id,
            }
            for document in self.document_ids[:DOCUMENT_LIMIT]
        ]
        return {
            **super()._get_similar_values(),
            'documents': [self._get_document_key(document) for document in documents],
        }

    @api.model
    def _clean_similar_values(self, values):
        """Add `documents`: a list of dicts with `number`, `lot`, `res_model` and `res_id`."""
        cleaned = super()._clean_similar_values(values)
        documents = values.get('documents') if isinstance(values, dict) else None
        documents = documents[:DOCUMENT_LIMIT] if isinstance(documents, list) else []
        cleaned['documents'] = [
            self._get_document_key(document) for document in documents if isinstance(document, dict)
        ]
        return cleaned

    @api.model
    def _get_document_key(self, values):
        """Return the texts of a document, how they are compared, and its record, if any."""

        def text(name):
            return values[name][:TEXT_LENGTH] if isinstance(values.get(name), str) else ''

        res_id = values.get('res_id')
        is_id = type(res_id) is int and 0 < res_id < 2**31
        get_key = self.env['complaint.document']._get_key
        return {
            'number': text('number'),
            'number_key': get_key(text('number')),
            'lot': text('lot'),
            'lot_key': get_key(text('lot')),
            'record': (text('res_model'), res_id) if is_id and text('res_model') else False,
        }

    @api.model
    def _get_similar_keys(self, values):
        keys = super()._get_similar_keys(values)
        documents = values.get('documents', ())  # who asks for the customer alone names none
        # What comes of it is searched for once more, by what the user may read.
        known = self.env['complaint.document'].sudo().browse()
        if domain := self._get_documents_domain(documents):
            known = known.search_fetch(
                domain,
                ['case_id', 'number_key', 'lot_key', 'res_model', 'res_id'],
                order='id desc',
                limit=FAMILY_LIMIT,
            )
        for document in documents:
            same = known.filtered(
                lambda other, document=document: (
                    (document['number_key'] and other.number_key == document['number_key'])
                    or (other.res_model, other.res_id) == document['record']
                )
            )
            if same:
                sentence = self.env._("Same document %(number)s", number=document['number'])
                keys.append(self._get_document_similarity(same, 'document', sentence))
            same = known.filtered(
                lambda other, document=document: (
                    document['lot_key'] and other.lot_key == document['lot_key']
                )
            )
            if same:
                sentence = self.env._("Same lot %(lot)s", lot=document['lot'])
                keys.append(self._get_document_similarity(same, 'lot', sentence))
        return keys

    @api.model
    def _get_document_similarity(self, documents, kind, sentence):
        return {
            'domain': Domain('id', 'in', documents.case_id.ids),
            'score': SCORES[kind],
            'reason': sentence.strip(),
        }

    @api.model
    def _get_documents_domain(self, documents):
        """Return the domain of the lines that name one of these; each part has its index."""
        domains = [
            Domain(name, 'in', keys)
            for name in ('number_key', 'lot_key')
            if (keys := [document[name] for document in documents if document[name]])
        ]
        domains += [
            Domain('res_model', '=', document['record'][0])
            & Domain('res_id', '=', document['record'][1])
            for document in documents
            if document['record']
        ]
        return Domain.OR(domains) if domains else None
