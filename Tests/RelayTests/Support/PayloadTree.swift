import Relay

/// A payload as a tree that a test can change, and write again as text.
extension JSONValue {
    /// The places of the tree's leaves (and of its empty lists), from the root.
    var leaves: [[PathStep]] {
        switch self {
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { name, value in value.leaves.map { [.member(name)] + $0 } }
        case .array(let elements) where !elements.isEmpty:
            elements.enumerated().flatMap { index, value in value.leaves.map { [.element(index)] + $0 } }
        default: [[]]
        }
    }

    /// The tree with another value at a place; `nil` removes a member or an element.
    func replacing(_ path: ArraySlice<PathStep>, with new: JSONValue?) -> JSONValue {
        guard let step = path.first else { return new ?? .null }
        let rest = path.dropFirst()
        switch (self, step) {
        case (.object(var members), .member(let name)):
            members[name] = rest.isEmpty ? new : members[name]?.replacing(rest, with: new)
            return .object(members)
        case (.array(var elements), .element(let index)) where elements.indices.contains(index):
            if rest.isEmpty, new == nil {
                elements.remove(at: index)
            } else {
                elements[index] = elements[index].replacing(rest, with: new)
            }
            return .array(elements)
        default: return self
        }
    }
}

enum PathStep: Hashable, Sendable {
    case member(String)
    case element(Int)
}

extension [PathStep] {
    /// As a fault names the place: `items[0].price`.
    var text: String {
        reduce(into: "") { text, step in
            switch step {
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            case .element(let index): text += "[\(index)]"
            }
        }
    }
}
