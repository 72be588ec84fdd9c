/// What is wrong with an order, a receipt or a setting, as a short word that never changes its meaning.
///
/// The raw values of the arithmetic checks are those of the shared vectors (C4 to C16); the rest belong to the values
/// around them. A code is stored, counted and looked up by people, so one is added when needed and never renamed.
package enum FaultCode: String, Hashable, Sendable, Codable, CaseIterable {
    // MARK: Quantities, prices and sums of a line (C1 to C4)

    /// A quantity is not a decimal number.
    case quantityInvalid = "quantity_invalid"
    /// A quantity has more than three decimals (tag 1023, C4).
    case quantityPrecision = "quantity_precision"
    /// A quantity is zero or less (C4).
    case quantityNonpositive = "quantity_nonpositive"
    /// A quantity is above 99 999.999 (part C, limits).
    case limitQuantity = "limit_quantity"
    /// A price is not a decimal number with at most four decimals (C1).
    case priceInvalid = "price_invalid"
    /// A price is below zero (C4): a discount is never a negative line.
    case priceNegative = "price_negative"
    /// A fractional quantity is measured in pieces (C4).
    case measureRequired = "measure_required"
    /// A net sum is too small to give every piece one kopeck (C8).
    case priceBelowMinimum = "price_below_minimum"
    /// A marked article would cost nothing, so a person has to decide (C7).
    case zeroMarkedItem = "zero_marked_item"
    /// An amount of money is not a decimal number with at most two decimals, or is negative where it may not be.
    case amountInvalid = "amount_invalid"

    // MARK: Rates (C14, R40)

    /// A rate is not one that 54-FZ knows.
    case vatUnknown = "vat_unknown"
    /// A rate is not in force on the date of the settlement (C14).
    case vatNotInForce = "vat_not_in_force"
    /// A rate does not go with the tax system (C14).
    case vatTaxSystemMismatch = "vat_sno_mismatch"
    /// A rate of zero may mean "0 %" or "without VAT" and no setting says which (R40).
    case vatAmbiguous = "vat_ambiguous"
    /// A taxed line in a shop that is set not to pay VAT (R40).
    case vatPayerMismatch = "vat_payer_mismatch"

    // MARK: The order as a whole

    /// Nothing to put on a receipt.
    case itemsEmpty = "items_empty"
    /// Two lines of an order have the same id.
    case lineDuplicate = "line_duplicate"
    /// A line has no id.
    case lineIDEmpty = "line_id_empty"
    /// The discount and the bonuses are more than the lines they may be taken from (C5).
    case discountExceeds = "discount_exceeds"
    /// Sums that must be equal are not, or an amount is outside what may be taken (R30, C11 to C13).
    case amountMismatch = "amount_mismatch"
    /// More is paid at hand-over than is left to pay (C12).
    case overpayment = "overpayment"
    /// More than 100 items on one receipt.
    case limitItems = "limit_items"
    /// A price, an item or a receipt above 42 949 672.95 roubles.
    case limitSum = "limit_sum"
    /// More is returned than was sold, or a line that never was (C13).
    case returnExceeds = "return_exceeds"
    /// The currency is not the rouble.
    case currencyUnsupported = "currency_unsupported"
    /// A finished receipt breaks one of its own rules (C17).
    case receiptInconsistent = "receipt_inconsistent"

    // MARK: The payload of an event

    /// The payload cannot be read as a JSON object.
    case payloadUnreadable = "payload_unreadable"
    /// The payload is of a version that this release does not know.
    case payloadVersionUnknown = "payload_version_unknown"
    /// A field holds another kind of value than it should: a list instead of a number.
    case valueTypeWrong = "value_type_wrong"

    // MARK: Words of the enumerations

    /// A word that is none of an enumeration's values.
    case valueUnknown = "value_unknown"
    /// A value that must be present is not.
    case valueMissing = "value_missing"
    /// A value is longer than its tag.
    case valueTooLong = "value_too_long"
    /// A calendar date or time that does not exist.
    case dateInvalid = "date_invalid"
    /// A tax system that is unknown or was abolished (R48).
    case taxSystemInvalid = "sno_invalid"
    /// A unit of measure that has no code in tag 2108.
    case measureUnknown = "measure_unknown"
    /// An object of settlement that the version of the format does not have (R29).
    case objectUnsupported = "object_unsupported"
    /// A time zone from which tag 1011 cannot be told.
    case timeZoneUnknown = "time_zone_unknown"

    // MARK: Names, buyer, company

    /// An item name is empty once it is cleaned (R49).
    case nameEmpty = "name_empty"
    /// Neither a valid e-mail nor a valid phone of the buyer (R44 to R47).
    case contactInvalid = "contact_invalid"
    /// An e-mail address that does not follow R46.
    case emailInvalid = "email_invalid"
    /// A phone number that does not follow R47.
    case phoneInvalid = "phone_invalid"
    /// A taxpayer number with a wrong length or wrong check digits (R50).
    case innInvalid = "inn_invalid"
    /// A site address that cannot go to tag 1187 (R48, R52).
    case addressInvalid = "address_invalid"

    // MARK: Marking and agents

    /// The number of marking codes is not the number of pieces (C4).
    case marksMismatch = "marks_mismatch"
    /// A marking code that no till takes (R53, R54).
    case markInvalid = "mark_invalid"
    /// The same marking code twice: it stands for one piece.
    case markDuplicate = "mark_duplicate"
    /// The principal's data are missing or wrong (R58).
    case agentInvalid = "agent_invalid"

    // MARK: Corrections, results

    /// A correction by order of the tax office without the number of that order (C16).
    case correctionNumberRequired = "correction_number_required"
    /// A correction of a settlement that lies in the future (R74).
    case correctionDateFuture = "correction_date_future"
    /// A correction that needs the receipt it repairs, or its fiscal sign (C16).
    case correctionReceiptRequired = "correction_receipt_required"
    /// A fiscal sign that no fiscal drive can have given (R60).
    case fiscalSignInvalid = "fiscal_sign_invalid"
    /// A text that is not the QR code of a receipt (R62).
    case qrInvalid = "qr_invalid"
}
