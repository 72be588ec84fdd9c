import Relay
import Testing

/// What is compared is read to its end, so that how much of a guess was right cannot show in the time.
struct ConstantTimeTests {
    /// Bytes that count how many of them were read.
    private final class Read: Sequence, IteratorProtocol {
        private var rest: ArraySlice<UInt8>
        private(set) var count = 0

        init(_ bytes: [UInt8]) { rest = bytes[...] }

        func next() -> UInt8? {
            guard let byte = rest.popFirst() else { return nil }
            count += 1
            return byte
        }
    }

    private static let secret = [UInt8](0..<32)

    @Test(arguments: 0..<32) func everyByteIsReadWhereverTheyDiffer(place: Int) {
        var guess = Self.secret
        guess[place] ^= 1
        let (mine, theirs) = (Read(Self.secret), Read(guess))
        #expect(!ConstantTime.areEqual(mine, theirs))
        #expect(mine.count == 32 && theirs.count == 32)
    }

    @Test func theSameIsTheSameAndAPartIsNot() {
        #expect(ConstantTime.areEqual(Self.secret, Self.secret))
        #expect(ConstantTime.areEqual([], []))
        #expect(!ConstantTime.areEqual(Self.secret, Self.secret.dropLast()))
        #expect(!ConstantTime.areEqual(Self.secret.dropLast(), Self.secret))
    }
}
