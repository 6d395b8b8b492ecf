from odoo.tests import BaseCase, tagged

from ..tools import anonymity


@tagged('post_install', '-at_install', 'once')
class TestAnonymity(BaseCase):
    """PRIN-6-a: what a text could tell of the people and papers of a case, in every notation."""

    identity = anonymity.Identity(
        people=frozenset({"张伟", "Li Wei", "阿卜杜拉·买买提", "May Jones", "匿名"}),
        organisations=frozenset({"The Good Company Ltd.", "恒达电子（苏州）有限公司"}),
        phones=frozenset({"+86 138 0000 0001", "0512 5550 0188 转 3", "95588"}),
        emails=frozenset({"li.wei@customer.example"}),
        numbers=frozenset({"C2026-00012", "LOT-7", "100", "90817263"}),
    )

    def _words(self, text, **options):
        return [found.word for found in anonymity.find(text, self.identity, **options)]

    def test_names(self):
        for text, words in (
            ("客户张伟来电", ["张伟"]),
            ("张 伟和张·伟", ["张 伟", "张·伟"]),
            ("李 Wei Li先生", ["Wei Li"]),
            ("LI-WEI and li wei", ["LI-WEI", "li wei"]),
            ("阿卜杜拉买买提", ["阿卜杜拉买买提"]),
            ("jones was there", ["jones"]),
            ("恒达电子的来料", ["恒达电子"]),
            ("as the good company said", ["the good company"]),
            ("Ｌｉ　Ｗｅｉ", ["Li Wei"]),
        ):
            self.assertEqual(self._words(text), words, text)

    def test_words_that_are_no_names(self):
        for text in ("客户很紧张，伟大", "you may go", "weight of a lift", "匿名投诉", "paid 100"):
            self.assertEqual(self._words(text, anybody=True), [], text)
        self.assertEqual(self._words("May came"), ["May"])

    def test_phones(self):
        for text in (
            *("13800000001", "138-0000-0001", "+86 138 0000 0001", "0086 13800000001"),
            *("(138) 0000/0001", "１３８００００００01", "一三八零零零零零零零一", "١٣٨٠٠٠٠٠٠٠١"),
            *("0512-55500188", "5550 0188", "95588"),
        ):
            self.assertTrue(self._words(f"打{text}找他"), text)
        for text in ("955881", "5550 0199", "2024-05-01 10:30"):
            self.assertEqual(self._words(text), [], text)

    def test_mails_and_numbers(self):
        for text in (
            *("Li.Wei@Customer.example", "ｌｉ．ｗｅｉ＠ｃｕｓｔｏｍｅｒ．ｅｘａｍｐｌｅ"),
            *("c2026 00012", "Ｃ２０２６－００012", "lot7", "Lot 7", "90817263"),
        ):
            self.assertTrue(self._words(f"写着{text}的"), text)
        for text in ("lot 71", "C2026-000123", "2024年5月1日", "the 100th time"):
            self.assertEqual(self._words(text), [], text)

    def test_anybody(self):
        for text in ("13912345678", "someone@else.example", "110101199003074518"):
            self.assertEqual(self._words(text), [], text)
            self.assertEqual(self._words(text, anybody=True), [text])

    def test_mask(self):
        self.assertEqual(
            anonymity.mask("张伟（138 0000 0001）说：地板不行。", self.identity),
            "***(***)说:地板不行。",
        )
        untouched = "客户说：“地板不行”，要求１００元。"
        self.assertEqual(anonymity.mask(untouched, self.identity), untouched)
        self.assertEqual(anonymity.mask(None, self.identity), '')
