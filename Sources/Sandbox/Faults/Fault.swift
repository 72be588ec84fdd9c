/// What can go wrong with one request, on order.
///
/// *Accepting* tells whether the service does its work before the fault shows: a request that was accepted counts,
/// whatever its sender saw.
package enum Fault: Hashable, Sendable {
    /// The answer comes late; the work is done after the delay.
    case latency(Duration)
    /// No answer comes; the connection stays open for `hold` and is then closed.
    case timeout(accepting: Bool, hold: Duration)
    /// The connection is reset (TCP RST) instead of answered.
    case reset(accepting: Bool)
    /// The connection is closed in order (TCP FIN) instead of answered.
    case close(accepting: Bool)
    /// An answer with this status in the service's own error form; `retryAfter` in seconds.
    case status(Int, code: String?, message: String?, retryAfter: Int?, accepting: Bool)
    /// Status 200 with a body that is no JSON.
    case garbage(accepting: Bool)
    /// The right answer, cut in the middle of its body although Content-Length promises all of it.
    case truncated(accepting: Bool)
    /// The receipt stays `wait` for this many further polls. CloudKassir only.
    case wait(polls: Int)
    /// The receipt ends as `fail` with this error. With `passing` the same request sent again queues it anew.
    /// CloudKassir only.
    case fail(code: String, message: String, passing: Bool)
}

extension Fault {
    /// Whether the fault spoils the answer, so that at most one of its kind can befall a request.
    var spoilsAnswer: Bool {
        switch self {
        case .latency, .wait, .fail: false
        case .timeout, .reset, .close, .status, .garbage, .truncated: true
        }
    }

    /// Whether the service does its work although the answer is spoilt.
    var isAccepting: Bool {
        switch self {
        case .latency, .wait, .fail: true
        case .timeout(let accepting, _), .reset(let accepting), .close(let accepting),
            .status(_, _, _, _, let accepting), .garbage(let accepting), .truncated(let accepting):
            accepting
        }
    }
}
