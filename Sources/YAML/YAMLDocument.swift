/// Reads a text that holds one YAML document.
///
/// Aliases stand for what their anchors name, so a short text may have a tree of many values: count before walking over
/// one. Merge keys (`<<`) and tags have no meaning.
package enum YAMLDocument {
    /// Mappings and sequences within one another that a text may have, those behind aliases included.
    package static let mostLevels = 100

    /// - Returns: `nil`: the text holds nothing but comments.
    /// - Throws: ``YAMLFault``.
    package static func parse(_ text: String) throws(YAMLFault) -> YAMLNode? {
        var composer = Composer(events: YAMLEvents(text))
        return try composer.document()
    }

    /// A value and how many levels of mappings and sequences it has.
    private struct Part {
        var node: YAMLNode
        var levels = 0
    }

    private struct Composer: ~Copyable {
        let events: YAMLEvents
        private var anchors: [String: Part] = [:]

        init(events: consuming YAMLEvents) {
            self.events = events
        }

        mutating func document() throws(YAMLFault) -> YAMLNode? {
            _ = try events.next()  // the start of the stream
            guard case .documentStart = try events.next().kind else { return nil }
            let root = try part(events.next(), above: 0)
            _ = try events.next()  // the end of the document
            let after = try events.next()
            guard case .end = after.kind else { throw YAMLFault("found another document", at: after.place) }
            return root.node
        }

        private mutating func part(_ event: YAMLEvents.Event, above level: Int) throws(YAMLFault) -> Part {
            let (part, anchor): (Part, String?)
            switch event.kind {
            case .alias(let name):
                // An anchor is known when its value is complete, so no value holds itself.
                guard let named = anchors[name] else { throw YAMLFault("found undefined alias", at: event.place) }
                (part, anchor) = (named, nil)
            case .scalar(let scalar, let name): (part, anchor) = (Part(node: .scalar(scalar)), name)
            case .sequenceStart(let name):
                try check(level + 1, at: event.place)
                (part, anchor) = (try sequence(at: level + 1), name)
            case .mappingStart(let name):
                try check(level + 1, at: event.place)
                (part, anchor) = (try mapping(at: level + 1), name)
            case .start, .end, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
                preconditionFailure("libyaml pairs its events")
            }
            try check(level + part.levels, at: event.place)
            if let anchor { anchors[anchor] = part }
            return part
        }

        private func check(_ levels: Int, at place: YAMLFault.Place) throws(YAMLFault) {
            guard levels <= YAMLDocument.mostLevels else {
                throw YAMLFault("found more than \(YAMLDocument.mostLevels) levels", at: place)
            }
        }

        private mutating func sequence(at level: Int) throws(YAMLFault) -> Part {
            var (items, levels): ([YAMLNode], Int) = ([], 0)
            while true {
                let event = try events.next()
                if case .sequenceEnd = event.kind { return Part(node: .sequence(items), levels: levels + 1) }
                let item = try part(event, above: level)
                items.append(item.node)
                levels = max(levels, item.levels)
            }
        }

        private mutating func mapping(at level: Int) throws(YAMLFault) -> Part {
            var (mapping, levels) = (YAMLMapping(), 0)
            while true {
                let event = try events.next()
                if case .mappingEnd = event.kind { return Part(node: .mapping(mapping), levels: levels + 1) }
                guard let key = try part(event, above: level).node.scalar?.text else {
                    throw YAMLFault("found a key that is no single value", at: event.place)
                }
                let value = try part(events.next(), above: level)
                levels = max(levels, value.levels)
                guard mapping.add(key, value.node) else {
                    throw YAMLFault("the key “\(key)” stands twice in one mapping, again", at: event.place)
                }
            }
        }
    }
}
