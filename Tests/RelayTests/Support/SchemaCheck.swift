import Relay

/// As much of JSON Schema (draft 2020-12) as the schemas of the payloads use.
struct SchemaCheck {
    let root: JSONValue

    /// Where the value breaks the schema, and which word of it; empty when it does not.
    func violations(of value: JSONValue) -> [String] { check(value, root, "") }

    /// The places of all fields that the schema describes; those of lists as `items[0]`.
    func fields() -> Set<String> { Set(fields(of: root, "")) }

    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard case .string(let reference)? = schema["$ref"] else { return schema }
        return root["$defs"]?[String(reference.split(separator: "/").last ?? "")] ?? .null
    }

    private func fields(of schema: JSONValue, _ place: String) -> [String] {
        let schema = resolved(schema)
        if case .object(let properties)? = schema["properties"] {
            return properties.flatMap { name, inner in fields(of: inner, place.isEmpty ? name : "\(place).\(name)") }
        }
        if let element = schema["items"] { return fields(of: element, "\(place)[0]") }
        return [place]
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, _ place: String) -> [String] {
        let schema = resolved(schema)
        var found: [String] = []
        if let const = schema["const"], const != value { found.append("\(place): const") }
        if case .array(let allowed)? = schema["enum"], !allowed.contains(value) { found.append("\(place): enum") }
        switch schema["type"] {
        case .string(let name)?: if !Self.is(value, name) { found.append("\(place): type") }
        case .array(let names)?:
            if !names.contains(where: { Self.is(value, $0.decimalText ?? "") }) { found.append("\(place): type") }
        default: break
        }
        if case .string(let pattern)? = schema["pattern"], case .string(let text) = value,
            (try? Regex(pattern).wholeMatch(in: text)) == nil
        {
            found.append("\(place): pattern")
        }
        if case .object(let members) = value {
            if case .array(let required)? = schema["required"] {
                for name in required.compactMap(\.decimalText) where members[name] == nil {
                    found.append("\(place): required \(name)")
                }
            }
            for (name, member) in members {
                if let inner = schema["properties"]?[name] {
                    found += check(member, inner, place.isEmpty ? name : "\(place).\(name)")
                }
            }
        }
        if case .array(let elements) = value {
            if case .number(let least)? = schema["minItems"], elements.count < Int("\(least)") ?? 0 {
                found.append("\(place): minItems")
            }
            if let inner = schema["items"] {
                for (index, element) in elements.enumerated() { found += check(element, inner, "\(place)[\(index)]") }
            }
        }
        return found
    }

    private static func `is`(_ value: JSONValue, _ type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.array, "array"), (.object, "object"),
            (.number, "number"):
            true
        case (.number(let number), "integer"): !"\(number)".contains(".")
        default: false
        }
    }
}

extension JSONValue {
    subscript(_ name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }
}
