import { _t } from "@web/core/l10n/translation";

// Odoo says this where a dialog lacks a value, and its own Chinese has no words for it yet. What
// a module of Odoo leaves untranslated is looked up among the terms of all others.
_t("Missing required fields");
