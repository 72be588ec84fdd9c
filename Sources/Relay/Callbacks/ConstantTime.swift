/// Comparisons whose time tells nothing of what is compared.
package enum ConstantTime {
    /// Whether two sequences are the same; of equally long ones every byte is read, wherever they differ.
    package static func areEqual(_ one: some Sequence<UInt8>, _ other: some Sequence<UInt8>) -> Bool {
        var difference: UInt8 = 0
        var (left, right) = (one.makeIterator(), other.makeIterator())
        while true {
            switch (left.next(), right.next()) {
            case (let mine?, let theirs?): difference |= mine ^ theirs
            case (nil, nil): return difference == 0
            default: return false
            }
        }
    }
}
