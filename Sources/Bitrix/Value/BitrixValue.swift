/// A parameter of a REST call or a part of its answer.
///
/// Numbers stay the text they were written in, so that money and long ids never pass through a binary float. One and
/// the same thing comes in several shapes from one portal (ids as number or text, empty maps as `[]`, maps keyed
/// 0, 1, 2 … as lists), which is why reading goes through the lenient accessors of `BitrixValue+Reading`.
package indirect enum BitrixValue: Hashable, Sendable {
    /// One entry of a map. Maps keep their order, so that what is sent is the same bytes every time.
    package struct Member: Hashable, Sendable {
        package let key: String
        package let value: BitrixValue

        package init(_ key: String, _ value: BitrixValue) {
            self.key = key
            self.value = value
        }
    }

    case null
    case bool(Bool)
    /// A number in JSON's own spelling.
    case number(String)
    case string(String)
    case list([BitrixValue])
    case map([Member])
}

extension BitrixValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }

    package init(integerLiteral value: Int64) { self = .number(String(value)) }

    package init(booleanLiteral value: Bool) { self = .bool(value) }

    package init(arrayLiteral elements: BitrixValue...) { self = .list(elements) }

    package init(dictionaryLiteral elements: (String, BitrixValue)...) {
        self = .map(elements.map { Member($0.0, $0.1) })
    }

    /// A whole number, such as an id.
    package static func integer(_ value: Int64) -> BitrixValue { .number(String(value)) }
}
