/// Makes inputs out of inputs, the same for the same seed (SplitMix64), so that a finding can be made again.
package struct Mutator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A mutant of one of the seeds: bytes changed, cut, doubled and nested, words of the language put in, two inputs
    /// spliced; now and then a piece of it repeated until it is as long as the target allows.
    package mutating func mutant(of seeds: [[UInt8]], for target: FuzzTarget) -> [UInt8] {
        var bytes = seeds.randomElement(using: &self) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &self) { change(&bytes, seeds, target) }
        if Int.random(in: 0..<100, using: &self) == 0 { swell(&bytes, target) }
        return Array(bytes.prefix(target.longest))
    }

    private mutating func change(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ target: FuzzTarget) {
        let range = span(of: bytes)
        switch Int.random(in: 0..<9, using: &self) {
        case 0: bytes.removeSubrange(range)
        case 1: bytes.replaceSubrange(range, with: range.map { _ in UInt8(truncatingIfNeeded: next()) })
        case 2: bytes.insert(contentsOf: bytes[range], at: range.lowerBound)
        case 3, 4: bytes.replaceSubrange(range, with: Array((target.words.randomElement(using: &self) ?? "").utf8))
        case 5: bytes.insert(contentsOf: (target.words.randomElement(using: &self) ?? "").utf8, at: range.lowerBound)
        case 6:
            let other = seeds.randomElement(using: &self) ?? []
            bytes.replaceSubrange(range, with: other[span(of: other)])
        case 7:
            let opening = ["[", "{\"a\":", "\"", "- ", "&a [*a,"].randomElement(using: &self) ?? "["
            let depth = Int.random(in: 1...200, using: &self)
            bytes.insert(contentsOf: String(repeating: opening, count: depth).utf8, at: range.lowerBound)
        default:
            for index in range where bytes[index] >= UInt8(ascii: "0") && bytes[index] <= UInt8(ascii: "9") {
                bytes[index] = UInt8.random(in: UInt8(ascii: "0")...UInt8(ascii: "9"), using: &self)
            }
        }
    }

    private mutating func swell(_ bytes: inout [UInt8], _ target: FuzzTarget) {
        let piece = Array(bytes[span(of: bytes)])
        guard !piece.isEmpty else { return }
        let length = Int.random(in: 1...target.longest, using: &self)
        let place = Int.random(in: 0...bytes.count, using: &self)
        bytes.insert(contentsOf: repeatElement(piece, count: max(1, length / piece.count)).joined(), at: place)
    }

    private mutating func span(of bytes: [UInt8]) -> Range<Int> {
        let start = Int.random(in: 0...bytes.count, using: &self)
        let length = Int.random(in: 0...Int.random(in: 0...40, using: &self), using: &self)
        return start..<min(bytes.count, start + length)
    }
}
