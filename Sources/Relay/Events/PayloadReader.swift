import FoundationEssentials

package import Fiscal

/// Walks a payload, reads typed fields and gathers every fault on the way.
///
/// A reader of a nested object shares the faults with its parent, so that one pass over the payload reports everything
/// that is wrong with it.
package struct PayloadReader: ~Copyable {
    /// The faults that all readers of one payload gather.
    package final class Gathered {
        package private(set) var faults = FaultCollector()

        package func add(_ fault: FiscalFault) {
            // A payload with thousands of bad lines is described well enough by its first faults.
            if faults.faults.count < 50 { faults.add(fault) }
        }
    }

    private let fields: [String: JSONValue]
    private let path: FieldPath
    package let gathered: Gathered

    private init(fields: [String: JSONValue], path: FieldPath, gathered: Gathered) {
        self.fields = fields
        self.path = path
        self.gathered = gathered
    }

    /// Opens the payload of an event and checks its version.
    ///
    /// - Throws: ``FiscalFaults`` when it is no JSON object or of a version that this release does not know.
    package init(payload: String) throws(FiscalFaults) {
        guard let value = try? JSONValue(parsing: payload), case .object(let fields) = value else {
            throw FiscalFaults(.payloadUnreadable, at: .whole)
        }
        guard let version = fields["v"]?.decimalText else {
            throw FiscalFaults(.valueMissing, at: "v", allowed: ["1"])
        }
        guard version == "1" else {
            throw FiscalFaults(.payloadVersionUnknown, at: "v", found: String(version.prefix(20)), allowed: ["1"])
        }
        self.init(fields: fields, path: .whole, gathered: Gathered())
    }

    /// Where a field of this object lies in the payload.
    package func at(_ name: String) -> FieldPath {
        name.isEmpty ? path : path.field(name)
    }

    package func report(
        _ code: FaultCode, _ name: String, found: String? = nil, limit: String? = nil, allowed: [String] = []
    ) {
        gathered.add(FiscalFault(code, at: at(name), found: found, limit: limit, allowed: allowed))
    }

    /// Whether the field is there and not null.
    package func has(_ name: String) -> Bool {
        value(name) != nil
    }

    /// Whether the payload says something about the field, be it null.
    package func names(_ name: String) -> Bool {
        fields[name] != nil
    }

    /// What stands at `name`; nil when it is absent or null.
    package func value(_ name: String) -> JSONValue? {
        guard let value = fields[name], value != .null else { return nil }
        return value
    }

    /// A text; a number is taken as its decimal text, since shops send their ids either way. Empty counts as absent.
    package func optionalText(_ name: String, maximumLength: Int = 1000) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.decimalText else {
            report(.valueTypeWrong, name, found: value.kindName, allowed: ["text"])
            return nil
        }
        guard text.unicodeScalars.count <= maximumLength else {
            report(.valueTooLong, name, limit: "\(maximumLength)")
            return nil
        }
        return text.isEmpty ? nil : text
    }

    package func text(_ name: String, maximumLength: Int = 1000) -> String? {
        let text = optionalText(name, maximumLength: maximumLength)
        if text == nil { reportMissing(name) }
        return text
    }

    /// A decimal number exactly as it was written, in a JSON string or as a JSON number. Empty counts as absent.
    package func optionalDecimal(_ name: String, fault: FaultCode) -> ExactDecimal? {
        guard let value = value(name), !isBlank(name) else { return nil }
        guard let text = value.decimalText, let number = try? ExactDecimal(text) else {
            report(fault, name, found: value.decimalText.map { String($0.prefix(40)) } ?? value.kindName)
            return nil
        }
        return number
    }

    package func decimal(_ name: String, fault: FaultCode) -> ExactDecimal? {
        let number = optionalDecimal(name, fault: fault)
        if number == nil { reportMissing(name) }
        return number
    }

    /// An amount of roubles with at most two decimals, zero or more.
    package func optionalMoney(_ name: String) -> Money? {
        guard let number = optionalDecimal(name, fault: .amountInvalid) else { return nil }
        guard let money = try? Money(exactly: number), !money.isNegative else {
            report(.amountInvalid, name, found: number.description)
            return nil
        }
        return money
    }

    package func money(_ name: String) -> Money? {
        let money = optionalMoney(name)
        if money == nil { reportMissing(name) }
        return money
    }

    package func bool(_ name: String, default: Bool) -> Bool {
        switch value(name) {
        case nil: return `default`
        case .bool(let flag)?: return flag
        case .string(let text)? where ["Y", "N", "true", "false", "1", "0"].contains(text):
            return ["Y", "true", "1"].contains(text)
        case .number(let number)? where number == 0 || number == 1: return number == 1
        case let value?:
            report(.valueTypeWrong, name, found: value.kindName, allowed: ["true", "false"])
            return `default`
        }
    }

    package func choice<Value: RawRepresentable & CaseIterable>(_ name: String, default: Value?) -> Value?
    where Value.RawValue == String {
        guard has(name), !isBlank(name) else {
            if `default` == nil { reportMissing(name) }
            return `default`
        }
        return optionalChoice(name, Value.self) ?? `default`
    }

    /// One of the words of an enumeration; nil when it is absent or empty, or after a fault.
    package func optionalChoice<Value: RawRepresentable & CaseIterable>(_ name: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        guard let text = optionalText(name) else { return nil }
        guard let value = Value(rawValue: text) else {
            report(.valueUnknown, name, found: String(text.prefix(40)), allowed: Value.allCases.map(\.rawValue))
            return nil
        }
        return value
    }

    /// Reads a nested object with `read`, or returns nil when it is absent.
    package func optionalObject<Value>(_ name: String, _ read: (borrowing PayloadReader) -> Value?) -> Value? {
        guard let value = value(name) else { return nil }
        // PHP writes an empty map as an empty list.
        if value == .array([]) {
            return read(PayloadReader(fields: [:], path: at(name), gathered: gathered))
        }
        guard case .object(let fields) = value else {
            report(.valueTypeWrong, name, found: value.kindName, allowed: ["object"])
            return nil
        }
        return read(PayloadReader(fields: fields, path: at(name), gathered: gathered))
    }

    package func object<Value>(_ name: String, _ read: (borrowing PayloadReader) -> Value?) -> Value? {
        if !has(name) { reportMissing(name) }
        return optionalObject(name, read)
    }

    /// Reads every element of a list of objects; nil when the list is absent.
    package func optionalList<Value>(
        _ name: String, maximumCount: Int, _ read: (borrowing PayloadReader) -> Value?
    ) -> [Value]? {
        guard let value = value(name) else { return nil }
        guard case .array(let elements) = value else {
            report(.valueTypeWrong, name, found: value.kindName, allowed: ["list"])
            return nil
        }
        guard elements.count <= maximumCount else {
            report(.valueTooLong, name, found: "\(elements.count)", limit: "\(maximumCount)")
            return nil
        }
        var result: [Value] = []
        for (index, element) in elements.enumerated() {
            let place = at(name).element(index)
            guard case .object(let fields) = element else {
                gathered.add(
                    FiscalFault(.valueTypeWrong, at: place, found: element.kindName, allowed: ["object"]))
                continue
            }
            if let item = read(PayloadReader(fields: fields, path: place, gathered: gathered)) { result.append(item) }
        }
        return result
    }

    /// A list of texts, empty when absent.
    package func texts(_ name: String, maximumCount: Int) -> [String] {
        guard let value = value(name) else { return [] }
        guard case .array(let elements) = value, elements.count <= maximumCount else {
            report(.valueTypeWrong, name, found: value.kindName, allowed: ["list"])
            return []
        }
        return elements.enumerated().compactMap { index, element in
            if case .string(let text) = element { return text }
            gathered.add(
                FiscalFault(
                    .valueTypeWrong, at: at(name).element(index), found: element.kindName, allowed: ["text"]))
            return nil
        }
    }

    private func reportMissing(_ name: String) {
        // A field that is there but wrong has been reported already.
        if !has(name) || isBlank(name) { report(.valueMissing, name) }
    }

    /// Whether the field holds a text without anything in it.
    private func isBlank(_ name: String) -> Bool {
        if case .string(let text)? = value(name) { text.allSatisfy(\.isWhitespace) } else { false }
    }
}
