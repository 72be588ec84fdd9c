/// Agent data of a vector's lines and items: they are copied to the receipt as they are, whatever a vector writes in
/// them, so the builder gets a stand-in whose INN is a number and the result gets the original back.
struct CopiedAgents {
    private var originals: [JSONTree] = []

    init(in input: JSONTree) { collect(input) }

    /// The input with a stand-in for each agent.
    func placeheld(_ input: JSONTree) -> JSONTree {
        map(input) { agent in originals.firstIndex(of: agent).map(Self.standIn) }
    }

    /// The result with the originals in place of their stand-ins.
    func restored(_ result: JSONTree) -> JSONTree {
        map(result) { agent in originals.indices.first { Self.standIn($0) == agent }.map { originals[$0] } }
    }

    private mutating func collect(_ tree: JSONTree) {
        switch tree {
        case .object(let members):
            for (name, value) in members {
                if name == "agent", value != .null {
                    if !originals.contains(value) { originals.append(value) }
                } else {
                    collect(value)
                }
            }
        case .array(let elements):
            for element in elements { collect(element) }
        default: break
        }
    }

    private func map(_ tree: JSONTree, _ replacement: (JSONTree) -> JSONTree?) -> JSONTree {
        switch tree {
        case .object(let members):
            var mapped: [String: JSONTree] = [:]
            for (name, value) in members {
                mapped[name] =
                    name == "agent" && value != .null ? replacement(value) ?? value : map(value, replacement)
            }
            return .object(mapped)
        case .array(let elements):
            return .array(elements.map { map($0, replacement) })
        default:
            return tree
        }
    }

    /// Valid agent data that stand for the original at a position, distinct by the principal's name.
    private static func standIn(_ position: Int) -> JSONTree {
        .object([
            "type": .string(AgentKind.another.rawValue), "supplier_inn": .string("7707083893"),
            "supplier_name": .string("agent \(position)"),
        ])
    }
}
