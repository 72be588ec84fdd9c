/// Marked goods: one item for each code (C8m, R55).
enum MarkedUnits {
    /// Calls `emit` with the price and the code of each unit: quantity 1, in the order of the codes, the kopecks that the
    /// net sum cannot share out equally on the last units.
    ///
    /// There are as many codes as units, at least one (C4).
    /// - Throws: ``FiscalFault`` `price_below_minimum` if a unit would cost less than a kopeck. Nothing was emitted then.
    @inline(__always)
    static func units(
        of net: Money, marks: [String], at field: @autoclosure () -> FieldPath, emit: (Money, String) -> Void
    ) throws(FiscalFault) {
        let count = Int64(marks.count)
        let (lowest, dearer) = net.kopecks.quotientAndRemainder(dividingBy: count)
        guard lowest > 0 else { throw LineForm.belowMinimum(at: field()) }
        let cheaper = Int(count - dearer)
        for index in marks.indices {
            emit(Money(kopecks: index < cheaper ? lowest : lowest + 1), marks[index])
        }
    }
}
