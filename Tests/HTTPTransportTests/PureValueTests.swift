import Testing

@testable import HTTPTransport

/// The loop's decisions, without a loop.
@Suite struct PureValueTests {
    @Test func admissionKeepsOrderAndBothLimits() {
        var queue = AdmissionQueue<Int>(limit: 3, limitPerHost: 2)
        for id in 0..<4 { queue.enqueue(id, for: "a") }
        for id in 10..<12 { queue.enqueue(id, for: "b") }
        #expect([queue.next(), queue.next(), queue.next(), queue.next()] == [0, 10, 1, nil])
        queue.release("a")
        #expect(queue.next() == 11)
        #expect(queue.next() == nil)
        queue.release("b")
        queue.withdraw(2)
        #expect(queue.next() == 3)
        #expect(queue.waitingCount == 0)
        #expect(queue.active == 3)
    }

    @Test func admissionUnderRandomUse() {
        var random = SystemRandomNumberGenerator()
        var queue = AdmissionQueue<Int>(limit: 5, limitPerHost: 2)
        var host: [Int: String] = [:]
        var waiting: Set<Int> = []
        var active: Set<Int> = []
        for id in 0..<5000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                host[id] = "host \(Int.random(in: 0..<6, using: &random))"
                waiting.insert(id)
                queue.enqueue(id, for: host[id] ?? "")
            case 2:
                guard let victim = waiting.randomElement(using: &random) else { continue }
                waiting.remove(victim)
                queue.withdraw(victim)
            default:
                guard let ended = active.randomElement(using: &random) else { continue }
                active.remove(ended)
                queue.release(host[ended] ?? "")
            }
            while let next = queue.next() {
                #expect(waiting.remove(next) != nil)
                active.insert(next)
            }
            let perHost = Dictionary(grouping: active) { host[$0] ?? "" }.mapValues(\.count)
            #expect(active.count <= 5 && perHost.values.allSatisfy { $0 <= 2 })
            #expect(queue.active == active.count && queue.waitingCount == waiting.count)
            // Nobody waits who might go.
            if active.count < 5 { #expect(waiting.allSatisfy { perHost[host[$0] ?? ""] == 2 }) }
        }
    }

    @Test func deadlinesComeInOrder() {
        let now = ContinuousClock.now
        var heap = DeadlineHeap<Int>()
        let offsets = (0..<500).map { _ in Int.random(in: 0..<1000) }
        for offset in offsets { heap.insert(offset, at: now.advanced(by: .milliseconds(offset))) }
        heap.compact(live: 100) { $0 % 2 == 0 }
        let end = now.advanced(by: .milliseconds(900))
        var popped: [Int] = []
        while let offset = heap.popExpired(end) { popped.append(offset) }
        #expect(popped == offsets.filter { $0 % 2 == 0 && $0 <= 900 }.sorted())
        #expect(heap.count == offsets.count { $0 % 2 == 0 && $0 > 900 })
    }

    @Test func queueIsFirstInFirstOut() {
        var queue = Queue<Int>()
        var expected: [Int] = []
        for number in 0..<3000 {
            queue.append(number)
            expected.append(number)
            if number % 3 != 0 { #expect(queue.popFirst() == expected.removeFirst()) }
        }
        while let first = queue.popFirst() { #expect(first == expected.removeFirst()) }
        #expect(expected.isEmpty && queue.isEmpty)
    }

    @Test(arguments: [
        (Duration.zero, 0), (.nanoseconds(1), 1), (.milliseconds(1), 1), (.microseconds(1001), 2), (.seconds(2), 2000),
        (.seconds(-5), 0), (.seconds(Int64.max), 86_400_000),
    ])
    func millisecondsAreRoundedUp(duration: Duration, milliseconds: Int) {
        #expect(duration.wholeMilliseconds == milliseconds)
    }

    private func collect(_ lines: [String], body: [UInt8] = []) -> ResponseCollector {
        var collector = ResponseCollector(maximumHeaderBytes: 200, maximumBodyBytes: 4)
        for line in lines where collector.refusal == nil {
            _ = Array(line.utf8).withUnsafeBytes { collector.takeLine($0) }
        }
        _ = body.withUnsafeBytes { collector.takeBody($0) }
        return collector
    }

    @Test func collectorReadsTheLastAnswer() {
        let collector = collect(
            [
                "HTTP/1.1 100 Continue\r\n", "\r\n", "HTTP/1.1 200\r\n", "A:  b \r\n", "\tc\r\n", "odd line\r\n",
                "\r\n", "T: x\r\n",
            ],
            body: [1, 2, 3, 4])
        #expect(collector.response == HTTPResponse(status: 200, headers: ["A": "b c"], body: [1, 2, 3, 4]))
        #expect(collector.refusal == nil)
    }

    @Test(arguments: [
        "HTTP/1.1 20 X\r\n", "HTTP/1.1 +20 X\r\n", "ICY 200 OK\r\n", "HTTP/1.1\r\n", "\r\n", "HTTP/1.1 101 X\r\n",
    ])
    func collectorRefusesOtherStatusLines(line: String) {
        #expect(collect([line]).refusal == .malformed)
    }

    @Test func collectorKeepsItsCaps() {
        #expect(collect(["HTTP/1.1 200 OK\r\n", String(repeating: "x", count: 200)]).refusal == .headerTooLarge)
        #expect(collect(["HTTP/1.1 200 OK\r\n", "\r\n"], body: [1, 2, 3, 4, 5]).refusal == .bodyTooLarge)
    }

    @Test func headersCompareNamesWithoutCase() {
        var headers: HTTPHeaders = ["X-A": "1", "x-a": "2", "B": "3"]
        #expect(headers["x-A"] == "1")
        #expect(headers.values(of: "X-a") == ["1", "2"])
        headers["x-a"] = "4"
        #expect(headers.map(\.name) == ["B", "x-a"])
        headers["B"] = nil
        #expect(headers.values(of: "b").isEmpty)
        #expect("\(headers) \(String(reflecting: headers))" == "[x-a] [x-a]")
    }
}
