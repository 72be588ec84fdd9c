/// The result of one call.
package struct BitrixAnswer: Hashable, Sendable {
    package let result: BitrixValue

    /// Offset of the next page; nil on the last.
    package let next: Int64?

    /// Number of all rows; nil where it was not counted.
    package let total: Int64?

    /// How much of the method's operating time is used up, where the portal counts it.
    package let time: BitrixTime

    /// Host and port under which the portal answers now, if it was renamed; worth storing by the caller.
    package let movedTo: String?
}
