/// The method `batch`: up to 50 commands one after another in one request.
struct BitrixBatch {
    static let limit = 50
    private static let forbidden: Set<String> = ["batch"]

    /// Runs one command; the portal behind it counts and limits it like any other call.
    typealias Runner = (_ method: String, _ parameters: JSONValue) -> Result<
        (result: BitrixResult, time: JSONValue), BitrixError
    >

    private var results: [JSONMember] = []
    private var errors: [JSONMember] = []
    private var totals: [JSONMember] = []
    private var nexts: [JSONMember] = []
    private var times: [JSONMember] = []

    /// Runs the commands of a call of `batch` and gives its `result`.
    static func run(_ parameters: JSONValue, numericCodes: Bool, _ runner: Runner) -> JSONValue {
        var batch = BitrixBatch()
        let halts = (parameters["halt"]?.scalarText).map { !["", "0", "false"].contains($0) } ?? false
        for (index, command) in (parameters["cmd"]?.phpEntries ?? []).enumerated() {
            guard let text = command.value.stringValue else { continue }  // skipped without a word
            let outcome =
                index < limit ? batch.outcome(of: text, runner) : .failure(BitrixError.batchLength)
            switch outcome {
            case .success(let (result, time)): batch.note(result, time, command.name)
            case .failure(let error):
                batch.errors.append(JSONMember(command.name, error.body(numericCodes: numericCodes)))
                if halts { return batch.json }
            }
        }
        return batch.json
    }

    private func outcome(
        of command: String, _ runner: Runner
    ) -> Result<(result: BitrixResult, time: JSONValue), BitrixError> {
        let parts = command.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let method = String(parts.first ?? "").lowercased()
        guard !Self.forbidden.contains(method) else { return .failure(.batchMethod) }
        let pairs = FormDecoder.pairs(of: parts.count > 1 ? String(parts[1]) : "").map { ($0.name, resolved($0.value)) }
        return runner(method, FormDecoder.parameters(of: pairs))
    }

    private mutating func note(_ result: BitrixResult, _ time: JSONValue, _ name: String) {
        results.append(JSONMember(name, result.result))
        if let total = result.total { totals.append(JSONMember(name, .int(total))) }
        if let next = result.next { nexts.append(JSONMember(name, .int(next))) }
        times.append(JSONMember(name, time))
    }

    private var json: JSONValue {
        [
            "result": .phpArray(results), "result_error": .phpArray(errors), "result_total": .phpArray(totals),
            "result_next": .phpArray(nexts), "result_time": .phpArray(times),
        ]
    }

    /// A parameter's value with references to earlier results put in, whether they were percent-encoded or not: the
    /// documentation shows them bare, the vendor's own SDK encodes them. One that is the whole value may stand for a
    /// structure, and one that leads nowhere is empty.
    private func resolved(_ text: String) -> JSONValue {
        var plain = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "$result[") {
            var tail = rest[start.lowerBound...].dropFirst("$result".count)
            var keys: [String] = []
            while tail.first == "[", let end = tail.firstIndex(of: "]") {
                keys.append(String(tail[tail.index(after: tail.startIndex)..<end]))
                tail = tail[tail.index(after: end)...]
            }
            // A bracket that is never closed ends the scan: it is text.
            guard !keys.isEmpty else { break }
            let value = self.value(at: keys)
            if tail.isEmpty, start.lowerBound == text.startIndex { return value }
            plain += rest[..<start.lowerBound] + (value.scalarText ?? "")
            rest = tail
        }
        return .string(plain + rest)
    }

    private func value(at keys: [String]) -> JSONValue {
        var value = JSONValue.object(results)
        for key in keys {
            guard let next = value[key] ?? Int(key).flatMap({ value[$0] }) else { return "" }
            value = next
        }
        return value
    }
}
