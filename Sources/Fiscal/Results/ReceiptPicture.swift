/// A receipt laid out for reading: sections of rows, ready to be drawn by the console or written to a terminal.
///
/// The words are those that tills print. Says nothing that the document does not say, and no personal data unless asked
/// (R65).
package struct ReceiptPicture: Hashable, Sendable, Codable {
    /// How a row stands out.
    package enum Emphasis: String, Hashable, Sendable, Codable {
        case normal
        /// Total and title.
        case strong
        /// Details under an item.
        case small
    }

    /// Where a row without a right part stands.
    package enum Alignment: String, Hashable, Sendable, Codable {
        case leading, center
    }

    /// One line of the receipt, or as many as its text needs at the given width.
    package struct Row: Hashable, Sendable, Codable {
        package let left: String
        /// Set against the right edge; nil if the row has only one part.
        package let right: String?
        package let alignment: Alignment
        package let emphasis: Emphasis

        package init(
            _ left: String, _ right: String? = nil, alignment: Alignment = .leading, emphasis: Emphasis = .normal
        ) {
            self.left = left
            self.right = right
            self.alignment = alignment
            self.emphasis = emphasis
        }
    }

    /// What a section is about; the console gives each a heading of its own choice.
    package enum Topic: String, Hashable, Sendable, Codable {
        case title, seller, correction, items, total, taxes, buyer, fiscal
    }

    /// Rows between two rules.
    package struct Section: Hashable, Sendable, Codable {
        package let topic: Topic
        package let rows: [Row]
    }

    /// From top to bottom; no section is empty.
    package let sections: [Section]
    /// The text of the QR code below the sections; nil while the receipt is not fiscalised.
    package let qr: String?
    /// Where the receipt can be checked; nil if no page is known.
    package let link: String?

    /// Lays out a receipt.
    ///
    /// - Parameters:
    ///   - document: The receipt as it was sent.
    ///   - result: What the till made of it; nil if nothing yet, and the picture says so.
    ///   - showsBuyer: Whether the buyer's address is written out instead of masked; only for those who may see it.
    package init(of document: ReceiptDocument, result: FiscalResult?, showsBuyer: Bool = false) {
        let composer = ReceiptComposer(document: document, result: result, showsBuyer: showsBuyer)
        sections = composer.sections.filter { !$0.rows.isEmpty }
        qr = result?.qr?.text
        link = result?.verificationLink
    }
}
