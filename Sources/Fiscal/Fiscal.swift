// The fiscal core: every receipt that 54-FZ asks of a shop, right to the kopeck.
//
// Pure values and functions: no input or output, no clock, no randomness. The same order gives the same receipts on
// every machine and in every year, because what depends on the day takes the day as an argument.
//
// Where to begin:
// - `Validation` says everything that is wrong with a settlement, in words for a bookkeeper.
// - `ReceiptBuilder` makes the receipts of a settlement, a return, an exchange or a repair (C1 to C17).
// - `ReceiptDocument` is a receipt with all that a provider has to know to issue it.
// - `FiscalResult`, `QRText` and `ReceiptPicture` are what comes back, and how people see it.
//
// Comments name rules by their numbers: R1 to R77 are what the law, the formats and the practice of providers ask, C1
// to C17 the canonical algorithm. `docs/fiscal-rules.md` lists every rule with its source, its code and its test.
//
// ## Rules that no builder can keep
//
// Some rules bind the shop, its provider or the rest of this project; they are listed with the reason in the last part
// of `docs/fiscal-rules.md`. In short:
// - Deadlines and single issue of an event (R2, R4, R5, R6, R7, R61, R67) need a clock, a ledger and a queue; the relay
//   keeps them. Which event asks for a receipt, and whether a two-stage payment is receipted at its capture (R3), is
//   decided there too.
// - A bank's credit to the buyer (R16) looks like any electronic payment here; nothing in an order tells it.
// - Registration of the till for agents, the certified marking module and the permission mode before a sale (R56, R57)
//   are the provider's and the shop's; what they answer can be put on an item.
// - Storage, personal data at rest, penalties, release from liability (R64 to R68) are duties of the shop; this module
//   masks personal data in everything that it writes out by itself.
// - A correction does not move money, stock or marks (R77): other events do.
