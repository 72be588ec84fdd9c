/// What is to be done next so that a portal has a document and has conducted it: a pure decision on what was read.
///
/// Asked before every write, so a call whose outcome is unknown, and another process that does the same, are seen before
/// anything is done twice. Of several documents with our number the one with the lowest id counts: whoever looks comes to
/// the same.
package enum CatalogueDocumentStep: Hashable, Sendable {
    /// There is none.
    case add
    /// Lines of the draft that are doubled, foreign or wrong.
    case removeElements([Int64])
    /// Lines that the draft lacks.
    case addElements(document: Int64, [CatalogueDocument.Line])
    case conduct(document: Int64)
    /// Other drafts with our number, made by a run that was thought lost.
    case removeDrafts([Int64])
    /// The portal has moved its stock. `doubles`: other conducted documents with our number.
    case done(document: Int64, doubles: [Int64])
    /// Somebody took the document back: nobody but a person knows why.
    case takenBack(document: Int64)
    /// There is nothing to write down.
    case nothing

    /// The document whose lines are to be looked at: of those conducted, else of the drafts, the one with the lowest id.
    package static func counting(_ documents: [FoundDocument]) -> FoundDocument? {
        let first = { (status: FoundDocument.Status) in
            documents.filter { $0.status == status }.min { $0.id < $1.id }
        }
        return first(.conducted) ?? first(.draft)
    }

    /// - Parameters:
    ///   - wanted: The document without the lines that the portal refused.
    ///   - documents: All with its number, in any order.
    ///   - elements: Of the document that counts; empty where there is none.
    /// - Returns: The next step.
    package static func next(
        for wanted: CatalogueDocument, documents: [FoundDocument], elements: [FoundElement]
    ) -> CatalogueDocumentStep {
        let sorted = documents.sorted { $0.id < $1.id }
        let drafts = sorted.filter { $0.status == .draft }
        let conducted = sorted.filter { $0.status == .conducted }
        if let first = conducted.first {
            if !drafts.isEmpty { return .removeDrafts(drafts.map(\.id)) }
            return .done(document: first.id, doubles: conducted.dropFirst().map(\.id))
        }
        if let cancelled = sorted.first(where: { $0.status == .cancelled }) {
            return .takenBack(document: cancelled.id)
        }
        guard let draft = drafts.first else { return wanted.lines.isEmpty ? .nothing : .add }
        if drafts.count > 1 { return .removeDrafts(drafts.dropFirst().map(\.id)) }
        if wanted.lines.isEmpty { return .removeDrafts([draft.id]) }
        var missing = wanted.lines
        var wrong: [Int64] = []
        for element in elements.sorted(by: { $0.id < $1.id }) {
            let place = missing.firstIndex { $0.product == element.product && $0.amount == element.amount }
            if let place, element.store == nil || element.store == wanted.store {
                missing.remove(at: place)
            } else {
                wrong.append(element.id)
            }
        }
        if !wrong.isEmpty { return .removeElements(wrong) }
        return missing.isEmpty ? .conduct(document: draft.id) : .addElements(document: draft.id, missing)
    }
}
